# SPDX-License-Identifier: Apache-2.0
"""The integer form of round(sum * scale) against doubles: at every step, beside it, and anywhere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.compiler.kernels.exact_multiplier import ExactMultiplier, exact_multiplier
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.registry import Target
from ingot.compiler.passes.optimize import optimize
from support.differential import graph_of
from support.tflite_builder import fully_connected

LARGEST = 255


def rounded(value: float) -> int:
    """C's round(): halves away from zero."""
    whole = math.floor(abs(value))
    return int(math.copysign(whole + (abs(value) - whole >= 0.5), value))


def on_target(total: int, m: ExactMultiplier) -> int:
    """What fully_connected.c computes, without its limits."""
    number = (m.high << 32) + m.low
    power = 63 + m.right
    size = (2 * abs(total) * number + (1 << power)) >> (power + 1) if power >= 0 else abs(total) * number << -power
    return -size if total < 0 else size


def limited(value: int) -> int:
    return max(-LARGEST, min(LARGEST, value))


@given(st.floats(min_value=2.0**-24, max_value=16.0), st.integers(min_value=-(1 << 31) + 1, max_value=(1 << 31) - 1))
def test_equal_to_doubles(scale: float, anywhere: int) -> None:
    """Only results within the output's range have to be right; beyond, both are clamped."""
    try:
        m = exact_multiplier(scale, LARGEST)
    except IngotError:
        assume(False)
    sums = [anywhere]
    for k in range(1, LARGEST + 1):
        near = int((k - 0.5) / scale)
        sums += [sign * (near + d) for d in (-1, 0, 1, 2) for sign in (-1, 1) if near + d < 1 << 31]
    for total in sums:
        assert limited(on_target(total, m)) == limited(rounded(total * scale)), (total, scale)


@pytest.mark.parametrize("scale", [0.5, 0.25, 1.0, 0.1, 1 / 3, 2.0**-20, 0.49999999999999994, 3.0, 0.30000001192092896])
def test_ties(scale: float) -> None:
    """Scales whose products lie on halves, or a hair beside them."""
    m = exact_multiplier(scale, LARGEST)
    for total in range(-2000, 2001):
        assert limited(on_target(total, m)) == limited(rounded(total * scale)), total


def test_a_scale_that_no_multiplier_has() -> None:
    """The double 1.15 is below 1.15: 70 times it is rounded up to a tie, 50 times it stays below one."""
    assert (rounded(50 * 1.15), rounded(70 * 1.15)) == (57, 81)  # a factor below 1.15, and one that is at least 1.15
    with pytest.raises(IngotError, match=r"is 1\.15; no integer form rounds as LiteRT"):
        exact_multiplier(1.15, LARGEST)


def test_such_a_layer_is_refused_by_name() -> None:
    model = fully_connected(
        (1, 4), np.ones((2, 4), np.int8), 7 / 16, source=("int8", 1.0, 0), target=("int8", 5 / 8, 0)
    )
    with pytest.raises(IngotError, match=r"operator 0 \(FULLY_CONNECTED -> 't2'\): input scale .* is 0\.7; no integer"):
        lower(optimize(graph_of(model)), Target())


def test_short_whenever_exact() -> None:
    """Almost every scale of a real layer has a multiplier of 31 bits, which the vector form needs."""
    scales = [0.00137 * (1 + i / 97) for i in range(200)]
    assert sum(exact_multiplier(scale, LARGEST).low == 0 for scale in scales) > 150


def test_nothing_left() -> None:
    """A scale of zero, or one too small for any sum to count."""
    assert exact_multiplier(0.0, LARGEST).high == 0
    assert exact_multiplier(2.0**-45, LARGEST).high == 0
