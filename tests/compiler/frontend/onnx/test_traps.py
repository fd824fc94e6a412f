# SPDX-License-Identifier: Apache-2.0
"""Places where channels first and channels last are easily confused: each gives onnxruntime's numbers, in the kernels
too, and moves bytes only where it has to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from onnx import ModelProto, helper, numpy_helper

from ingot.base.errors import IngotError
from ingot.compiler.even.evaluate import evaluate
from ingot.compiler.frontend.onnx.read import read_qdq
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.registry import Target
from ingot.compiler.passes.optimize import optimize
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.inputs import random_inputs
from ingot.device.run.onnx_layers import Comparison, OnnxLayers
from support.qdq_builder import QdqBuilder

B = QdqBuilder


def layer(b: B, x: str, channels: int, of: int, scale_of: str = "") -> str:
    """A convolution 1x1, quantized."""
    b.scales[x] = b.scales[scale_of or x]
    return b.quantized(b.node("Conv", [x, *b.weights((channels, of, 1, 1), x)]))


def ints(b: B, *values: int) -> str:
    return b.constant(np.asarray(values, np.int64))


def image(b: B) -> str:
    """(1, 4, 3, 5), of a convolution."""
    return layer(b, b.input((1, 6, 3, 5)), 4, 6)


def split_on_channels(b: B) -> bytes:
    first, second = b.node("Split", [image(b), ints(b, 1, 3)], 2, axis=1)
    parts = [b.quantized(first), b.quantized(second)]
    return b.finish([layer(b, b.quantized(b.node("Concat", parts, axis=-3)), 2, 4)])


def split_without_sizes(b: B) -> bytes:
    b.opset = 13
    first, second = b.node("Split", [image(b)], 2, axis=1)
    return b.finish([layer(b, b.quantized(b.node("Add", [b.quantized(first), b.quantized(second)])), 2, 2)])


def slice_from_the_end(b: B) -> bytes:
    """Negative starts, an end far beyond, a negative axis."""
    y = b.node("Slice", [image(b), ints(b, -3, 1), ints(b, 2**63 - 1, -1), ints(b, 1, -1)])
    return b.finish([layer(b, b.quantized(y), 2, 3)])


def constants_of_lower_rank(b: B) -> bytes:
    """[C,1,1] counts from the right; [W] is along the width."""
    y = b.quantized(b.node("Mul", [image(b), b.stored((4, 1, 1))]))
    return b.finish([layer(b, b.quantized(b.node("Add", [y, b.stored((5,))])), 2, 4)])


def reduced_without_axes(b: B) -> bytes:
    y = b.node("ReduceMean", [image(b)], axes=[2, 3], keepdims=0)
    z = b.quantized(y)
    return b.finish([b.quantized(b.node("Gemm", [z, *b.weights((3, 4), z)], transB=1))])


def reduced_by_an_input(b: B) -> bytes:
    """As from opset 18 on; one axis is negative."""
    b.opset = 18
    z = b.quantized(b.node("ReduceMean", [image(b), ints(b, 2, -1)], keepdims=1))
    return b.finish([layer(b, z, 2, 4)])


def squeezed(b: B) -> bytes:
    z = b.quantized(b.node("GlobalAveragePool", [image(b)]))
    flat = b.node("Squeeze", [z, ints(b, 2, 3)])
    b.scales[flat] = b.scales[z]
    return b.finish([b.quantized(b.node("Gemm", [flat, *b.weights((4, 3), flat, 1)]))])


def heads(b: B) -> bytes:
    """Two images as lists of pixels, joined, then a part of their channels."""
    x = b.input((1, 6, 4, 6))
    parts = [
        layer(b, x, 4, 6),
        b.quantized(b.node("MaxPool", [layer(b, x, 4, 6)], kernel_shape=[2, 2], strides=[2, 2])),
    ]
    flat = [b.node("Reshape", [part, ints(b, 1, 4, -1)]) for part in parts]
    joined = b.quantized(b.node("Concat", flat, axis=2))
    y = b.quantized(b.node("Slice", [joined, ints(b, 0), ints(b, 2), ints(b, 1)]))
    return b.finish([b.node("Transpose", [y], perm=[0, 2, 1])])


def distribution(b: B) -> bytes:
    """YOLO's: four times a Softmax over 4 channels and their mean, for each of 15 pixels."""
    y = b.node("Reshape", [layer(b, b.input((1, 6, 3, 5)), 16, 6), ints(b, 1, 4, 4, 15)])
    y = b.quantized(b.node("Softmax", [b.node("Transpose", [y], perm=[0, 2, 1, 3])], axis=1), 1 / 256, -128)
    y = b.node("Reshape", [layer(b, y, 1, 4), ints(b, 1, 4, 15)])
    return b.finish([b.node("Transpose", [y], perm=[0, 2, 1])])


