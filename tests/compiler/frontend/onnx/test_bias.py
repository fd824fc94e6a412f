# SPDX-License-Identifier: Apache-2.0
"""Biases near the ends of 32 bits, in other units than that of the sums, and as floats."""

from __future__ import annotations

import numpy as np
import pytest

from support.qdq_builder import QdqBuilder
from support.qdq_check import check, graph_of

UNIT = float(np.float32(0.05) * np.float32(0.01))


def layer(bias: str, b: QdqBuilder, x: str) -> bytes:
    codes = b.constant(np.full((2, 3, 1, 1), 127, np.int8))
    weights = b.node("DequantizeLinear", [codes, b.constant(np.float32(0.01)), b.constant(np.int8(0))])
    return b.finish([b.quantized(b.node("Conv", [x, weights, bias]), 0.02, 0)])


@pytest.mark.parametrize("times", [1.0, 3.0, 0.5])
def test_any_unit_is_brought_to_that_of_the_sums(times: float) -> None:
    b = QdqBuilder(1)
    x = b.input((1, 3, 2, 4), 0.05)
    numbers = [
        b.constant(np.array([700, -900], np.int32)),
        b.constant(np.float32(np.float32(UNIT) * np.float32(times))),
    ]
    graph = graph_of(layer(b.node("DequantizeLinear", numbers), b, x))
    assert np.asarray(graph.tensors[graph.operators[0].inputs[2] or 0].data).tolist() == [700 * times, -900 * times]


def test_two_layers_share_a_bias() -> None:
    """Each has it in the unit of its own sums."""
    b = QdqBuilder(1)
    x = b.input((1, 2, 3, 4), 0.05)
    numbers = [b.constant(np.array([700, -900], np.int32)), b.constant(np.float32(UNIT))]
    bias, real = b.node("DequantizeLinear", numbers), x
    for scale in (0.01, 0.04):
        codes = b.constant(np.full((2, 2, 1, 1), 3, np.int8))
        weights = b.node("DequantizeLinear", [codes, b.constant(np.float32(scale)), b.constant(np.int8(0))])
        real = b.quantized(b.node("Conv", [real, weights, bias]), 0.1, 0)
    graph, _, _ = check(b.finish([real]))
    layers = [op for op in graph.operators if op.kind == "CONV_2D"]
    found = [np.asarray(graph.tensors[op.inputs[2] or 0].data).tolist() for op in layers]
    # the second layer's unit is 0.1 * 0.04, eight times the first one's
    assert found == [[700, -900], [88, -112]]


def test_a_float_bias() -> None:
    b = QdqBuilder(1)
    x = b.input((1, 3, 2, 4), 0.05)
    graph = graph_of(layer(b.constant(np.float32([700 * UNIT, -900 * UNIT])), b, x))
    assert np.asarray(graph.tensors[graph.operators[0].inputs[2] or 0].data).tolist() == [700, -900]


def test_sums_at_the_ends_of_32_bits_do_not_wrap() -> None:
    """The sums alone reach 97,155; each result has the sign of its bias."""
    b = QdqBuilder(1)
    x = b.input((1, 3, 2, 4), 0.05)
    numbers = [b.constant(np.array([2**31 - 1, -(2**31)], np.int32)), b.constant(np.float32(UNIT))]
    _, _, (found,) = check(layer(b.node("DequantizeLinear", numbers), b, x))
    assert set(np.unique(found)) == {-128, 127}
