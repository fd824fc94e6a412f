# SPDX-License-Identifier: Apache-2.0
"""Where ONNX's order of axes costs a transposition, and where it costs nothing."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ingot.compiler.findings import findings
from ingot.compiler.frontend.onnx.values import (
    Value,
    channels_last,
    flattened_columns,
    order_after_reshape,
    transposed,
)
from ingot.compiler.graph import Graph
from ingot.compiler.passes.optimize import optimize
from support.qdq_builder import QdqBuilder
from support.qdq_check import graph_of

IMAGE = channels_last(4)


@pytest.mark.parametrize(
    ("shape", "order", "to", "wanted"),
    [
        ((1, 64, 5, 7), IMAGE, (1, 64, 35), (0, 2, 1)),
        ((1, 64, 35), (0, 2, 1), (1, 4, 16, 35), (0, 3, 1, 2)),
        ((1, 64, 5, 7), IMAGE, (1, 2240), None),
        ((1, 64, 1, 1), IMAGE, (1, 64), (0, 1)),
        ((1, 490), (0, 1), (1, 1, 49, 10), (0, 1, 2, 3)),
        ((1, 2, 3, 4), IMAGE, (1, 2, 3, 4), IMAGE),
    ],
)
def test_a_reshape_keeps_groups_of_axes(
    shape: tuple[int, ...], order: tuple[int, ...], to: tuple[int, ...], wanted: tuple[int, ...] | None
) -> None:
    """And the bytes are those of NumPy."""
    found = order_after_reshape(Value(0, shape, order), to)
    assert (found is None) == (wanted is None)
    if found is not None:
        numbers = np.arange(np.prod(shape)).reshape(shape)
        stored = numbers.transpose(order).reshape(-1)
        assert np.array_equal(stored, numbers.reshape(to).transpose(found).reshape(-1))
        assert [to[axis] for axis in found] == [to[axis] for axis in wanted or ()]


def test_a_transpose_renames_axes() -> None:
    numbers = np.arange(60).reshape(1, 3, 4, 5)
    value = transposed(Value(0, (1, 3, 4, 5), IMAGE), (0, 2, 3, 1))
    assert (value.shape, value.order) == ((1, 4, 5, 3), (0, 1, 2, 3))
    assert np.array_equal(numbers.transpose(IMAGE), numbers.transpose(0, 2, 3, 1).transpose(value.order))
    assert flattened_columns(Value(0, (1, 2, 1, 3), IMAGE)).tolist() == [0, 3, 1, 4, 2, 5]


def kinds(graph: Graph) -> Counter[str]:
    return Counter(op.kind for op in graph.operators)


def conv_of(b: QdqBuilder, x: str, scale_of: str, channels: int) -> str:
    b.scales[x] = b.scales[scale_of]
    return b.quantized(b.node("Conv", [x, *b.weights((2, channels, 1, 1), x)]))


def test_an_input_of_channels_last_that_the_file_transposes() -> None:
    b = QdqBuilder(1)
    x = b.input((1, 4, 5, 3))
    graph = graph_of(b.finish([conv_of(b, b.node("Transpose", [x], perm=[0, 3, 1, 2]), x, 3)]))
    assert kinds(graph) == {"CONV_2D": 1, "TRANSPOSE": 1}  # of the output, which the file has channels first
    (said,) = findings(optimize(graph))
    name = graph.tensors[graph.outputs[0]].name
    assert said == f"TRANSPOSE of 40 bytes, '{name}': the output '{name}' has its axes as the file has them"
    assert graph.tensors[graph.inputs[0]].shape == (1, 4, 5, 3)


def test_an_input_of_channels_first_is_wanted_channels_last() -> None:
    b = QdqBuilder(1)
    x = b.input((1, 3, 4, 5))
    y = b.node("Transpose", [conv_of(b, x, x, 3)], perm=[0, 2, 3, 1])
    graph = graph_of(b.finish([y]))
    assert kinds(graph) == {"CONV_2D": 1}
    assert graph.tensors[graph.inputs[0]].shape == (1, 4, 5, 3)
    assert graph.tensors[graph.outputs[0]].shape == (1, 4, 5, 2)


def test_height_and_width_that_change_places_are_moved() -> None:
    """Transpose(0, 3, 2, 1) looks as if it were about channels."""
    b = QdqBuilder(1)
    x = b.input((1, 6, 4, 1))
    y = b.node("Transpose", [conv_of(b, b.node("Transpose", [x], perm=[0, 3, 2, 1]), x, 1)], perm=[0, 2, 3, 1])
    graph = graph_of(b.finish([y]))
    assert kinds(graph) == {"TRANSPOSE": 1, "CONV_2D": 1}
    assert graph.tensors[graph.inputs[0]].shape == (1, 6, 4, 1)


def test_a_line_is_an_image_one_high() -> None:
    b = QdqBuilder(1)
    x = b.input((1, 3, 9))
    y = b.quantized(b.node("Conv", [x, *b.weights((2, 3, 4), x)], pads=[1, 2], strides=[2]))
    graph = graph_of(b.finish([b.node("Transpose", [y], perm=[0, 2, 1])]))
    assert kinds(graph) == {"RESHAPE": 2, "CONV_2D": 1}
    assert graph.tensors[graph.outputs[0]].shape == (1, 5, 2)


@pytest.mark.parametrize(
    ("attrs", "pads"),
    [
        ({"auto_pad": "SAME_UPPER"}, (0, 1, 0, 1)),
        ({"auto_pad": "SAME_LOWER"}, (1, 0, 1, 0)),
        ({"auto_pad": "VALID"}, (0, 0, 0, 0)),
        ({"pads": [1, 0, 0, 1]}, (1, 0, 0, 1)),
    ],
)
def test_paddings(attrs: dict[str, object], pads: tuple[int, ...]) -> None:
    """Of even windows: (top, bottom, left, right)."""
    b = QdqBuilder(1)
    x = b.input((1, 3, 5, 7))
    graph = graph_of(b.finish([b.quantized(b.node("Conv", [x, *b.weights((2, 3, 2, 2), x)], **attrs))]))
    found = graph.operators[0].attrs
    assert tuple(found[f"pad_{side}"] for side in ("top", "bottom", "left", "right")) == pads
