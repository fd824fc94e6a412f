# SPDX-License-Identifier: Apache-2.0
"""Layers of int16 activations and int8 weights against LiteRT's reference kernels."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.base.errors import IngotError
from support import tflite_builder
from support.differential import check, program_of
from support.models.int16 import fully_connected, layer
from support.models.pooling import pool
from support.models.trials import for_each, for_each_kind


@for_each(lambda d: layer(d, "CONV_2D"))
def test_conv2d(model: bytes) -> None:
    """Sums of 64 bits."""
    check(model)


@for_each(lambda d: layer(d, "DEPTHWISE_CONV_2D"))
def test_depthwise(model: bytes) -> None:
    """A group for every channel."""
    check(model)


@for_each(fully_connected)
def test_fully_connected(model: bytes) -> None:
    """Sums of 64 bits, rounded once."""
    check(model)


@pytest.mark.parametrize("sum_of_products", [5, -5, 15, -15, 25, -25])
def test_halves(sum_of_products: int) -> None:
    """Sums that lie exactly between two results: they are rounded away from zero."""
    weights = np.array([[sum_of_products]], np.int8)
    model = tflite_builder.fully_connected((1, 1), weights, 0.5, source=("int16", 0.5, 0), target=("int16", 2.5, 0))
    check(model, [np.array([[1]], np.int16)])


@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"])
def test_bias_of_32_bits_that_no_option_tells(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """LiteRT takes it for one of 64 bits and reads past its end, or refuses it, so there is nothing to be equal to."""
    monkeypatch.setattr(tflite_builder, "bias_type", lambda bias, source: {})
    bias, one, quant = np.zeros(1, np.int32), np.ones((1, 1, 1, 1), np.int8), ("int16", 0.5, 0)
    if kind == "FULLY_CONNECTED":
        model = tflite_builder.fully_connected((1, 1), one[0, 0], 0.5, bias, source=quant, target=quant)
    else:
        build = tflite_builder.conv2d if kind == "CONV_2D" else tflite_builder.depthwise
        model = build((1, 1, 1, 1), one, 0.5, bias, source=quant, target=quant)
    with pytest.raises(IngotError, match="the bias int64"):
        program_of(model)


@for_each_kind(lambda d, kind: pool(d, kind, "int16"), ("AVERAGE_POOL_2D", "MAX_POOL_2D"), examples=40)
def test_pooling(kind: str, model: bytes) -> None:
    """As of int8."""
    check(model)
