# SPDX-License-Identifier: Apache-2.0
"""Where an epoch's results go: streams that write a tensor in one or both formats."""

from __future__ import annotations

from collections.abc import Mapping

from ingot.st.npu.codegen.arith import sizes
from ingot.st.npu.codegen.tensors import Numbers
from ingot.st.npu.codegen.units import Draft, raster_stream, raw_stream, registers
from ingot.st.npu.machine import Registers
from ingot.st.npu.registers import Unit


def write_results(
    draft: Draft, source: Unit, target: Numbers, targets: Mapping[str, int], first: int, depth: int, sets: int
) -> None:
    """Adds streams that write what the source makes: set after set, `depth` channels of each pixel, from `first` on.

    targets: format -> address of the whole tensor; "s8" as it comes, "u8" with 128 added.
    """
    for form, address in targets.items():
        unit = draft.add(plus_128(), "ARITH", source) if form == "u8" else source
        draft.add(set_stream(target, address, first, depth, sets, write=True), "STRENG", unit)


def copied() -> Registers:
    """An ARITH that changes nothing of bytes: public builds have one in front of a function of a tensor."""
    return _of_bytes(0)


def plus_128() -> Registers:
    """An ARITH that makes u8 of s8: x + 128, of which the lowest byte is taken."""
    return _of_bytes(128)


def _of_bytes(plus: int) -> Registers:
    return registers("ARITH", {"A": 16384, "B": plus >> 2, "COMBINEBC": 1, "RES": 14} | sizes(1, 1, 1))


def set_stream(target: Numbers, address: int, first: int, depth: int, sets: int, *, write: bool = False) -> Registers:
    """A stream of a tensor, set after set, `depth` channels of each pixel, from `first` on."""
    height, width, channels = target.shape
    if (depth == channels and target.dense) or (height, width) == (1, 1):
        return raw_stream(address + first, height * width * depth * sets, DIR=int(write))
    repeats = {"LIMIT": sets, "FOFFSET": depth, "FRAME_RPT": sets, "FRPTOFF": target.bytes}
    shape, last = (height, width, depth), address + target.extent - 1
    return raster_stream(address + first, shape, target.step, last, line=target.row, DIR=int(write), **repeats)
