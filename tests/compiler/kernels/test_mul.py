# SPDX-License-Identifier: Apache-2.0
"""MUL against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import elementwise
from support.models.trials import for_each


@for_each(lambda d: elementwise.binary(d, "MUL", "int8"))
def test_int8(model: bytes) -> None:
    """Broadcasting, constants, fused activations."""
    check(model)


@for_each(lambda d: elementwise.binary(d, "MUL", "int16"))
def test_int16(model: bytes) -> None:
    """Broadcasting, constants, fused activations."""
    check(model)


@for_each(lambda d: elementwise.binary(d, "MUL", "float32"))
def test_float32(model: bytes) -> None:
    """Broadcasting, constants, fused activations."""
    check(model)


@for_each(lambda d: elementwise.binary(d, "MUL", "int32"))
def test_int32(model: bytes) -> None:
    """Broadcasting, constants, fused activations."""
    check(model)


@for_each(lambda d: elementwise.binary(d, "MUL", "int8"))
def test_unoptimized(model: bytes) -> None:
    """Without the passes that turn a constant operand into a table."""
    check(model, optimized=False)
