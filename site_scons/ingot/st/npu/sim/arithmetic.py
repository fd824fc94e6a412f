# SPDX-License-Identifier: Apache-2.0
"""Shifts, rounding and saturation that all units have alike.

    R(v, s) = v / 2^s, to the nearest where ROUND is set, else towards minus infinity
    S_n(v)  = v held inside n bytes with sign where SAT is set, else the lowest n bytes, with sign

Ties go away from zero: outputs of a real board exclude half to even, and half up in pools. In convolutions and ARITH
half up cannot be told apart from it by public data, so it is a switch.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[Any]
Ties = Literal["away", "up", "even"]
TIES: tuple[str, ...] = get_args(Ties)


def rounded(values: Ints, shift: int, nearest: bool, ties: Ties) -> Ints:
    """R. values: integers that stay inside their type when half of 2^shift is added."""
    if not shift:
        return values
    if not nearest:
        floor: Ints = values >> shift
        return floor
    half = 1 << (shift - 1)
    if ties == "up":
        up: Ints = (values + half) >> shift
        return up
    if ties == "even":
        even: Ints = (values + (half - 1) + (values >> shift & 1)) >> shift
        return even
    sign: Ints = values >> (8 * values.dtype.itemsize - 1)  # -1 below zero
    sign += values
    sign += half
    sign >>= shift
    return sign


def wrapped(values: Ints, size: int, signed: bool = True) -> Ints:
    """The lowest `size` bytes, 1 to 3, as int32."""
    if size == 3:
        low = (values & 0xFFFFFF).astype(np.int32)
        return (low ^ 0x800000) - 0x800000 if signed else low
    kind: Any = {(1, True): np.int8, (1, False): np.uint8, (2, True): np.int16, (2, False): np.uint16}[size, signed]
    return values.astype(kind).astype(np.int32)


def limits(size: int) -> tuple[int, int]:
    """The smallest and largest number of so many bytes, with sign."""
    return -(1 << (8 * size - 1)), (1 << (8 * size - 1)) - 1


def narrow(values: Ints, bound: int) -> Ints:
    """The values in a type that holds every number up to +-bound."""
    return values.astype(np.int32 if bound < 1 << 31 else np.int64, copy=False)
