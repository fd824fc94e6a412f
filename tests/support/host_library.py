# SPDX-License-Identifier: Apache-2.0
"""C files of the firmware as a shared library of the host, for tests through ctypes."""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess

import pytest

from ingot.link import toolchain
from support.session import session_folder

needs_cc = pytest.mark.skipif(shutil.which("gcc") is None, reason="the host has no gcc")


@functools.cache
def host_library(
    *sources: str, include: tuple[str, ...] = toolchain.INCLUDE_DIRS, sanitize: bool = True
) -> ctypes.CDLL:
    """Compiles sources (relative to the checkout), with all checks that the compiler can add, and loads them."""
    target = session_folder("host") / "library.so"
    folders = [f"-I{toolchain.ROOT / folder}" for folder in include]
    files = [str(toolchain.ROOT / source) for source in sources]
    flags = ["-std=gnu11", "-O1", "-g", "-shared", "-fPIC", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    flags += ["-fsanitize=undefined", "-fno-sanitize-recover=all"] if sanitize else []
    subprocess.run(["gcc", *flags, *folders, *files, "-o", str(target)], check=True)
    return ctypes.CDLL(str(target))
