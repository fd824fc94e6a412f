# SPDX-License-Identifier: Apache-2.0
"""Ways to take a convolution apart: which kernels, chains, passes, windows; those that public builds have, by cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingot.st.npu.codegen.layers import Convolution
from ingot.st.npu.codegen.tiles import Tile, tiles_of
from ingot.st.npu.cost import FLASH, PAIRS
from ingot.st.npu.forms import Form
from ingot.st.npu.public import Public
from ingot.st.npu.registers import COUNTS

#: Outputs of an epoch: entries of a coefficient memory that an address reaches without translation.
MOST_OUTPUTS = 384
#: The counter of an epoch's results, as the table names it.
COUNTED = "ARITH.RSTCNT3"
#: Frames that a context of the switch counts.
MOST_PASSES = 255
#: Cycles that an epoch takes to start, as public timings of one-layer networks have it.
START = 1500
#: Cycles in which the words that a CONVACC and its features' stream take in the blob come from flash: some 60 words.
#: The two streams of partial sums take as many each.
UNIT = 600
#: Cycles that chains beside each other must save. What the second one takes in the blob, some 200 words, comes from
#: flash in 2,000; but words are memory, too.
LEAST_SAVED = 120_000
#: Rows of kernels that a CONVACC takes of those that have more.
MOST_ROWS = 3
_SIMD = {"u8": 1, "s8": 2}


@dataclass(frozen=True)
class Way:
    """How a convolution is taken apart.

    deep: 1x1 kernels on 24-bit elements. depth: channels of a CONVACC. kernels: of a set. units: CONVACCs in the chain.
    passes: of partial sums, 1 for none. switch: whether they come back by the stream switch, not through memory.
    split: rows of kernels that one CONVACC takes, where another takes the rest and an ARITH adds both; else 0.
    """

    format: str
    deep: bool
    depth: int
    kernels: int
    units: int
    passes: int = 1
    switch: bool = False
    split: int = 0

    @property
    def roundings(self) -> int:
        """How many sums of 16 bits make the sum of a result."""
        return 2 if self.split else self.passes

    @property
    def simd(self) -> int:
        """The field SIMD: 1 for features of 8 bits, 2 for 16."""
        return _SIMD[self.format]


@dataclass(frozen=True)
class Part:
    """Outputs that one epoch makes: sets of `way.kernels`, from output `first` on; of a tile, where there is one.

    chains: of CONVACCs that are beside each other; each takes the features for its share of the sets. shared: how many
    sets of depthwise kernels take the same features; they stay together.
    """

    way: Way
    first: int
    sets: int
    tile: Tile | None = None
    chains: int = 1
    shared: int = 1

    @property
    def beside(self) -> tuple[Part, ...]:
        """What each chain makes."""
        each = -(-self.sets // (self.chains * self.shared)) * self.shared
        starts = range(0, self.sets, each)
        return tuple(
            replace(self, first=self.first + at * self.way.kernels, sets=min(each, self.sets - at), chains=1)
            for at in starts
        )

    @property
    def outputs(self) -> int:
        """How many."""
        return self.sets * self.way.kernels

    def of(self, layer: Convolution) -> Convolution:
        """The layer on the tile."""
        return self.tile.of(layer) if self.tile else layer

    def sums(self, layer: Convolution) -> int:
        """Bytes of the partial sums of a set."""
        height, width, _ = self.of(layer).target.shape
        return 2 * height * width * self.way.kernels if self.way.passes > 1 and not self.way.switch else 0

    def aside(self, layer: Convolution) -> int:
        """Bytes of what is made aside of its place."""
        return self.of(layer).target.bytes if self.tile and self.tile.copied else 0


def format_of(layer: Convolution) -> str:
    """The format that it reads: u8 where its zero point is 0, so that what pads is 0, too."""
    return "u8" if layer.source.zero == -128 else "s8"


def ways(layer: Convolution, table: Public) -> list[tuple[Part, ...]]:
    """Every way whose kernels and chains public builds have, the cheapest first; each as parts, one an epoch."""
    found = {}
    for way in _ways(layer, table):
        parts = _parts(layer, way, table)
        if parts:
            found[parts] = sum(_cost(layer, part) for part in parts)
    least = min(found.values(), default=0)
    for parts in list(found):
        pairs = tuple(_pair(layer, part) for part in parts)
        cost = sum(_cost(layer, part) for part in pairs)
        if pairs != parts and cost <= least - LEAST_SAVED * sum(part.chains > 1 for part in pairs):
            found[pairs] = cost
    return sorted(found, key=lambda parts: _rank(found[parts], parts))


def _rank(cost: int, parts: Sequence[Part]) -> tuple[int, int, bool, int, str]:
    """Of equally cheap ways the one with fewer passes; sums by the switch, which nobody can overtake."""
    way = parts[0].way
    return cost, way.passes, not way.switch, len(parts), str(parts)


def _ways(layer: Convolution, table: Public) -> Iterator[Way]:
    if layer.kernel[0] > MOST_ROWS:
        for way in _ways(halves(layer, MOST_ROWS)[0], table):
            if way.units == way.passes == 1 and _tail_known(layer, way, table):
                yield replace(way, units=2, split=MOST_ROWS)
        return
    channels, outputs = layer.source.shape[2], layer.target.shape[2]
    form = format_of(layer)
    for known in table.forms:
        if known.category != "kernel":
            continue
        *geometry, deep, pairs, simd, depth, kernels = (int(value) for value in known.values)
        if tuple(geometry) != (*layer.kernel, *layer.strides) or pairs or channels % depth or kernels > outputs:
            continue
        if simd != _SIMD[form] or (deep and (form == "s8" or layer.depthwise)):
            continue
        if layer.depthwise:
            if depth % kernels == 0:
                yield Way(form, False, depth, kernels, 1)
        else:
            for units in range(1, COUNTS["CONVACC"] + 1):
                passes, rest = divmod(channels // depth, units)
                way = Way(form, bool(deep), depth, kernels, units, passes)
                if not rest and 0 < passes <= MOST_PASSES and _known(way, table):
                    yield way
                    if passes > 1 and units == 1:
                        yield replace(way, switch=True)


def _tail_known(layer: Convolution, way: Way, table: Public) -> bool:
    """Whether public builds have the rest of the kernels' rows with the same depth and as many kernels."""
    rows, columns = layer.kernel
    kernel = (rows - MOST_ROWS, columns, *layer.strides, int(way.deep), 0, way.simd, way.depth, way.kernels)
    return Form("kernel", kernel) in table.forms


