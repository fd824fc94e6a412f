# SPDX-License-Identifier: Apache-2.0
"""exp and 1 / x of gemmlowp in 32 bits, on arrays of int64: what LiteRT's SOFTMAX computes at run time."""

from __future__ import annotations

import numpy as np

from ingot.compiler.passes.fixed_point import INT32_MAX, INT32_MIN, Ints, high_multiply, rounding_divide_by_pot

# exp(-2^e) as Q0.31 for e = -2..4.
_EXP_OF_POWERS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)


def exp_on_negative_values(a: Ints, integer_bits: int) -> Ints:
    """exp(a) as Q0.31 of a <= 0 with `integer_bits` (at most 5) bits before the point."""
    fraction_bits = 31 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    low = (a & (quarter - 1)) - quarter
    result = _exp_near_zero(_saturating_shift(low, integer_bits))
    rest = low - a
    for exponent, factor in enumerate(_EXP_OF_POWERS, start=-2):
        if integer_bits > exponent:
            bit = 1 << (fraction_bits + exponent)
            result = np.where(rest & bit, high_multiply(result, factor), result)
    return np.where(a == 0, INT32_MAX, result)


def _exp_near_zero(a: Ints) -> Ints:
    """exp(a) as Q0.31 of a in [-1/4, 0): a Taylor series around -1/8."""
    x = a + (1 << 28)
    x2 = high_multiply(x, x)
    x3 = high_multiply(x2, x)
    x4 = high_multiply(x2, x2)
    third = high_multiply(rounding_divide_by_pot(x4, 2) + x3, 715827883)
    rest = rounding_divide_by_pot(third + x2, 1)
    return 1895147668 + high_multiply(x + rest, 1895147668)


def _saturating_shift(x: Ints, by: int) -> Ints:
    result: Ints = np.clip(x << by, INT32_MIN, INT32_MAX)
    return result


def reciprocal(x: Ints, integer_bits: int) -> tuple[Ints, Ints]:
    """GetReciprocal of x > 0: (mantissa as Q0.31, exponent by which it is to be shifted right)."""
    headroom = 32 - np.frexp(x.astype(np.float64))[1].astype(np.int64)
    mantissa = (x << headroom) - (1 << 31)
    half = (mantissa + INT32_MAX + 1) // 2
    r = 1515870810 + high_multiply(half, -1010580540)
    for _ in range(3):
        rest = (1 << 29) - high_multiply(half, r)
        r = r + _saturating_shift(high_multiply(r, rest), 2)
    return _saturating_shift(r, 1), integer_bits - headroom
