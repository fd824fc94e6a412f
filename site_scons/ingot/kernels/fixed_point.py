"""Fixed-point arithmetic of gemmlowp on arrays of int64 that hold int32 numbers: what LiteRT computes at run time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

_MAX = (1 << 31) - 1
_MIN = -(1 << 31)
# exp(-2^e) as Q0.31 for e = -2..4.
_EXP_OF_POWERS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)


def high_multiply(a: Numbers, b: Numbers | int) -> Numbers:
    """SaturatingRoundingDoublingHighMul: a * b / 2^31, ties up."""
    return np.minimum((a * b + (1 << 30)) >> 31, _MAX)


def divide_by_power(x: Numbers, exponent: int) -> Numbers:
    """RoundingDivideByPOT: x / 2^exponent, ties away from zero."""
    return np.sign(x) * ((np.abs(x) + ((1 << exponent) >> 1)) >> exponent)


def divide_by_power_up(x: Numbers, exponent: int) -> Numbers:
    """x / 2^exponent, ties up."""
    return (x + ((1 << exponent) >> 1)) >> exponent


def requantize(x: Numbers, multiplier: int, shift: int) -> Numbers:
    """MultiplyByQuantizedMultiplier with two roundings; x * 2^shift wraps at 32 bits."""
    left, right = max(shift, 0), max(-shift, 0)
    return divide_by_power(high_multiply(wrap(x << left), multiplier), right)


def wrap(x: Numbers) -> Numbers:
    """The number that an int32 would hold."""
    return ((x + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


def exp_on_negative_values(a: Numbers, integer_bits: int) -> Numbers:
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
    return np.where(a == 0, _MAX, result)


def _exp_near_zero(a: Numbers) -> Numbers:
    """exp(a) as Q0.31 of a in [-1/4, 0): a Taylor series around -1/8."""
    x = a + (1 << 28)
    x2 = high_multiply(x, x)
    x3 = high_multiply(x2, x)
    x4 = high_multiply(x2, x2)
    third = high_multiply(divide_by_power(x4, 2) + x3, 715827883)
    rest = divide_by_power(third + x2, 1)
    return 1895147668 + high_multiply(x + rest, 1895147668)


def _saturating_shift(x: Numbers, by: int) -> Numbers:
    return np.clip(x << by, _MIN, _MAX)


def reciprocal(x: Numbers, integer_bits: int) -> tuple[Numbers, Numbers]:
    """GetReciprocal of x > 0: (mantissa as Q0.31, exponent by which it is to be shifted right)."""
    headroom = 32 - np.frexp(x.astype(np.float64))[1].astype(np.int64)
    mantissa = (x << headroom) - (1 << 31)
    half = (mantissa + _MAX + 1) // 2
    r = 1515870810 + high_multiply(half, -1010580540)
    for _ in range(3):
        rest = (1 << 29) - high_multiply(half, r)
        r = r + _saturating_shift(high_multiply(r, rest), 2)
    return _saturating_shift(r, 1), integer_bits - headroom
