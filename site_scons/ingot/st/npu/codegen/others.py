# SPDX-License-Identifier: Apache-2.0
"""Layers without weights as epochs: sums of two, averages, the largest of windows, another format."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ingot.st.npu.codegen.layers import Addition, Largest, Mean, Numbers, Refusal, Requantized
from ingot.st.npu.codegen.results import plus_128, write_results
from ingot.st.npu.codegen.tensors import channel_stream, tensor_stream
from ingot.st.npu.codegen.units import Draft, registers
from ingot.st.npu.machine import Registers

#: Most bits behind the point of a sum of two, and of shifts in front of it; most bits that an average's scale gets.
MOST_BITS, MOST_AX, MOST_BY, MOST_C = 15, 8, 14, 12
MOST_RES = 22
_SIGNED_16 = 32767


def largest_shift(value: float) -> int:
    """The largest k with round(value * 2^k) in 15 bits. value: above 0."""
    return math.floor(math.log2((_SIGNED_16 + 0.49) / value))


def addition_epoch(draft: Draft, layer: Addition, sources: tuple[int, int], targets: Mapping[str, int]) -> float:
    """One ARITH with two inputs; the error before the last rounding. Raises Refusal."""
    made, error = addition(layer)
    sides = zip((layer.one, layer.other), sources, strict=True)
    streams = [draft.add(tensor_stream(numbers, address), "STRENG") for numbers, address in sides]
    unit = draft.add(made, "ARITH", *streams)
    write_results(draft, unit, layer.target, targets, 0, layer.target.shape[2], 1)
    return error


def addition(layer: Addition) -> tuple[Registers, float]:
    """Registers of the ARITH, and the error before its rounding. Raises Refusal.

    out = R((a * x >> AX) + (b * y >> BY) + (c << C), RES): the scales' ratios with RES bits behind the point.
    """
    one, other = (side.scale / layer.target.scale for side in (layer.one, layer.other))
    bits = min(largest_shift(one), largest_shift(other), MOST_BITS)
    ax, by = (max(0, min(largest_shift(ratio) - bits, most)) for ratio, most in ((one, MOST_AX), (other, MOST_BY)))
    a, b = round(one * 2.0 ** (bits + ax)), round(other * 2.0 ** (bits + by))
    exact = (layer.target.zero - layer.one.zero * one - layer.other.zero * other) * 2.0**bits
    shift = max(0, math.ceil(math.log2(max(abs(exact), 1) / _SIGNED_16)))
    if bits < 0 or shift > MOST_C:
        raise Refusal("its scales are too far apart")
    c = round(exact / 2.0**shift)
    if abs(c) > _SIGNED_16:
        shift, c = shift + 1, round(exact / 2.0 ** (shift + 1))
    sizes = dict.fromkeys(("XFBYTES", "XFOBYTES", "YFBYTES", "YFOBYTES", "OBYTES"), 1)
    numbers = {"A": a, "AX": ax, "B": b, "BY": by, "CC": c, "C": shift, "RES": bits}
    made = registers("ARITH", {"ROUND": 1, "SAT": 1, "DUALIN": 1} | numbers | sizes)
    unit_of_sum = 2.0**-bits
    ratios = 128 * (abs(a / 2.0 ** (bits + ax) - one) + abs(b / 2.0 ** (bits + by) - other))
    cut = unit_of_sum * ((ax > 0) + (by > 0))
    of_the_model = 2.0**-19 * max(one, other)  # LiteRT has 20 bits behind the point of the larger scale, times two
    return made, ratios + cut + abs(c * 2.0**shift - exact) * unit_of_sum + of_the_model


def mean_epoch(draft: Draft, layer: Mean, source: int, targets: Mapping[str, int]) -> float:
    """A global average pool with 8 bits behind the point, and an ARITH; the error before the last rounding."""
    height, width, channels = layer.source.shape
    depth = next((depth for depth in (8, 4, 2, 1) if channels % depth == 0), 1)
    count = height * width
    power = min(largest_shift(1 / count), 24)
    times = round(2.0**power / count)
    ratio = layer.source.scale / layer.target.scale
    bits = min(largest_shift(ratio), MOST_RES)
    a = round(ratio * 2.0**bits)
    plus = round((layer.target.zero - layer.source.zero * ratio) * 2.0**bits)
    if bits < 0 or power < 8 or abs(plus) >= 1 << 30:
        raise Refusal("its scales are too far apart")
    stream = channel_stream(layer.source, source, depth, channels // depth)
    pool = registers(
        "POOL",
        dict(
            TYPE=10,
            BSIZE=depth,
            STRDX=1,
            STRDY=1,
            X=width * depth,
            Y=height,
            OUTX=width + 1,
            OUTY=height + 1,
            RCROP=width * depth - 1,
            BCROP=height - 1,
            MULVAL=times,
            OUTSHIFT=power - 8,
            OBYTES=2,
        ),
    )
    scale = registers(
        "ARITH",
        dict(
            ROUND=1,
            SAT=1,
            A=a,
            AX=8,
            B=plus >> 16,
            CC=plus & 0xFFFF,
            COMBINEBC=1,
            RES=bits,
            OBYTES=1,
            XFBYTES=2,
            XFOBYTES=2,
            YFBYTES=1,
            YFOBYTES=1,
        ),
    )
    unit = draft.add(scale, "ARITH", draft.add(pool, "POOL", draft.add(stream, "STRENG")))
    write_results(draft, unit, layer.target, targets, 0, channels, 1)
    average = 128 * abs(times * count / 2.0**power - 1) + 0.5 / 256
    of_the_model = 0.5 / count  # LiteRT rounds the scaled sum, and again when it divides
    return average * ratio + 128 * abs(a / 2.0**bits - ratio) + 1.5 * 2.0**-bits + of_the_model


def largest_epoch(draft: Draft, layer: Largest, source: int, targets: Mapping[str, int]) -> float:
    """A pool; exact. Raises Refusal."""
    if layer.source.scale != layer.target.scale or layer.source.zero != layer.target.zero:
        raise Refusal("its input and output have different scales")
    height, width, channels = layer.source.shape
    depth = next((depth for depth in (8, 4) if channels % depth == 0), 1)
    frames = channels // depth
    rows, columns, _ = layer.target.shape
    pool = registers(
        "POOL",
        dict(
            WINX=layer.window[1],
            WINY=layer.window[0],
            STRDX=layer.strides[1],
            STRDY=layer.strides[0],
            BSIZE=depth,
            X=width * depth,
            Y=height,
            OUTX=columns,
            OUTY=rows,
            RCROP=width * depth - 1,
            BCROP=height - 1,
            OBYTES=1,
        ),
    )
    stream = channel_stream(layer.source, source, depth, frames)
    unit = draft.add(pool, "POOL", draft.add(stream, "STRENG"))
    write_results(draft, unit, layer.target, targets, 0, depth, frames)
    return 0.0


def requantized_epoch(draft: Draft, layer: Requantized, source: int, targets: Mapping[str, int]) -> float:
    """One ARITH; the error before the last rounding. Raises Refusal."""
    ratio = layer.source.scale / layer.target.scale
    bits = min(largest_shift(ratio), MOST_RES)
    a = round(ratio * 2.0**bits)
    exact = (layer.target.zero - layer.source.zero * ratio) * 2.0**bits
    plus = round(exact)
    if bits < 0 or abs(plus) >= 1 << 30:
        raise Refusal("its scales are too far apart")
    sizes = {"XFBYTES": 2, "XFOBYTES": 2, "YFBYTES": 1, "YFOBYTES": 1, "OBYTES": 1}
    numbers = {"A": a, "B": plus >> 16, "CC": plus & 0xFFFF, "COMBINEBC": 1, "RES": bits}
    signed = {} if layer.unsigned else {"LSBMODE": 1, "SIGNEXT": 1}
    stream = draft.add(tensor_stream(layer.source, source, **signed), "STRENG")
    unit = draft.add(registers("ARITH", {"ROUND": 1, "SAT": 1} | numbers | sizes), "ARITH", stream)
    write_results(draft, unit, layer.target, targets, 0, layer.target.shape[2], 1)
    if ratio == 1.0 and exact == plus:
        return 0.0
    of_the_model = 0.5 * 2.0 ** math.frexp(ratio)[1] if ratio < 0.5 else 0.0
    return 255 * abs(a / 2.0**bits - ratio) + 2.0**-bits * abs(plus - exact) + of_the_model + 2.0**-20


def format_epoch(draft: Draft, numbers: Numbers, source: int, target: int) -> None:
    """Makes u8 of a tensor that lies there as s8."""
    stream = draft.add(tensor_stream(numbers, source), "STRENG")
    unit = draft.add(plus_128(), "ARITH", stream)
    draft.add(tensor_stream(numbers, target, DIR=1), "STRENG", unit)
