"""Layers of int16 activations and int8 weights against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models.int16 import layer
from support.models.trials import for_each


@for_each(lambda d: layer(d, "CONV_2D"))
def test_conv2d(model: bytes) -> None:
    """Sums of 64 bits."""
    check(model)


@for_each(lambda d: layer(d, "DEPTHWISE_CONV_2D"))
def test_depthwise(model: bytes) -> None:
    """A group for every channel."""
    check(model)
