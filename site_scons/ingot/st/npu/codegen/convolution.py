# SPDX-License-Identifier: Apache-2.0
"""Convolutions as epochs.

Features and weights go to one to four CONVACCs, each of which takes `depth` of the input's channels and hands its exact
sums to the next; the last one's are shifted, scaled by an ARITH, and written. A set of kernels needs the
features once. Depthwise kernels are dense: each set takes `depth` channels of which a kernel has weights for one.

Where four units are too few, a set needs several passes: the last unit's sums, shifted to 16 bits, go to memory and
come back to the first one, which adds them to those of the next channels. Only those of the last pass go on.

Features are "u8", q + 128 with zero point 0, or "s8", q with any.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy.typing as npt

from ingot.st.npu.codegen.layers import Convolution
from ingot.st.npu.codegen.results import write_results
from ingot.st.npu.codegen.scaling import Scaling
from ingot.st.npu.codegen.tiles import Tile, tiles_of
from ingot.st.npu.codegen.units import Draft, raster_stream, raw_stream, registers
from ingot.st.npu.cost import PAIRS
from ingot.st.npu.forms import Form
from ingot.st.npu.kernels import KernelShape, dense_sets, depthwise_sets, pack_kernels
from ingot.st.npu.machine import Registers
from ingot.st.npu.public import Public
from ingot.st.npu.registers import COUNTS, Unit
from ingot.st.npu.sim.elements import ENTRIES

Array = npt.NDArray[Any]
#: Outputs of an epoch: entries of a coefficient memory that an address reaches without translation.
MOST_OUTPUTS = 384
#: The counter of an epoch's results, as the table names it.
COUNTED = "ARITH.RSTCNT3"
#: A stream of weights begins at a multiple of so many bytes.
ALIGNED = 16
#: Frames that a context of the switch counts.
MOST_PASSES = 255
#: Cycles that an epoch takes to start, as public timings of one-layer networks have it.
START = 1500
#: Cycles in which the words that a CONVACC and its features' stream take in the blob come from flash: some 60 words.
#: The two streams of partial sums take as many each.
UNIT = 600
#: Rows of kernels that a CONVACC takes of those that have more.
MOST_ROWS = 3
#: Most elements of a frame of partial sums whose reader waits.
TRIGGERED = 1536
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
    """Outputs that one epoch makes: sets of `way.kernels`, from output `first` on; of a tile, where there is one."""

    way: Way
    first: int
    sets: int
    tile: Tile | None = None

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

    def beside(self, layer: Convolution) -> int:
        """Bytes of what is made beside."""
        return self.of(layer).target.bytes if self.tile and self.tile.copied else 0


#: Adds units that take a part's results; gives the last one.
Behind = Callable[[Draft, Unit, Part], Unit]


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
    most = min(MOST_OUTPUTS, (table.amounts[COUNTED][1] + 1) // pixels)
    epochs = math.ceil(whole * way.kernels / max(most, way.kernels))
    each = math.ceil(whole / epochs)
    parts = [Part(way, at * way.kernels, min(each, whole - at)) for at in range(0, whole, each)]
    parts += [Part(other, whole * way.kernels, 1)] if rest else []
    return tuple(replace(part, tile=tile) for tile in tiles or (None,) for part in parts)


def _cost(layer: Convolution, part: Part) -> int:
    """Cycles at least, with the copy of what a tile makes."""
    copied = part.tile.count * layer.target.shape[0] * part.outputs + START if part.tile and part.tile.copied else 0
    layer = part.of(layer)
    height, width, _ = layer.read
    rows, columns, _ = layer.target.shape
    frames = part.sets * part.way.passes
    read = height * width * (-(-part.way.depth // 3) if part.way.deep else part.way.depth) * frames
    made = rows * columns * part.outputs * part.way.passes
    products = made * layer.kernel[0] * layer.kernel[1] * part.way.depth
    units = part.way.units + 2 * (part.sums(layer) > 0)
    return max(read, made, products // PAIRS[part.way.simd]) + START + UNIT * units + copied


def convolution_epoch(
    draft: Draft,
    layer: Convolution,
    part: Part,
    scaling: Scaling,
    source: int,
    weights: tuple[int, int],
    sums: int,
    targets: Mapping[str, int],
    behind: Behind | None = None,
) -> None:
    """Adds the units of a part to an epoch.

    source: address of the features in the part's format. weights: address of the kernels, and how many bytes they are.
    sums: address of the partial sums, where there are passes. targets: format -> address of the whole output, or of
    what is made beside. behind: what takes the results in the same epoch.
    """
    way = part.way
    if part.tile:
        source += layer.source.offset((0, part.tile.start, 0))
        if not part.tile.copied:
            place = layer.target.offset((0, part.tile.first, 0))
            targets = {form: address + place for form, address in targets.items()}
        layer = part.of(layer)
    pixels = layer.target.shape[0] * layer.target.shape[1]
    outputs = slice(part.first, part.first + part.outputs)
    if way.split:
        scaled = _split(draft, layer, part, scaling, source, weights)
        scaled = draft.add(_multiplier(scaling, outputs, way.kernels, pixels), "ARITH", scaled)
        made = behind(draft, scaled, part) if behind else scaled
        write_results(draft, made, layer.target, targets, part.first, way.kernels, part.sets)
        return
    kernels = draft.add(_kernel_stream(way, *weights), "STRENG")
    chain: list[Unit] = []
    for number in range(way.units):
        features = draft.add(_features(layer, part, source, number), "STRENG")
        unit = draft.add(_convacc(layer, way, scaling, number), "CONVACC", features, kernels)
        if chain:
            draft.link(chain[-1], unit, 2)
        chain.append(unit)
    if way.switch:
        draft.link(chain[0], chain[0], 2)
    elif way.passes > 1:
        _loop(draft, part, part.sums(layer) // 2, sums, chain[0], chain[-1])
    scaled = draft.add(_multiplier(scaling, outputs, way.kernels, pixels), "ARITH", chain[-1])
    if way.passes > 1:
        draft.link_each(chain[-1], scaled, way.passes)
    made = behind(draft, scaled, part) if behind else scaled
    write_results(draft, made, layer.target, targets, part.first, way.kernels, part.sets)


def _kernel_stream(way: Way, address: int, size: int) -> Registers:
    element = 3 if way.deep else 1
    signed = {} if way.format == "u8" else {"LSBMODE": 1, "SIGNEXT": 1}
    return raw_stream(address, size // element, element, CONT=1, CACHEABLE=1, FOFFSET=0, **signed)


def _split(
    draft: Draft, layer: Convolution, part: Part, scaling: Scaling, source: int, weights: tuple[int, int]
) -> Unit:
    """Two CONVACCs that take the same features, each some rows of the kernels, and the ARITH that adds their sums."""
    units = []
    start = weights[0]
    for half in halves(layer, part.way.split):
        size = len(_packed(half, part))
        features = draft.add(_features(half, part, source, 0), "STRENG")
        kernels = draft.add(_kernel_stream(part.way, start, size), "STRENG")
        units.append(draft.add(_convacc(half, replace(part.way, units=1), scaling, 0), "CONVACC", features, kernels))
        start += size + -size % ALIGNED
    flags = {"ROUND": 1, "SAT": 1, "DUALIN": 1, "A": 1, "B": 1, "OBYTES": 2}
    bytes_in = dict.fromkeys(("XFBYTES", "XFOBYTES", "YFBYTES", "YFOBYTES"), 2)
    return draft.add(registers("ARITH", flags | bytes_in), "ARITH", *units)


def _loop(draft: Draft, part: Part, elements: int, address: int, head: Unit, last: Unit) -> None:
    """Partial sums of a set from the last unit through memory to the head.

    In short frames the reader waits for the writer, as in public builds; in long ones what is read was written before.
    """
    frames = {"LIMIT": part.sets * part.way.passes, "FOFFSET": 0}
    writer = draft.add(raw_stream(address, elements, 2, DIR=1, **frames), "STRENG", last)
    waits = {"FRMTRG_EN": 1, "FRMTRG_SRC": writer.instance} if elements <= TRIGGERED else {}
    reader = draft.add(raw_stream(address, elements, 2, LSBMODE=1, SIGNEXT=1, **(frames | waits)), "STRENG")
    draft.link(reader, head, 2)


def packed_kernels(layer: Convolution, part: Part) -> bytes:
    """The bytes of a part's kernels, as their stream reads them; of kernels that are split, both."""
    if not part.way.split:
        return _packed(layer, part)
    head, tail = (_packed(half, part) for half in halves(layer, part.way.split))
    return head + bytes(-len(head) % ALIGNED) + tail


