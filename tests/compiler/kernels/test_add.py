# SPDX-License-Identifier: Apache-2.0
"""ADD against LiteRT's reference kernels."""

from __future__ import annotations

import pytest

from support.differential import check
from support.models import elementwise
from support.models.trials import for_each


@pytest.mark.slow
@for_each(lambda d: elementwise.binary(d, "ADD", "int8"))
def test_int8(model: bytes) -> None:
    """Broadcasting, constants, fused activations, extreme zero points."""
    check(model)


@for_each(lambda d: elementwise.binary(d, "ADD", "int8"))
def test_unoptimized(model: bytes) -> None:
    """Without the passes that turn a constant operand into a table."""
    check(model, optimized=False)


@for_each(lambda d: elementwise.binary(d, "ADD", "int16"))
def test_int16(model: bytes) -> None:
    """General scales."""
    check(model)


@for_each(lambda d: elementwise.power_of_two_sum(d, "ADD"))
def test_int16_powers_of_two(model: bytes) -> None:
    """LiteRT has a formula of its own for them."""
    check(model)


@for_each(lambda d: elementwise.binary(d, "ADD", "float32"))
def test_float32(model: bytes) -> None:
    """Equal to the bit."""
    check(model)


@for_each(lambda d: elementwise.binary(d, "ADD", "int32"))
def test_int32(model: bytes) -> None:
    """Shape arithmetic that does not fold."""
    check(model)
