# SPDX-License-Identifier: Apache-2.0
"""What the numbers of one ARITH hold, and what LiteRT rounds where it multiplies by a ratio of scales."""

from __future__ import annotations

import math

#: Most bits behind the point of a sum of two, and of shifts in front of it; most bits of the last shift
#: behind a single number.
MOST_BITS, MOST_AX, MOST_BY, MOST_C = 15, 8, 14, 12
MOST_RES = 22
SIGNED_16 = 32767
#: A number that is added before the last shift is below.
LARGEST_PLUS = 1 << 30
#: Why scales whose ratio no number holds are refused.
TOO_FAR = "its scales are too far apart"


def largest_shift(value: float) -> int:
    """The largest k with round(value * 2^k) in 15 bits. value: above 0."""
    return math.floor(math.log2((SIGNED_16 + 0.49) / value))


def sizes(x: int, y: int, out: int) -> dict[str, int]:
    """Fields that say how many bytes an element of each input has, and of the output."""
    return {"XFBYTES": x, "XFOBYTES": x, "YFBYTES": y, "YFOBYTES": y, "OBYTES": out}


def of_the_model(ratio: float) -> float:
    """What LiteRT rounds between its multiplication and its shift to the right (gemmlowp's two roundings), at most."""
    return 0.5 * 2.0 ** math.frexp(ratio)[1] if ratio < 0.5 else 0.0
