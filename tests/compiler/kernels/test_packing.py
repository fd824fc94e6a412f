# SPDX-License-Identifier: Apache-2.0
"""No parameter block changes while its packing number stays: firmware in the field would misread new initializers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ingot.compiler.kernels import registry
from ingot.compiler.kernels.lower import load_operators
from ingot.compiler.kernels.program import Param
from ingot.compiler.kernels.registry import PACKINGS, packing_number, packs
from support import packed_blocks
from support.packed_blocks import NEVER_CALLED, compiled_kernels, fault, program_of, read_table

TABLE = read_table()


@pytest.mark.slow
@pytest.mark.parametrize("kernel", TABLE)
def test_the_packed_block(kernel: str) -> None:
    assert fault(kernel, TABLE[kernel]) == ""


@pytest.mark.slow
def test_every_kernel_has_a_row() -> None:
    assert compiled_kernels() - NEVER_CALLED == TABLE.keys()


def test_every_registered_number_is_some_kernels() -> None:
    """A name that stands for no kernel would be raised in vain."""
    load_operators()
    for name in PACKINGS:
        assert any(kernel == name or kernel.startswith(f"{name}_") for kernel in TABLE), name


def test_a_kernel_alone_may_have_another_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "PACKINGS", {"conv2d": 1})
    packs(conv2d_1x1_s8=2)
    assert (packing_number("conv2d_s8"), packing_number("conv2d_1x1_s8")) == (1, 2)
    with pytest.raises(ValueError, match="conv2d has the packing numbers 1 and 3"):
        packs(conv2d=3)
    with pytest.raises(LookupError, match="the kernel conv has no packing number"):
        packing_number("conv")


@pytest.mark.parametrize("kernel", ["conv2d_s8", "add_s8", "table_8to8", "softmax_s16"])
def test_a_changed_block_is_noticed(kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One value more in front."""
    real = program_of

    def repacked(model: bytes, *, unroll: bool = False):
        program = real(model, unroll=unroll)
        calls = [replace(c, params=(Param("version", np.zeros(1, np.int32)), *c.params)) for c in program.calls]
        return replace(program, calls=tuple(calls))

    monkeypatch.setattr(packed_blocks, "program_of", repacked)
    assert f"the packed block of {kernel} changed and its number did not" in fault(kernel, TABLE[kernel])
    monkeypatch.setattr(registry, "PACKINGS", {kernel: TABLE[kernel].number + 1})
    assert "record it" in fault(kernel, TABLE[kernel])