def _packed(layer: Convolution, part: Part) -> bytes:
    way = part.way
    shape = KernelShape(way.kernels, *layer.kernel, way.depth, way.deep)
    if layer.depthwise:
        sets = depthwise_sets(layer.weights, part.first, shape, part.sets)
    else:
        count = 1 if way.split else way.units * way.passes
        sets = dense_sets(layer.weights, part.first, shape, count, part.sets)
    return pack_kernels(sets, way.deep)


def _is_raw(layer: Convolution, way: Way) -> bool:
    """Whether a CONVACC takes all bytes of its input."""
    return way.depth == layer.source.shape[2] and layer.skips == (1, 1) and layer.source.dense


def _features(layer: Convolution, part: Part, source: int, number: int) -> Registers:
    """The stream of a CONVACC's features: the image, or its channels, once a set."""
    way = part.way
    height, width, _ = layer.read
    pixel, line = layer.source.step * layer.skips[1], layer.source.row * layer.skips[0]
    signed = {} if way.format == "u8" else {"LSBMODE": 1, "SIGNEXT": 1}
    step = way.units * way.depth if way.passes > 1 else 0
    again = {"LIMIT": part.sets * way.passes, "FRAME_RPT": way.passes, "FOFFSET": step}
    if _is_raw(layer, way):
        if way.deep:
            again |= {"RAW_OUT": 1}
            return raw_stream(source, -(-layer.source.bytes // 3), 3, **(again | signed))
        return raw_stream(source, layer.source.bytes, **(again | signed))
    last = source + layer.source.extent - 1
    if layer.depthwise:  # the channels of a set, as often as it has sets of kernels; sets begin where the part does
        repeats = way.depth // way.kernels
        again |= {"FRAME_RPT": repeats, "FRPTOFF": way.depth}
        start = source + part.first // way.depth * way.depth
        return raster_stream(start, (height, width, way.depth), pixel, last, line=line, **(again | signed))
    start = source + number * way.depth
    if way.deep:
        shape = (height, width, -(-way.depth // 3))
        return raster_stream(start, shape, pixel, last + 2, 3, line, RAW_OUT=1, **again)
    return raster_stream(start, (height, width, way.depth), pixel, last, line=line, **(again | signed))


def _convacc(layer: Convolution, way: Way, scaling: Scaling, number: int) -> Registers:
    height, width, _ = layer.read
    top, bottom, left, right = layer.pads
    above, below, ahead, beyond = layer.frame
    fields = {
        "KW": layer.kernel[1],
        "KH": layer.kernel[0],
        "BTCDEPTH": way.depth,
        "NR": way.kernels,
        "TPAD": top,
        "BPAD": bottom,
        "LPAD": left,
        "RPAD": right,
        "ZTOP": above,
        "ZBOTTOM": below,
        "ZLEFT": ahead * way.depth,
        "ZRIGHT": beyond * way.depth,
        "VSTRD": layer.strides[0],
        "HSTRD": layer.strides[1],
        "W": width * way.depth,
        "H": height,
        "RCROP": width * way.depth - 1,
        "TCROP": layer.crop,
        "BCROP": height - 1,
        "SIMD": way.simd,
        "FBYTES": way.simd,
    }
    if way.format == "u8":
        fields |= {"FUNSIGNED": 1}
    else:  # 0, too, so that the program's size does not depend on it
        fields |= {"FSUB": layer.source.zero}
    if way.deep:
        # else each pixel begins with an element of 24 bits
        fields |= {"DEEPMODE": 1, "KSETEN": 3, "FBYTES": 3 if _is_raw(layer, way) else 1}
    words = [12] if "FSUB" in fields else []
    if way.units > 1:
        words.append(8)
        first = number * way.kernels
        fields |= {"KTOT": way.units * way.kernels, "KFIRST": first, "KLAST": first + way.kernels - 1}
        if number:
            fields |= {"NOSUM": 0, "NO1SUM": 0}
    if not number and way.passes > 1:
        words.append(9)
        fields |= {"NOSUM": 0, "AFILTMODE": 3, "INSHIFT": scaling.s}
        if way.switch:
            fields |= {"NO1SUM": 0, "GEN1SUM": 1}
        fields |= {"ATOT": way.passes, "AFIRST": 1, "ALAST": way.passes - 1}
    if number < way.units - 1:
        fields |= {"OBYTES": 3, "RAW": 1}
    else:
        fields |= {"OUTSHIFT": scaling.s, "INSHIFT": 0 if number else scaling.s}
    return registers("CONVACC", fields, words)


def _multiplier(scaling: Scaling, outputs: slice, kernels: int, pixels: int) -> Registers:
    """An ARITH with numbers a channel: of the kernels of a set for each pixel, set after set."""
    memory = []
    for one, other in zip(scaling.a[outputs].tolist(), scaling.plus[outputs].tolist(), strict=True):
        memory += [one & 0xFFFF | (other >> 16 & 0xFFFF) << 16, other & 0xFFFF]
    channels = len(memory) // 2
    counters = {"RSTCNT1": kernels - 1, "RSTCNT2": pixels * kernels - 1, "RSTCNT3": pixels * channels - 1}
    back = (1 - channels) % ENTRIES  # addresses of the memory wrap
    steps = {"OFFSET1": 1 - kernels, "OFFSET2": 1, "OFFSET3": back, "INCOFFSET": 1, "TRANSLATEADDR": 1}
    flags = dict.fromkeys(("ROUND", "SAT", "CNT1", "CNT2", "CNT3", "COEFFA", "COEFFB", "COEFFC"), 1)
    bytes_in = dict.fromkeys(("XFBYTES", "XFOBYTES", "YFBYTES", "YFOBYTES"), 2)
    own = {"A": int(scaling.a[0]), "COMBINEBC": 1, "RES": scaling.shift, "OBYTES": 1}
    return registers("ARITH", counters | steps | flags | bytes_in | own, (3, 4, 5, 6, 9, 10, 11), memory)
