# SPDX-License-Identifier: Apache-2.0
"""PAD folds into what is behind it where the bytes stay the same."""

import numpy as np
import pytest

from compiler.passes.helpers import INT8, check_optimized, conv, graph_of
from ingot.compiler.passes.optimize import optimize
from support import tflite_builder as tfl
from support.differential import check

SHAPE = (1, 7, 8, 3)


def padded(b, x, amounts, kind="PAD", value=None):
    amounts = np.array(amounts, np.int32)
    shape = tuple(n + int(a.sum()) for n, a in zip(SHAPE, amounts, strict=True))
    y = b.tensor(shape, *INT8)
    extra = [] if value is None else [b.constant(np.array(value, np.int8), INT8[1], INT8[2])]
    b.operator(kind, [x, b.constant(amounts), *extra], [y])
    return y, shape


SPATIAL = [[0, 0], [1, 2], [0, 1], [0, 0]]


@pytest.mark.parametrize(("padding", "stride"), [("VALID", 1), ("VALID", 2)])
def test_into_a_convolution(padding, stride):
    b = tfl.Builder()
    x = b.input(SHAPE, *INT8)
    y, shape = padded(b, x, SPATIAL)
    z, _ = conv(b, y, shape, padding=padding, stride=stride)
    graph = check_optimized(b.finish([z]), ["CONV_2D"])
    (op,) = graph.operators
    assert [op.attrs[f"pad_{side}"] for side in ("top", "bottom", "left", "right")] == [1, 2, 0, 1]
    assert op.origin == (0, 1) and op.index == 1


def test_adds_to_the_padding_that_is_there():
    b = tfl.Builder()
    x = b.input(SHAPE, *INT8)
    y, shape = padded(b, x, [[0, 0], [1, 1], [1, 0], [0, 0]])
    z, _ = conv(b, y, shape, padding="SAME")
    (op,) = check_optimized(b.finish([z]), ["CONV_2D"]).operators
    assert [op.attrs[f"pad_{side}"] for side in ("top", "bottom", "left", "right")] == [2, 2, 2, 1]


def test_into_a_depthwise_convolution():
    b = tfl.Builder()
    x = b.input(SHAPE, *INT8)
    y, _ = padded(b, x, [[0, 0], [0, 1], [0, 1], [0, 0]])
    w = b.constant(
        np.random.default_rng(0).integers(-127, 128, (1, 3, 3, 3)).astype(np.int8), [0.01, 0.02, 0.03], axis=3
    )
    z = b.tensor((1, 3, 4, 3), *INT8)
    b.operator("DEPTHWISE_CONV_2D", [y, w], [z], padding="VALID", stride_h=2, stride_w=2)
    check_optimized(b.finish([z]), ["DEPTHWISE_CONV_2D"])


@pytest.mark.parametrize(
    "amounts",
    [
        [[0, 0], [3, 0], [0, 0], [0, 0]],  # windows that see padding only
        [[0, 0], [1, 1], [1, 1], [0, 1]],  # channels too
        [[0, 1], [0, 0], [0, 0], [0, 0]],  # the batch
    ],
)
def test_other_pads_stay(amounts):
    b = tfl.Builder()
    x = b.input(SHAPE, *INT8)
    y, shape = padded(b, x, amounts)
    z, _ = conv(b, y, shape)
    check_optimized(b.finish([z]), ["PAD", "CONV_2D"])


def test_every_reader_for_itself():
    """A convolution reads past the PAD, the other reader keeps it."""
    b = tfl.Builder()
    x = b.input(SHAPE, *INT8)
    y, shape = padded(b, x, SPATIAL)
    z, _ = conv(b, y, shape)
    graph = check_optimized(b.finish([y, z]), ["PAD", "CONV_2D"])
    assert graph.operators[1].inputs[0] == graph.operators[0].inputs[0]


@pytest.mark.parametrize(("value", "kinds"), [(INT8[2], ["CONV_2D"]), (9, ["PADV2", "CONV_2D"])])
def test_padv2_with_zero_and_with_another_value(value, kinds):
    b = tfl.Builder()
    x = b.input(SHAPE, *INT8)
    y, shape = padded(b, x, SPATIAL, "PADV2", value)
    z, _ = conv(b, y, shape)
    check_optimized(b.finish([z]), kinds)


@pytest.mark.parametrize(
    ("activation", "kinds"), [("RELU", ["CONV_2D", "MAX_POOL_2D"]), ("NONE", ["CONV_2D", "PAD", "MAX_POOL_2D"])]
)
def test_max_pooling_behind_a_relu(activation, kinds):
    b = tfl.Builder()
    x = b.input((1, 7, 8, 2), *INT8)
    y, shape = conv(b, x, (1, 7, 8, 2), kernel=1, filters=3, activation=activation)
    assert shape == SHAPE
    y, shape = padded(b, y, [[0, 0], [1, 1], [1, 0], [0, 0]])
    z = b.tensor((1, 4, 4, 3), *INT8)
    b.operator("MAX_POOL_2D", [y], [z], padding="VALID", filter_height=3, filter_width=3, stride_h=2, stride_w=2)
    check_optimized(b.finish([z]), kinds)


def test_max_pooling_of_float_keeps_its_pad():
    """The zero of a PAD stands before -0.0, which RELU lets through."""
    b = tfl.Builder()
    x0, x1 = (b.input(SHAPE, "float32") for _ in range(2))
    total, y, z = b.tensor(SHAPE, "float32"), b.tensor((1, 8, 8, 3), "float32"), b.tensor(SHAPE, "float32")
    b.operator("ADD", [x0, x1], [total], fused_activation_function="RELU")
    b.operator("PAD", [total, b.constant(np.array([[0, 0], [1, 0], [0, 0], [0, 0]], np.int32))], [y])
    b.operator("MAX_POOL_2D", [y], [z], padding="VALID", filter_height=2)
    check(b.finish([z]), [np.full(SHAPE, -0.0, np.float32)] * 2)


def test_average_pooling_keeps_its_pad():
    b = tfl.Builder()
    x = b.input(SHAPE, *INT8)
    y, _ = padded(b, x, [[0, 0], [1, 0], [1, 1], [0, 0]])
    z = b.tensor((1, 4, 5, 3), *INT8)
    b.operator("AVERAGE_POOL_2D", [y], [z], padding="VALID", filter_height=2, filter_width=2, stride_h=2, stride_w=2)
    check_optimized(b.finish([z]), ["PAD", "AVERAGE_POOL_2D"])


def test_the_structure_does_not_depend_on_values():
    """Another zero point, other scales: the same operators with the same attributes."""

    def build(scale, zero_point, seed):
        b = tfl.Builder()
        x = b.input(SHAPE, "int8", scale, zero_point)
        amounts = np.array(SPATIAL, np.int32)
        y = b.tensor((1, 10, 9, 3), "int8", scale, zero_point)
        b.operator("PAD", [x, b.constant(amounts)], [y])
        z, _ = conv(b, y, (1, 10, 9, 3), target=("int8", scale * 3, zero_point // 2), seed=seed)
        return [(op.kind, op.inputs, op.outputs, dict(op.attrs)) for op in optimize(graph_of(b.finish([z]))).operators]

    assert build(0.1, 3, 0) == build(0.7, -128, 1)
