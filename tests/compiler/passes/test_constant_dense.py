# SPDX-License-Identifier: Apache-2.0
"""FULLY_CONNECTED of constants, worked out beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from compiler.passes.helpers import check_optimized, graph_of, kinds
from ingot.compiler.passes.fold_constants import fold_constants
from ingot.device.run.oracle import Reference
from support import tflite_builder as tfl
from support.constant_inputs import constant
from support.models.dense import fully_connected
from support.models.trials import for_each


def check_folded(model: bytes) -> None:
    graph = fold_constants(graph_of(model))
    assert graph.operators == ()
    for t, expected in zip(graph.outputs, Reference(model).run([]), strict=True):
        np.testing.assert_array_equal(graph.tensors[t].data, expected)


@for_each(fully_connected)
def test_equal_to_litert(model: bytes) -> None:
    """Scales one or many, biases, activations, several vectors."""
    check_folded(constant(model))


@pytest.mark.parametrize("sum_of_products", [1, -1, 3, -3, 5, -5])
def test_halves(sum_of_products: int) -> None:
    """Sums that lie exactly between two results: they are rounded away from zero."""
    b = tfl.Builder()
    y = b.tensor((1, 1), "int8", 1.0)
    weights = b.constant(np.array([[sum_of_products]], np.int8), 0.5)
    b.operator("FULLY_CONNECTED", [b.constant(np.array([[1]], np.int8), 1.0), weights, None], [y])
    check_folded(b.finish([y], inputs=[]))


def test_other_types_stay() -> None:
    b = tfl.Builder()
    y = b.tensor((1, 1), "float32")
    one = b.constant(np.ones((1, 1), np.float32))
    b.operator("FULLY_CONNECTED", [one, one, None], [y])
    assert kinds(fold_constants(graph_of(b.finish([y], inputs=[])))) == ["FULLY_CONNECTED"]


def test_first_step_of_a_recurrent_layer() -> None:
    """tanh(W x + U h) with h = 0: U h is a constant operand of the sum."""
    b = tfl.Builder()
    random = np.random.default_rng(1)
    weights = [b.constant(random.integers(-127, 128, (5, n)).astype(np.int8), 0.01) for n in (6, 5)]
    products = [b.tensor((1, 5), "int8", scale, 3) for scale in (0.1, 0.05)]
    b.operator("FULLY_CONNECTED", [b.input((1, 6), "int8", 0.02, 4), weights[0], None], [products[0]])
    b.operator("FULLY_CONNECTED", [b.constant(np.zeros((1, 5), np.int8), 1 / 128), weights[1], None], [products[1]])
    total, y = b.tensor((1, 5), "int8", 0.1), b.tensor((1, 5), "int8", 1 / 128)
    b.operator("ADD", products, [total])
    b.operator("TANH", [total], [y])
    check_optimized(b.finish([y]), ["FULLY_CONNECTED", "ADD", "table"])
