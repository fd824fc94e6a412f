# SPDX-License-Identifier: Apache-2.0
"""The product of two tensors as an epoch of three ARITHs.

    p = x * y                                      exact in 16 bits
    t = p - zero_y * x                             x * (y - zero_y), exact in 16 bits
    out = R((A*t >> AX) + (B*y >> BY) + (c << C), RES)

A = ratio * 2^(RES + AX), B = -ratio * zero_x * 2^(RES + BY), c = (ratio * zero_x * zero_y + zero_out) * 2^RES, with
ratio = scale_x * scale_y / scale_out. So only the last one rounds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ingot.st.npu.codegen.arith import (
    MOST_AX,
    MOST_BITS,
    MOST_BY,
    MOST_C,
    SIGNED_16,
    TOO_FAR,
    largest_shift,
    of_the_model,
    sizes,
)
from ingot.st.npu.codegen.layers import Product, Refusal
from ingot.st.npu.codegen.results import write_results
from ingot.st.npu.codegen.tensors import tensor_stream
from ingot.st.npu.codegen.units import Draft, registers

#: Largest x * (y - zero_y).
_LARGEST = 128 * 255
#: What is shifted last stays below.
_HELD = 1 << 30
_FLAGS = {"ROUND": 1, "SAT": 1, "DUALIN": 1}


def product_epoch(draft: Draft, layer: Product, sources: tuple[int, int], targets: Mapping[str, int]) -> float:
    """Adds the units; gives the error before the last rounding. Raises Refusal.

    sources: addresses of the two tensors. targets: format -> address of the result.
    """
    numbers, error = _numbers(layer)
    sides = zip((layer.one, layer.other), sources, strict=True)
    x, y = (draft.add(tensor_stream(numbers, address), "STRENG") for numbers, address in sides)
    times = {"OP": 7, "A": 1, "B": 1, "CC": 1}
    both = draft.add(registers("ARITH", _FLAGS | times | sizes(1, 1, 2)), "ARITH", x, y)
    minus = {"A": 1, "B": -layer.other.zero}
    less = draft.add(registers("ARITH", _FLAGS | minus | sizes(2, 1, 2)), "ARITH", both, x)
    unit = draft.add(registers("ARITH", _FLAGS | numbers | sizes(2, 1, 1)), "ARITH", less, y)
    write_results(draft, unit, layer.target, targets, 0, layer.target.shape[2], 1)
    return error


def _numbers(layer: Product) -> tuple[dict[str, int], float]:
    """Fields of the last ARITH, and the error before its rounding. Raises Refusal."""
    ratio = layer.one.scale * layer.other.scale / layer.target.scale
    slope = -ratio * layer.one.zero
    level = ratio * layer.one.zero * layer.other.zero + layer.target.zero
    bits = min(largest_shift(max(ratio, abs(slope))), MOST_BITS)
    while bits >= 0 and (ratio * _LARGEST + abs(slope) * 128 + abs(level)) * 2.0**bits >= _HELD:
        bits -= 1
    c_shift = max(0, math.ceil(math.log2(max(abs(level) * 2.0**bits, 1) / SIGNED_16)))
    if bits < 0 or c_shift > MOST_C:
        raise Refusal(TOO_FAR)
    ax = max(0, min(largest_shift(ratio) - bits, MOST_AX))
    by = max(0, min(largest_shift(abs(slope)) - bits, MOST_BY)) if slope else 0
    a, b, c = (
        round(ratio * 2.0 ** (bits + ax)),
        round(slope * 2.0 ** (bits + by)),
        round(level * 2.0 ** (bits - c_shift)),
    )
    off = (
        abs(a / 2.0 ** (bits + ax) - ratio) * _LARGEST
        + abs(b / 2.0 ** (bits + by) - slope) * 128
        + abs(c * 2.0 ** (c_shift - bits) - level)
        + ((ax > 0) + (by > 0)) * 2.0**-bits
    )
    return {"A": a, "AX": ax, "B": b, "BY": by, "CC": c, "C": c_shift, "RES": bits}, off + of_the_model(ratio)
