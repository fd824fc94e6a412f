"""QUANTIZE and DEQUANTIZE against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import nonlinear
from support.models.trials import for_each


@for_each(nonlinear.quantize, examples=80)
def test_quantize(model: bytes) -> None:
    """All pairs of types."""
    check(model)


@for_each(nonlinear.quantize)
def test_quantize_unoptimized(model: bytes) -> None:
    """Without the passes that make tables."""
    check(model, optimized=False)


@for_each(nonlinear.dequantize)
def test_dequantize(model: bytes) -> None:
    """All types."""
    check(model)


@for_each(nonlinear.dequantize)
def test_dequantize_unoptimized(model: bytes) -> None:
    """Without the passes that make tables."""
    check(model, optimized=False)
