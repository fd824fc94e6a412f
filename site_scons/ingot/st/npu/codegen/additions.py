# SPDX-License-Identifier: Apache-2.0
"""Sums of two tensors as an epoch of one ARITH."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ingot.st.npu.codegen.arith import MOST_AX, MOST_BITS, MOST_BY, MOST_C, SIGNED_16, TOO_FAR, largest_shift, sizes
from ingot.st.npu.codegen.layers import Addition, Refusal
from ingot.st.npu.codegen.results import write_results
from ingot.st.npu.codegen.tensors import tensor_stream
from ingot.st.npu.codegen.units import Draft, registers
from ingot.st.npu.machine import Registers


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
    shift = max(0, math.ceil(math.log2(max(abs(exact), 1) / SIGNED_16)))
    if bits < 0 or shift > MOST_C:
        raise Refusal(TOO_FAR)
    c = round(exact / 2.0**shift)
    if abs(c) > SIGNED_16:
        shift, c = shift + 1, round(exact / 2.0 ** (shift + 1))
    numbers = {"A": a, "AX": ax, "B": b, "BY": by, "CC": c, "C": shift, "RES": bits}
    made = registers("ARITH", {"ROUND": 1, "SAT": 1, "DUALIN": 1} | numbers | sizes(1, 1, 1))
    unit_of_sum = 2.0**-bits
    ratios = 128 * (abs(a / 2.0 ** (bits + ax) - one) + abs(b / 2.0 ** (bits + by) - other))
    cut = unit_of_sum * ((ax > 0) + (by > 0))
    model = 2.0**-19 * max(one, other)  # LiteRT has 20 bits behind the point of the larger scale, times two
    return made, ratios + cut + abs(c * 2.0**shift - exact) * unit_of_sum + model
