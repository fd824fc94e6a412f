# SPDX-License-Identifier: Apache-2.0
"""Every kernel that exists is found in the header that declares it and the file that defines it."""

import functools
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from ingot.base.errors import IngotError
from ingot.base.host_cc import build
from ingot.base.places import kernels_dir
from ingot.compiler.emit.kernel_files import header_of, source_of
from ingot.compiler.kernels.program import Call
from ingot.device.run.host_kernels import FLAGS


def kernels_in(source: Path) -> list[str]:
    """Names of the global functions ingot_* of a C file, without the prefix."""
    compiled = build([source], [*FLAGS, "-c"], ".o", sorted(kernels_dir().glob("*.h")), search=[kernels_dir()])
    with compiled.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        symbols = [
            s for s in table.iter_symbols() if s["st_info"]["bind"] == "STB_GLOBAL" and s["st_shndx"] != "SHN_UNDEF"
        ]
    return [s.name.removeprefix("ingot_") for s in symbols if s["st_info"]["type"] == "STT_FUNC"]


@functools.cache
def declarations(header: str) -> str:
    """A header as the C compiler reads it."""
    command = [*shlex.split(os.environ.get("CC", "cc")), "-E", str(kernels_dir() / header)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
@pytest.mark.parametrize("source", sorted(kernels_dir().glob("*.c")), ids=lambda path: path.name)
def test_kernels_are_found(source: Path) -> None:
    for kernel in kernels_in(source):
        for descriptor in (source.stem, "binary", ""):  # whatever the parameters of a call are packed as
            call = Call(kernel, descriptor, (), (), {})
            assert source_of(call) == source.name, kernel
            assert re.search(rf"\bingot_{kernel}\s*\(", declarations(header_of(call))), kernel


def test_an_unknown_kernel_is_one_message() -> None:
    with pytest.raises(IngotError, match=r"no file defines the kernel ingot_no_such_kernel\(\)"):
        header_of(Call("no_such_kernel", "", (), (), {}))