def attention(b: B) -> bytes:
    y = b.node("Reshape", [layer(b, b.input((1, 6, 3, 5)), 24, 6), ints(b, 1, 2, 12, 15)])
    q, k, v = b.node("Split", [y, ints(b, 4, 4, 4)], 3, axis=2)
    q, k, v = (b.quantized(part) for part in (q, k, v))
    scores = b.quantized(b.node("MatMul", [b.node("Transpose", [q], perm=[0, 1, 3, 2]), k]))
    share = b.quantized(b.node("Softmax", [scores], axis=-1), 1 / 256, -128)
    mixed = b.quantized(b.node("MatMul", [v, b.node("Transpose", [share], perm=[0, 1, 3, 2])]))
    z = b.node("Reshape", [mixed, ints(b, 1, 8, 3, 5)])
    return b.finish([layer(b, z, 2, 8, mixed)])


def one_for_several(b: B) -> bytes:
    """A DequantizeLinear that a convolution, a Sigmoid and a product read."""
    y = image(b)
    gate = b.quantized(b.node("Mul", [y, b.quantized(b.node("Sigmoid", [y]), 1 / 256, -128)]))
    return b.finish([layer(b, b.quantized(b.node("Add", [layer(b, y, 4, 4), gate])), 2, 4)])


def shape_arithmetic(b: B) -> bytes:
    """A Reshape whose shape the graph computes, also of a batch that is left free."""
    x = b.input(("batch", 6, 3, 5))
    y = layer(b, x, 4, 6)
    batch = b.node("Gather", [b.node("Shape", [y]), ints(b, 0)])
    shape = b.node("Concat", [batch, ints(b, -1)], axis=0)
    z = b.quantized(b.node("Reshape", [y, shape]), b.scales[y], 3)
    return b.finish([b.quantized(b.node("Gemm", [z, *b.weights((2, 60), z)], transB=1))])


