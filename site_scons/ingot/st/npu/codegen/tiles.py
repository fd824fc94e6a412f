# SPDX-License-Identifier: Apache-2.0
"""Convolutions column by column: windows of an image that are narrow enough for the lines that a CONVACC keeps.

A window has the columns that its results need, those of its neighbours' border too. Padding belongs to the outer edges
only, but public builds have each kernel with a few pads: those of 3x3 with stride 1 have one at all four sides. What a
pad of a form lacks, a frame of zeros around the image gives; what it has too many makes columns that nobody needs. Of
these, half a step falls away by itself (stride 2). Whole ones are dropped: the window's results go beside, and a copy
takes the right ones to their place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingot.st.npu.codegen.layers import Convolution
from ingot.st.npu.public import Public

Sides = tuple[int, int, int, int]
#: The amount that is the width of an image in bytes, and names of those that a frame has.
LINES = "CONVACC line buffer, bytes"
_FRAME = ("CONVACC.ZTOP", "CONVACC.ZBOTTOM", "CONVACC.ZLEFT", "CONVACC.ZRIGHT")


@dataclass(frozen=True)
class Tile:
    """Columns of results, `count` from `first` on, of the input's columns from `start` on, `width` of them.

    pads, frame: top, bottom, left, right; what the kernel's registers pad, and zeros around the image. before, behind:
    columns that are made beside and dropped.
    """

    first: int
    count: int
    start: int
    width: int
    pads: Sides
    frame: Sides
    before: int
    behind: int

    @property
    def made(self) -> int:
        """Columns that it makes."""
        return self.before + self.count + self.behind

    @property
    def copied(self) -> bool:
        """Whether its results go beside first."""
        return self.made > self.count

    def of(self, layer: Convolution) -> Convolution:
        """The layer on this window. What it makes has a place of its own where some of it is dropped."""
        height, _, channels = layer.source.shape
        rows, _, outputs = layer.target.shape
        source = layer.source.window((height, self.width, channels))
        shape = (rows, self.made, outputs)
        target = replace(layer.target, shape=shape, pixel=0, line=0) if self.copied else layer.target.window(shape)
        return replace(layer, source=source, target=target, pads=self.pads, frame=self.frame)


def tiles_of(layer: Convolution, depth: int, size: int, table: Public) -> tuple[Tile, ...]:
    """The fewest windows; none where the layer needs none, or where no windows do.

    depth: channels of a CONVACC. size: bytes of a feature there.
    """
    most = table.amounts.get(LINES, (0, 0))[1] // (depth * size)
    known = layer.pads in _pads(layer, table) or any(layer.frame)
    if layer.kernel[0] == 1 or layer.skips != (1, 1) or (known and layer.source.shape[1] <= most):
        return ()
    columns = layer.target.shape[1]
    for number in range(1 + known, columns + 1):
        each = -(-columns // number)
        found = [
            _tile(layer, first, min(each, columns - first), most, depth, table) for first in range(0, columns, each)
        ]
        tiles = [tile for tile in found if tile is not None]
        if len(tiles) == len(found):
            return tuple(tiles)
    return ()


def _tile(layer: Convolution, first: int, count: int, most: int, depth: int, table: Public) -> Tile | None:
    """The window for these columns whose form drops the fewest; None where none is as narrow as `most`."""
    top, bottom, left, _ = layer.pads
    (rows, columns), (down, across) = layer.kernel, layer.strides
    height, width, _ = layer.source.shape
    low, high = first * across - left, (first + count - 1) * across - left + columns
    missing = max(0, -low), max(0, high - width)  # columns of padding
    found: list[tuple[tuple[int, int, Sides], Tile]] = []
    for over, under, ahead, beyond in _pads(layer, table):
        before = -(-(ahead - missing[0]) // across) if ahead > missing[0] else 0
        behind = max(0, beyond - missing[1]) // across
        start = low - before * across + ahead  # with the pads that the form has
        frame = (top - over, max(0, bottom - under), max(0, missing[0] - ahead), max(0, missing[1] - beyond))
        start += frame[2] if missing[0] else 0
        end = min(high, width)
        lines = (height - layer.crop + over + frame[0] + under + frame[1] - rows) // down + 1
        known = (frame[0], frame[1], frame[2] * depth, frame[3] * depth)
        if start < 0 or end - start > most or frame[0] < 0 or lines != layer.target.shape[0]:
            continue
        if (before and missing[0]) or not _has(table, known):
            continue
        tile = Tile(first, count, start, end - start, (over, under, ahead, beyond), frame, before, behind)
        found.append(((before + behind, sum(frame), tile.pads), tile))
    return min(found, key=lambda item: item[0])[1] if found else None


def _pads(layer: Convolution, table: Public) -> list[Sides]:
    """Pads that public builds have with such kernels."""
    found: list[Sides] = []
    for form in table.forms:
        if form.category == "pads" and form.values[:4] == (*layer.kernel, *layer.strides):
            over, under, ahead, beyond = (int(value) for value in form.values[4:])
            found.append((over, under, ahead, beyond))
    return found


def _has(table: Public, frame: Sides) -> bool:
    ranges = (table.amounts.get(name, (0, 0)) for name in _FRAME)
    return all(low <= side <= high for side, (low, high) in zip(frame, ranges, strict=True))
