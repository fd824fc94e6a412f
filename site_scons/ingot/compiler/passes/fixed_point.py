# SPDX-License-Identifier: Apache-2.0
"""LiteRT's integer arithmetic on NumPy arrays, to the bit.

Formulas: gemmlowp's fixedpoint.h and tensorflow/lite/kernels/internal/{common.h,common.cc,quantization_util.cc}, in the
double-rounding form that LiteRT's reference kernels are built with. Arrays are int64 that hold int32 values.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1


def round_half_away(value: float) -> int:
    """std::round."""
    return math.floor(abs(value) + 0.5) * (1 if value >= 0 else -1)


def quantize_multiplier(real: float) -> tuple[int, int]:
    """QuantizeMultiplier: (multiplier, shift) with real ~ multiplier * 2^(shift - 31), multiplier in [2^30, 2^31).

    frexp in double, rounded half away from zero; (0, 0) for what is too small, the largest for what is too large.
    """
    if real == 0.0:
        return 0, 0
    mantissa, shift = math.frexp(real)
    multiplier = round_half_away(mantissa * (1 << 31))
    if multiplier == 1 << 31:
        multiplier //= 2
        shift += 1
    if shift > 30:
        return INT32_MAX, 30
    return (0, 0) if shift < -31 else (multiplier, shift)


def high_multiply(a: Ints, b: Ints | int, bits: int = 32) -> Ints:
    """SaturatingRoundingDoublingHighMul for integers of that many bits: a * b / 2^(bits - 1), ties up."""
    result: Ints = np.minimum((a * b + (1 << (bits - 2))) >> (bits - 1), (1 << (bits - 1)) - 1)
    return result


def rounding_divide_by_pot(x: Ints, exponent: int, bits: int = 32) -> Ints:
    """RoundingDivideByPOT of integers of that many bits: x / 2^exponent to nearest, ties away from zero.

    An exponent of `bits` or more makes gemmlowp's mask -1, so that the result is 1 or -1 where 0 would be right.
    """
    mask = (1 << exponent) - 1 if exponent < bits else -1
    threshold = (mask >> 1) + (x < 0)
    return (x >> exponent) + ((x & mask) > threshold)


def multiply(x: Ints, multiplier: int, shift: int) -> Ints:
    """MultiplyByQuantizedMultiplier: x * multiplier * 2^(shift - 31); the left shift wraps as int32 does."""
    shifted = wrap32(x << max(shift, 0))
    return rounding_divide_by_pot(high_multiply(shifted, multiplier), max(-shift, 0))


def wrap32(x: Ints) -> Ints:
    """The low 32 bits, sign-extended."""
    return ((x + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


def inverse_sqrt_multiplier(value: int) -> tuple[int, int]:
    """GetInvSqrtQuantizedMultiplierExp with kReverseShift: 1 / sqrt(value) as (multiplier, shift)."""
    if value <= 1:
        return INT32_MAX, 0
    shift = 11
    while value >= 1 << 29:
        value //= 4
        shift += 1
    pairs = (31 - value.bit_length()) // 2 - 1
    shift -= pairs
    value <<= 2 * pairs
    # Newton-Raphson in Q3.28; a product of two has 6 integer bits, so three products in a row need rescaling.
    halved = int(rounding_divide_by_pot(_one(value >> 1), 1)[()])
    x = 1 << 28
    for _ in range(5):
        cube = _saturate(_mul(_mul(x, x), x) << 6)
        x = _saturate(wrap_difference(_mul((1 << 28) + (1 << 27), x), _mul(halved, cube)) << 3)
    multiplier = _mul(x, 1518500250)
    if shift < 0:
        multiplier <<= -shift
        shift = 0
    return multiplier, -shift


def wrap_difference(a: int, b: int) -> int:
    return int(wrap32(_one(a - b))[()])


def _one(value: int) -> Any:
    return np.array(value, np.int64)


def _mul(a: int, b: int) -> int:
    return int(high_multiply(_one(a), b)[()])


def _saturate(value: int) -> int:
    return min(max(value, INT32_MIN), INT32_MAX)
