# SPDX-License-Identifier: Apache-2.0
"""SQUARED_DIFFERENCE against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import elementwise
from support.models.trials import for_each


@for_each(lambda d: elementwise.binary(d, "SQUARED_DIFFERENCE", "int8"))
def test_int8(model: bytes) -> None:
    """Broadcasting and constants."""
    check(model)


@for_each(lambda d: elementwise.binary(d, "SQUARED_DIFFERENCE", "float32"))
def test_float32(model: bytes) -> None:
    """Broadcasting and constants."""
    check(model)


@for_each(lambda d: elementwise.binary(d, "SQUARED_DIFFERENCE", "int32"))
def test_int32(model: bytes) -> None:
    """Broadcasting and constants."""
    check(model)
