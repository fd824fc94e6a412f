# SPDX-License-Identifier: Apache-2.0
"""Multipliers that reproduce round(sum * scale) in double arithmetic with integers alone.

LiteRT's reference FULLY_CONNECTED computes static_cast<int32_t>(round((double)sum * scale)). On the target that is
sign(sum) * floor(|sum| * m / 2^(63 + right) + 1/2). Both are monotonic in |sum|, so they are equal if their steps are:
for every result k that the output type can hold, the smallest sum that reaches it must be the same. Each k bounds m
from both sides; any m between all bounds is exact.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ingot.base.errors import IngotError


class ExactMultiplier(NamedTuple):
    """m = high * 2^32 + low; high < 2^31. right: see above, at most 40."""

    high: int
    low: int
    right: int


def exact_multiplier(scale: float, largest: int, largest_sum: int = (1 << 31) - 1) -> ExactMultiplier:
    """The multiplier for results up to `largest` and |sums| up to `largest_sum`; low is 0 whenever that is exact too.

    Raises IngotError when no multiplier is exact: a double rounds one product up to a tie and another one down from it.
    The doubles of some short fractions do, such as 1.15 and 7/10 (50 * 1.15 is below 57.5 and 70 * 1.15 is 80.5).
    """
    if scale <= 0.0:
        return ExactMultiplier(0, 0, 1)
    mantissa, exponent = math.frexp(scale)
    right = -exponent
    if right > 40:
        return ExactMultiplier(0, 0, 1)
    nominal = int(mantissa * (1 << 53)) << 10
    lowest, highest = 1, (1 << 63) - 1
    for k in range(1, largest + 1):
        first = _first_sum(scale, k)
        if first > largest_sum + 1:
            break
        # (k - 1/2) * 2^(63 + right), an integer.
        step = (2 * k - 1) << (62 + right) if right >= -62 else 0
        if first <= largest_sum:
            lowest = max(lowest, -(-step // first))
        if first > 1:
            highest = min(highest, -(-step // (first - 1)) - 1)
    if lowest > highest:
        raise IngotError(
            f"input scale x weight scale / output scale, is {scale!r}; no integer form rounds as LiteRT",
            remedy="Another output scale, as any other training gives it, is compiled.",
        )
    nearest = min(max(nominal, lowest), highest)
    for high in ((nearest + (1 << 31)) >> 32, -(-lowest >> 32)):
        if lowest <= high << 32 <= highest and high < 1 << 31:
            return ExactMultiplier(high, 0, right)
    return ExactMultiplier(nearest >> 32, nearest & 0xFFFFFFFF, right)


def _first_sum(scale: float, k: int) -> int:
    """The smallest sum whose product with scale, rounded to a double, is at least k - 1/2."""
    tie = k - 0.5
    guess = max(math.ceil(tie / scale), 1)
    while guess > 1 and (guess - 1) * scale >= tie:
        guess -= 1
    while guess * scale < tie:
        guess += 1
    return guess
