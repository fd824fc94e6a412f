# SPDX-License-Identifier: Apache-2.0
"""Kernels compile at -O0, where a compiler keeps its frame pointer and assembly has fewer registers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ingot.link import toolchain
from ingot.link.sources import kernel_sources
from support.firmware import needs_gcc

MOST_OPERANDS = ("conv2d_offset.c",)
"""Files with the assembly of the most operands (dot.h)."""


@needs_gcc
@pytest.mark.parametrize("cpu", ["cortex-m7", "cortex-m55"])
@pytest.mark.parametrize("some", [True, pytest.param(False, marks=pytest.mark.thorough)])
def test_compiles_at_o0(cpu: str, some: bool, tmp_path: Path) -> None:
    sources = [path for path in kernel_sources() if not some or path.name in MOST_OPERANDS]
    assert sources
    for source in sources:
        command = toolchain.compile_command(source, tmp_path / "kernel.o", cpu, "kernels", [], {})
        done = subprocess.run([*command, "-O0"], capture_output=True, text=True)
        assert done.returncode == 0, f"{source.name}: {done.stderr}"
