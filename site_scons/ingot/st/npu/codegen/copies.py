# SPDX-License-Identifier: Apache-2.0
"""Copies as epochs: tensors joined along an axis, a part of a tensor. No unit but streams works in them.

A stream takes at most 256 elements of a pixel, so that more channels are several frames, in the same order for the one
that reads and the ones that write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingot.st.npu.codegen.layers import Joined, Sliced
from ingot.st.npu.codegen.results import plus_128
from ingot.st.npu.codegen.tensors import Numbers, Shape
from ingot.st.npu.codegen.tiles import Tile
from ingot.st.npu.codegen.units import Draft, raster_stream, raw_stream
from ingot.st.npu.machine import Registers

Targets = Mapping[str, int]
#: Most elements of a pixel that a stream takes at once.
DEPTH = 256


@dataclass(frozen=True)
class _Box:
    """A part of a tensor that lies at an address. first: its row, column and channel. shape: how many of each."""

    whole: Numbers
    address: int
    first: Shape
    shape: Shape

    @property
    def one_run(self) -> bool:
        """Whether its bytes follow each other."""
        return self.whole.window(self.shape).dense

    def stream(self, frames: int, *, write: bool) -> Registers:
        """A stream of its elements, in so many frames of some channels of each pixel."""
        rows, columns, depth = self.shape
        start = self.address + self.whole.offset(self.first)
        if self.one_run and frames == 1:
            return raw_stream(start, rows * columns * depth, DIR=int(write))
        again = {"LIMIT": frames, "FOFFSET": depth // frames, "DIR": int(write)}
        last = self.address + self.whole.extent - 1
        shape = (rows, columns, depth // frames)
        return raster_stream(start, shape, self.whole.step, last, line=self.whole.row, **again)


def sliced_epoch(draft: Draft, layer: Sliced, source: int, targets: Mapping[str, int]) -> None:
    """Copies a part of a tensor. source: its address. targets: format -> address of the result."""
    shape = layer.target.shape
    made = {form: _Box(layer.target, address, (0, 0, 0), shape) for form, address in targets.items()}
    _copy(draft, _Box(layer.source, source, layer.first, shape), made)


def columns_epoch(draft: Draft, made: Numbers, source: int, tile: Tile, target: Numbers, targets: Targets) -> None:
    """Copies what is needed of what a tile made beside to its place. source: where that is. targets: as above."""
    rows, _, channels = target.shape
    shape = (rows, tile.count, channels)
    boxes = {form: _Box(target, address, (0, tile.first, 0), shape) for form, address in targets.items()}
    _copy(draft, _Box(made, source, (0, tile.before, 0), shape), boxes)


def joined_epoch(draft: Draft, layer: Joined, number: int, source: int, targets: Mapping[str, int]) -> None:
    """Copies the tensor of that number to its place in the result. source, targets: as of sliced_epoch."""
    part, place = list(layer.placed)[number]
    made = {form: _Box(layer.target, address, place, part.shape) for form, address in targets.items()}
    _copy(draft, _Box(part, source, (0, 0, 0), part.shape), made)


def _copy(draft: Draft, source: _Box, targets: Mapping[str, _Box]) -> None:
    """A box to others of its size; "u8" gets 128 added."""
    depth = source.shape[2]
    whole = all(box.one_run for box in (source, *targets.values()))
    frames = next(count for count in range(1, depth + 1) if whole or (depth % count == 0 and depth // count <= DEPTH))
    stream = draft.add(source.stream(frames, write=False), "STRENG")
    for form, box in targets.items():
        unit = draft.add(plus_128(), "ARITH", stream) if form == "u8" else stream
        draft.add(box.stream(frames, write=True), "STRENG", unit)
