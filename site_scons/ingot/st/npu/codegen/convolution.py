# SPDX-License-Identifier: Apache-2.0
"""Convolutions as epochs.

Features and weights go to one to four CONVACCs, each of which takes `depth` of the input's channels and hands its exact
sums to the next; the last one's are shifted, scaled by an ARITH, and written. A set of kernels needs the features once.
Depthwise kernels are dense: each set takes `depth` channels of which a kernel has weights for one.

Where four units are too few, a set needs several passes: the last unit's sums, shifted to 16 bits, go to memory and
come back to the first one, which adds them to those of the next channels. Only those of the last pass go on.

Features are "u8", q + 128 with zero point 0, or "s8", q with any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy.typing as npt

from ingot.st.npu.codegen.arith import sizes
from ingot.st.npu.codegen.layers import Convolution
from ingot.st.npu.codegen.results import write_results
from ingot.st.npu.codegen.scaling import Scaling
from ingot.st.npu.codegen.units import SIGNED, Draft, raster_stream, raw_stream, registers
from ingot.st.npu.codegen.ways import Part, Way, halves
from ingot.st.npu.kernels import KernelShape, dense_sets, depthwise_sets, pack_kernels
from ingot.st.npu.machine import Registers
from ingot.st.npu.registers import Unit
from ingot.st.npu.sim.elements import ENTRIES

Array = npt.NDArray[Any]
#: A stream of weights begins at a multiple of so many bytes.
ALIGNED = 16
#: Most elements of a frame of partial sums whose reader waits.
TRIGGERED = 1536
#: Adds units that take a part's results; gives the last one.
Behind = Callable[[Draft, Unit, Part], Unit]


@dataclass(frozen=True)
class Addresses:
    """Of what a part reads and writes. source: features in the part's format. kernels: address, and how many bytes.

    sums: partial sums, where there are passes. targets: format -> address of the whole output, or of what is made
    beside.
    """

    source: int
    kernels: tuple[int, int]
    sums: int
    targets: Mapping[str, int]


def convolution_epoch(
    draft: Draft, layer: Convolution, part: Part, scaling: Scaling, at: Addresses, behind: Behind | None = None
) -> None:
    """Adds the units of a part to an epoch. behind: what takes the results in the same epoch.

    Raises Refusal for what cannot be behind, ValueError for more units than there are.
    """
    if part.tile:
        at = replace(at, source=at.source + layer.source.offset((0, part.tile.start, 0)))
        if not part.tile.copied:
            place = layer.target.offset((0, part.tile.first, 0))
            at = replace(at, targets={form: address + place for form, address in at.targets.items()})
        layer = part.of(layer)
    start, size = at.kernels
    for chain in part.beside:
        size = len(packed_kernels(layer, chain)) if part.chains > 1 else size
        _chain(draft, layer, chain, scaling, replace(at, kernels=(start, size)), behind)
        start += size + -size % ALIGNED


def _chain(
    draft: Draft, layer: Convolution, part: Part, scaling: Scaling, at: Addresses, behind: Behind | None
) -> None:
    """Adds the units of one of the chains that are beside each other in an epoch."""
    way = part.way
    pixels = layer.target.shape[0] * layer.target.shape[1]
    outputs = slice(part.first, part.first + part.outputs)
    last = (_split if way.split else _convaccs)(draft, layer, part, scaling, at)
    scaled = draft.add(_multiplier(scaling, outputs, way.kernels, pixels), "ARITH", last)
    if way.passes > 1:
        draft.link_each(last, scaled, way.passes)
    made = behind(draft, scaled, part) if behind else scaled
    write_results(draft, made, layer.target, at.targets, part.first, way.kernels, part.sets)


def _convaccs(draft: Draft, layer: Convolution, part: Part, scaling: Scaling, at: Addresses) -> Unit:
    """CONVACCs that hand their sums on; gives the last one."""
    way = part.way
    kernels = draft.add(_kernel_stream(way, *at.kernels), "STRENG")
    chain: list[Unit] = []
    for number in range(way.units):
        features = draft.add(_features(layer, part, at.source, number), "STRENG")
        unit = draft.add(_convacc(layer, way, scaling, number), "CONVACC", features, kernels)
        if chain:
            draft.link(chain[-1], unit, 2)
        chain.append(unit)
    if way.switch:
        draft.link(chain[0], chain[0], 2)
    elif way.passes > 1:
        _loop(draft, part, part.sums(layer) // 2, at.sums, chain[0], chain[-1])
    return chain[-1]


def _kernel_stream(way: Way, address: int, size: int) -> Registers:
    element = 3 if way.deep else 1
    return raw_stream(address, size // element, element, CONT=1, CACHEABLE=1, FOFFSET=0, **_signed(way))


def _signed(way: Way) -> dict[str, int]:
    return {} if way.format == "u8" else dict(SIGNED)


def _split(draft: Draft, layer: Convolution, part: Part, scaling: Scaling, at: Addresses) -> Unit:
    """Two CONVACCs that take the same features, each some rows of the kernels, and the ARITH that adds their sums."""
    units = []
    start = at.kernels[0]
    for half in halves(layer, part.way.split):
        size = len(_packed(half, part))
        features = draft.add(_features(half, part, at.source, 0), "STRENG")
        kernels = draft.add(_kernel_stream(part.way, start, size), "STRENG")
        units.append(draft.add(_convacc(half, replace(part.way, units=1), scaling, 0), "CONVACC", features, kernels))
        start += size + -size % ALIGNED
    flags = {"ROUND": 1, "SAT": 1, "DUALIN": 1, "A": 1, "B": 1}
    return draft.add(registers("ARITH", flags | sizes(2, 2, 2)), "ARITH", *units)


def _loop(draft: Draft, part: Part, elements: int, address: int, head: Unit, last: Unit) -> None:
    """Partial sums of a set from the last unit through memory to the head.

    In short frames the reader waits for the writer, as in public builds; in long ones what is read was written before.
    """
    frames = {"LIMIT": part.sets * part.way.passes, "FOFFSET": 0}
    writer = draft.add(raw_stream(address, elements, 2, DIR=1, **frames), "STRENG", last)
    waits = {"FRMTRG_EN": 1, "FRMTRG_SRC": writer.instance} if elements <= TRIGGERED else {}
    reader = draft.add(raw_stream(address, elements, 2, **frames, **waits, **SIGNED), "STRENG")
    draft.link(reader, head, 2)


def packed_kernels(layer: Convolution, part: Part) -> bytes:
    """The bytes of a part's kernels, as their streams read them: chain after chain; of kernels that are split, both."""
    if part.chains > 1:
        found = b""
        for chain in part.beside:
            found += bytes(-len(found) % ALIGNED) + packed_kernels(layer, chain)
        return found
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
    signed = _signed(way)
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
    own = {"A": int(scaling.a[0]), "COMBINEBC": 1, "RES": scaling.shift}
    return registers("ARITH", counters | steps | flags | sizes(2, 2, 1) | own, (3, 4, 5, 6, 9, 10, 11), memory)
