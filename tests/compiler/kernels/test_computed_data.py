# SPDX-License-Identifier: Apache-2.0
"""Operators of constants only: computed beforehand or on the target, they give what LiteRT gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from support.constant_inputs import constant
from support.differential import check, check_network
from support.models.draw import Draw, Seeded
from support.models.every import MODELS
from support.models.nonlinear import FLOAT_FUNCTIONS
from support.tflite_builder import Builder

CASES = 3
"""Of every operator."""

WITHOUT_ORACLE = {
    "SUM int8",
    "SUM int16",
    "BATCH_MATMUL a scale a column",
    "CEIL float32",
    "ROUND float32",
    "POW float32",
    "FULLY_CONNECTED int4",
    *(f"{kind} float32" for kind in FLOAT_FUNCTIONS),
}
"""Not equal to LiteRT's bit for bit; test_reduce.py, test_products.py and test_unary.py compare these on their own."""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in MODELS if name not in WITHOUT_ORACLE])
def test_every_operator(name: str) -> None:
    make: Callable[[Draw], bytes] = MODELS[name]
    for seed in range(CASES):
        check(constant(make(Seeded(seed))), streamed="LSTM" not in name and "SVDF" not in name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SOFTMAX int8", "BATCH_MATMUL", "PRELU int8", "CONV_2D int8", "SPLIT"])
def test_network(name: str) -> None:
    """Everything that a build makes, twice, with an output that depends on no input."""
    check_network(constant(MODELS[name](Seeded(3))), samples=2)


def test_constant_left_matrix() -> None:
    """The kernel takes a constant only on the right."""
    b = Builder()
    left = b.constant(np.arange(-10, 10, dtype=np.int8).reshape(4, 5), 0.1, 3)
    y = b.tensor((4, 6), "int8", 0.2, -1)
    b.operator("BATCH_MATMUL", [left, b.input((5, 6), "int8", 0.05, 2)], [y])
    assert [call.kernel for call in check(b.finish([y])).calls] == ["copy_constant", "batch_matmul_s8"]


def test_constant_input_of_prelu() -> None:
    """Slopes are computed."""
    b = Builder()
    x = b.constant(np.arange(-10, 10, dtype=np.int8).reshape(1, 2, 2, 5), 0.1, 3)
    y = b.tensor((1, 2, 2, 5), "int8", 0.2, -1)
    b.operator("PRELU", [x, b.input((1, 1, 5), "int8", 0.05, 2)], [y])
    assert [call.kernel for call in check(b.finish([y])).calls] == ["copy_constant", "prelu_s8"]
