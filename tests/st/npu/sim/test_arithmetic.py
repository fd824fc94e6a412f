# SPDX-License-Identifier: Apache-2.0
"""Shifts and saturation against fractions."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingot.st.npu.sim.arithmetic import rounded, wrapped


def nearest(value: Fraction, ties: str) -> int:
    """The nearest whole number."""
    low = floor(value)
    rest = value - low
    if rest != Fraction(1, 2):
        return low + (rest > Fraction(1, 2))
    if ties == "even":
        return low + low % 2
    return low + (ties == "up" or value > 0)


@given(st.integers(-(1 << 29), 1 << 29), st.integers(0, 20), st.sampled_from(["away", "up", "even"]))
def test_a_shift_rounds_to_the_nearest(value: int, shift: int, ties: str) -> None:
    found = rounded(np.array([value], np.int32), shift, True, ties)  # type: ignore[arg-type]
    assert found[0] == nearest(Fraction(value, 1 << shift), ties)


@given(st.integers(-(1 << 30), 1 << 30), st.integers(0, 31))
def test_without_rounding_it_is_the_floor(value: int, shift: int) -> None:
    assert rounded(np.array([value], np.int64), shift, False, "away")[0] == value // (1 << shift)


@pytest.mark.parametrize("size", [1, 2, 3])
@given(value=st.integers(-(1 << 30), 1 << 30), signed=st.booleans())
def test_the_lowest_bytes(size: int, value: int, signed: bool) -> None:
    expected = int.from_bytes((value & 0xFFFFFFFF).to_bytes(4, "little")[:size], "little", signed=signed)
    assert wrapped(np.array([value], np.int32), size, signed)[0] == expected
