# SPDX-License-Identifier: Apache-2.0
"""LLVM's clang as a second compiler for the same cores, with the C library of the GNU toolchain."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingot.link import toolchain

CLANG = shutil.which("clang")

needs_clang = pytest.mark.skipif(CLANG is None, reason="clang is not installed")


@functools.cache
def library_headers() -> tuple[str, ...]:
    """Flags for the headers of newlib, where arm-none-eabi-gcc has them."""
    command = [toolchain.tool("gcc"), "-E", "-v", "-xc", "/dev/null"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    listed = re.search(r"#include <\.\.\.>[^\n]*\n(.*?)\nEnd of search list", said, re.DOTALL)
    assert listed is not None, said
    folders = [line.strip() for line in listed[1].splitlines() if (Path(line.strip()) / "string.h").is_file()]
    return tuple(word for folder in folders for word in ("-isystem", folder))


@functools.cache
def knows(cpu: str) -> bool:
    """Whether this clang has the core (version 14 has no Cortex-M85)."""
    said = subprocess.run([str(CLANG), "--target=arm-none-eabi", "--print-supported-cpus"], capture_output=True)
    return cpu in (said.stdout + said.stderr).decode().split()


def in_clang(command: Sequence[str]) -> list[str]:
    """A command line of arm-none-eabi-gcc for clang: enums as small as the GNU toolchain's, so that objects mix."""
    known = [word for word in command[1:] if word != "-masm-syntax-unified"]  # clang has no other syntax
    return [str(CLANG), "--target=arm-none-eabi", "-fshort-enums", *library_headers(), *known]