def halves(layer: Convolution, rows: int) -> tuple[Convolution, Convolution]:
    """The convolutions with the first rows of the kernels, and with the rest; their sums add up to the layer's."""
    top, _, left, right = layer.pads
    height, lines, stride = layer.source.shape[0], layer.target.shape[0], layer.strides[0]
    found = []
    for weights, first in ((layer.weights[:, :rows], 0), (layer.weights[:, rows:], rows)):
        start = first - top  # of the window of the first output
        end = start + (lines - 1) * stride + weights.shape[1]
        bottom = max(0, end - height)
        pads = max(0, -start), min(bottom, weights.shape[1] - 1), left, right
        frame = (0, bottom - pads[1], 0, 0)
        found.append(replace(layer, weights=weights, pads=pads, crop=max(0, start), frame=frame))
    return found[0], found[1]


def _known(way: Way, table: Public) -> bool:
    return Form("chain", (int(way.deep), way.simd, way.units, way.kernels)) in table.forms


def _parts(layer: Convolution, way: Way, table: Public) -> tuple[Part, ...]:
    """Epochs for all outputs: sets of the way, and a rest by a way with fewer kernels. Empty when there is none."""
    outputs = layer.target.shape[2]
    whole, rest = divmod(outputs, way.kernels)
    if rest:
        other = replace(way, kernels=rest)
        kernel = (*layer.kernel, *layer.strides, int(way.deep), 0, way.simd, way.depth, rest)
        if layer.depthwise or Form("kernel", kernel) not in table.forms or not _known(other, table):
            return ()
    tiles = () if way.split else tiles_of(layer, way.depth, way.simd, table)
    rows, columns, _ = layer.target.shape
    pixels = rows * max((tile.made for tile in tiles), default=columns)
    shared = max(1, way.depth // way.kernels) if layer.depthwise else 1  # sets that take the same features
    most = min(MOST_OUTPUTS, (table.amounts[COUNTED][1] + 1) // pixels) // way.kernels // shared * shared
    epochs = math.ceil(whole / max(most, shared))
    each = math.ceil(whole / epochs / shared) * shared
    parts = [Part(way, at * way.kernels, min(each, whole - at), shared=shared) for at in range(0, whole, each)]
    parts += [Part(other, whole * way.kernels, 1)] if rest else []
    return tuple(replace(part, tile=tile) for tile in tiles or (None,) for part in parts)


def _pair(layer: Convolution, part: Part) -> Part:
    """The part in two chains beside each other, where there are units for it and it saves anything; else as it is."""
    way, pair = part.way, replace(part, chains=2)
    if 2 * way.units > COUNTS["CONVACC"] or way.passes > 1 or way.split or len(pair.beside) < 2:
        return part
    return pair if _cost(layer, part) > _cost(layer, pair) else part


def _cost(layer: Convolution, part: Part) -> int:
    """Cycles at least, with the copy of what a tile makes."""
    copied = part.tile.count * layer.target.shape[0] * part.outputs + START if part.tile and part.tile.copied else 0
    layer = part.of(layer)
    height, width, _ = layer.read
    rows, columns, _ = layer.target.shape
    sets = max(chain.sets for chain in part.beside)
    frames = sets * part.way.passes
    read = height * width * (-(-part.way.depth // 3) if part.way.deep else part.way.depth) * frames
    made = rows * columns * sets * part.way.kernels * part.way.passes
    products = made * layer.kernel[0] * layer.kernel[1] * part.way.depth
    units = part.way.units * part.chains + 2 * (part.sums(layer) > 0)
    kernels = part.outputs * layer.kernel[0] * layer.kernel[1] * part.way.depth * part.way.units
    flash = int(kernels / FLASH) if part.chains > 1 else 0  # else it is the same for all ways
    return max(read, made, products // PAIRS[part.way.simd], flash) + START + UNIT * units + copied