def constant_nodes(b: B) -> bytes:
    """Numbers as nodes, and not as raw bytes."""
    model = onnx_of(image_and_layer(b))
    graph, kept = model.graph, []
    for item in graph.initializer:
        array = numpy_helper.to_array(item)
        value = helper.make_tensor(item.name, item.data_type, array.shape, array.reshape(-1).tolist())
        kept.append(helper.make_node("Constant", [], [item.name], value=value))
    nodes = [*kept, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.node.extend(nodes)
    return bytes(model.SerializeToString())


def image_and_layer(b: B) -> bytes:
    return b.finish([layer(b, image(b), 2, 4)])


def onnx_of(data: bytes) -> Any:

    return ModelProto.FromString(data)


def transposed_before_it_is_flattened(b: B) -> bytes:
    """Channels come last in the file itself, with QuantizeLinear and DequantizeLinear between."""
    y = b.node("Transpose", [image(b)], perm=[0, 2, 3, 1])
    z = b.node("Reshape", [b.quantized(y, 0.05, 3), ints(b, 1, 60)])
    b.scales[z] = float(np.float32(0.05))
    return b.finish([b.quantized(b.node("Gemm", [z, *b.weights((2, 60), z)], transB=1))])


def picture_of_a_vector(b: B) -> bytes:
    """Of one channel: the same bytes."""
    x = b.input((1, 30))
    y = b.node("Reshape", [x, ints(b, 1, 1, 5, 6)])
    b.scales[y] = b.scales[x]
    z = b.quantized(b.node("Conv", [y, *b.weights((3, 1, 2, 2), y)]))
    return b.finish([b.node("Transpose", [z], perm=[0, 2, 3, 1])])


def picture_of_channels_of_a_vector(b: B) -> bytes:
    """Of three channels: they come first in the vector."""
    x = b.input((1, 30))
    return b.finish([layer(b, b.node("Reshape", [x, ints(b, 1, 3, 2, 5)]), 4, 3, x)])


def flattened_for_more_than_weights(b: B) -> bytes:
    """A sum reads the vector, too, in the order of the file."""
    y = image(b)
    z = b.node("Flatten", [y])
    b.scales[z] = b.scales[y]
    total = b.quantized(b.node("Add", [z, b.stored((1, 60))]))
    return b.finish([total, b.quantized(b.node("Gemm", [z, *b.weights((2, 60), z)], transB=1))])


def softmax_along_the_width(b: B) -> bytes:
    return b.finish([layer(b, b.quantized(b.node("Softmax", [image(b)], axis=3), 1 / 256, -128), 2, 4)])


def softmax_of_old_opsets(b: B) -> bytes:
    """Before opset 13 it is along all axes from 1 on, which is one axis here."""
    b.opset = 11
    x = b.input((1, 12))
    z = b.quantized(b.node("Gemm", [x, *b.weights((6, 12), x, None)], transB=1), 0.1, 0)
    return b.finish([b.quantized(b.node("Softmax", [z]), 1 / 256, -128)])


def constants_of_channels(b: B) -> bytes:
    """[1,C,1,1], and one number for all without dimensions."""
    y = b.quantized(b.node("Mul", [image(b), b.stored((1, 4, 1, 1))]))
    return b.finish([layer(b, b.quantized(b.node("Add", [y, b.stored(())])), 2, 4)])


def shuffled_channels(b: B) -> bytes:
    """As ShuffleNet does between grouped convolutions."""
    x = b.input((1, 6, 3, 5))
    y = b.quantized(b.node("Conv", [x, *b.weights((8, 3, 1, 1), x)], group=2))
    z = b.node("Transpose", [b.node("Reshape", [y, ints(b, 1, 2, 4, 3, 5)])], perm=[0, 2, 1, 3, 4])
    z = b.node("Reshape", [z, ints(b, 1, 8, 3, 5)])
    b.scales[z] = b.scales[y]
    return b.finish([b.quantized(b.node("Conv", [z, *b.weights((4, 4, 1, 1), z)], group=2))])


def sum_behind_a_product(b: B) -> bytes:
    """Quantized between: two roundings. The constants have a zero point."""
    x = b.input((1, 5, 33))
    y = b.quantized(b.node("MatMul", [x, *b.weights((33, 9), x, 1, bias=False)]))
    return b.finish([b.quantized(b.node("Add", [y, b.stored((9,))]))])


def bias_behind_a_product(b: B) -> bytes:
    """Not quantized between: one rounding, and no operator more than the product."""
    x = b.input((1, 5, 33))
    y = b.node("MatMul", [x, *b.weights((33, 9), x, 1, bias=False)])
    return b.finish([b.quantized(b.node("Add", [b.constant(b.random.normal(size=9).astype(np.float32)), y]))])


def one_initializer_for_two(b: B) -> bytes:
    """The same stored weights under two scales, in a convolution and in the next."""
    x = b.input((1, 4, 3, 5))
    codes, zero = b.constant(b.random.integers(-127, 128, (4, 4, 1, 1)).astype(np.int8)), b.constant(np.int8(0))
    for scale in (0.011, 0.003):
        weights = b.node("DequantizeLinear", [codes, b.constant(np.float32(scale)), zero])
        x = b.quantized(b.node("Conv", [x, weights]))
    return b.finish([x])


def unused_domains(b: B) -> bytes:
    """As converters write them, some twice."""
    model = onnx_of(image_and_layer(b))
    names = ("ai.onnx.ml", "com.microsoft", "ai.onnx.training", "com.microsoft.nchwc")
    model.opset_import.extend(helper.make_opsetid(name, 1) for name in names)
    return bytes(model.SerializeToString())


#: Trap -> bytes are moved so often, besides before an output with its channels first.
TRAPS: dict[Callable[[B], bytes], int] = {
    split_on_channels: 0,
    split_without_sizes: 0,
    slice_from_the_end: 0,
    constants_of_lower_rank: 0,
    reduced_without_axes: 0,
    reduced_by_an_input: 0,
    squeezed: 0,
    heads: 0,
    distribution: 0,
    attention: 4,
    one_for_several: 0,
    shape_arithmetic: 0,
    constant_nodes: 0,
    transposed_before_it_is_flattened: 0,
    picture_of_a_vector: 0,
    picture_of_channels_of_a_vector: 1,
    flattened_for_more_than_weights: 1,
    softmax_along_the_width: 2,
    softmax_of_old_opsets: 0,
    constants_of_channels: 0,
    shuffled_channels: 1,
    sum_behind_a_product: 0,
    bias_behind_a_product: 0,
    one_initializer_for_two: 0,
    unused_domains: 0,
}


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__)
def test_a_trap(trap: Callable[[B], bytes]) -> None:
    read = read_qdq(trap(QdqBuilder(3)), "trap", "trap.onnx")
    graph = read.graph
    inputs = random_inputs([(graph.tensors[t].shape, graph.tensors[t].dtype.value) for t in graph.inputs], 1)
    values = evaluate(graph, inputs)
    for ours, t in zip(DirectNetwork(lower(optimize(graph), Target())).run(inputs), graph.outputs, strict=True):
        assert ours.tobytes() == values[t].tobytes()
    comparison = Comparison()
    OnnxLayers(read, fused=False).compare(inputs, comparison)
    assert comparison.values and comparison.within, comparison.lines()
    moves = [op for op in graph.operators if op.kind == "TRANSPOSE" and op.outputs[0] not in graph.outputs]
    assert len(moves) == TRAPS[trap]


