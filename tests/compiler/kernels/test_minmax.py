# SPDX-License-Identifier: Apache-2.0
"""MAXIMUM and MINIMUM against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import elementwise
from support.models.trials import for_each


@for_each(lambda d: elementwise.extreme(d, "MAXIMUM", "int8"), examples=25)
def test_maximum_int8(model: bytes) -> None:
    """Either operand may broadcast or be constant."""
    check(model)


@for_each(lambda d: elementwise.extreme(d, "MAXIMUM", "int16"), examples=25)
def test_maximum_int16(model: bytes) -> None:
    """Either operand may broadcast or be constant."""
    check(model)


@for_each(lambda d: elementwise.extreme(d, "MAXIMUM", "float32"), examples=25)
def test_maximum_float32(model: bytes) -> None:
    """Either operand may broadcast or be constant."""
    check(model)


@for_each(lambda d: elementwise.extreme(d, "MINIMUM", "int8"), examples=25)
def test_minimum_int8(model: bytes) -> None:
    """Either operand may broadcast or be constant."""
    check(model)


@for_each(lambda d: elementwise.extreme(d, "MINIMUM", "int16"), examples=25)
def test_minimum_int16(model: bytes) -> None:
    """Either operand may broadcast or be constant."""
    check(model)


@for_each(lambda d: elementwise.extreme(d, "MINIMUM", "float32"), examples=25)
def test_minimum_float32(model: bytes) -> None:
    """Either operand may broadcast or be constant."""
    check(model)