def test_a_sum_that_is_a_bias_is_no_operator() -> None:
    graph = read_qdq(bias_behind_a_product(QdqBuilder(3)), "trap", "trap.onnx").graph
    assert [op.kind for op in graph.operators] == ["FULLY_CONNECTED"]


def test_weights_with_scales_along_their_inputs_are_refused() -> None:
    b = QdqBuilder(3)
    x = b.input((1, 3, 4, 5))
    with pytest.raises(IngotError, match="of its weights are along axis 1, not 0"):
        read_qdq(b.finish([b.quantized(b.node("Conv", [x, *b.weights((2, 3, 1, 1), x, 1, bias=False)]))]), "t", "t")


def test_a_first_matrix_that_is_transposed_is_refused() -> None:
    b = QdqBuilder(3)
    x = b.input((3, 1))
    with pytest.raises(IngotError, match=r"its first input is transposed \(transA\)"):
        read_qdq(b.finish([b.quantized(b.node("Gemm", [x, *b.weights((3, 2), x, 1)], transA=1))]), "t", "t")


@pytest.mark.parametrize(
    ("layout", "shapes", "moves"),
    [
        ("inputs_last", ((1, 3, 5, 6), (1, 2, 3, 5)), 1),
        ("channels_last", ((1, 3, 5, 6), (1, 3, 5, 2)), 0),
        ("file", ((1, 6, 3, 5), (1, 2, 3, 5)), 2),
    ],
)
def test_the_layout_of_inputs_and_outputs(layout: str, shapes: tuple[tuple[int, ...], ...], moves: int) -> None:
    """The same numbers, at other places."""
    model = image_and_layer(QdqBuilder(3))
    read = read_qdq(model, "trap", "trap.onnx", layout=layout)
    graph = read.graph
    assert tuple(graph.tensors[t].shape for t in (*graph.inputs, *graph.outputs)) == shapes
    assert sum(op.kind == "TRANSPOSE" for op in graph.operators) == moves
    comparison = Comparison()
    inputs = random_inputs([(graph.tensors[t].shape, graph.tensors[t].dtype.value) for t in graph.inputs], 1)
    OnnxLayers(read, fused=False).compare(inputs, comparison)
    assert comparison.values and comparison.within, comparison.lines()
