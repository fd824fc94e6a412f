# SPDX-License-Identifier: Apache-2.0
"""Conv, Gemm and MatMul by constant weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ingot.compiler.frontend.onnx.proto import Node
from ingot.compiler.frontend.onnx.reading import Reading, Result, option, reads
from ingot.compiler.frontend.onnx.values import Constant, Shape, Value, same_order
from ingot.compiler.frontend.onnx.windows import image_of, window_attrs
from ingot.compiler.graph import frozen


@reads("Conv")
def conv(reading: Reading, node: Node) -> Sequence[Result]:
    """CONV_2D, or DEPTHWISE_CONV_2D where each group has one channel."""
    weights = reading.constant(node, 1, "the weights")
    image, rank = image_of(reading, node, reading.value(node), pointwise=_is_pointwise(node, weights.shape))
    if weights.data.ndim != rank:
        raise reading.error(node, f"its weights have {weights.data.ndim} dimensions, its input {rank}.")
    if rank == 3:
        weights = _as_image(weights)
    out_c, group_c = weights.shape[:2]
    groups, in_c = int(option(node, "group", 1)), image.shape[1]
    if groups < 1 or in_c != group_c * groups or out_c % groups:
        raise reading.error(node, f"{groups} groups of weights {list(weights.shape)} do not fit {in_c} channels.")
    quant = weights.quant
    if quant is not None and quant.per_channel and quant.axis != 0:
        raise reading.error(node, f"the scales of its weights are along axis {quant.axis}, not 0.")
    attrs, extents = window_attrs(reading, node, image.shape, weights.shape[2:])
    attrs |= {"activation": "NONE"}
    depthwise = group_c == 1 and groups > 1
    kind = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
    if depthwise:
        attrs["depth_multiplier"] = out_c // groups
    builder = reading.builder
    order = (1, 2, 3, 0) if depthwise else (0, 2, 3, 1)
    inputs = [image.tensor, builder.real_constant(weights, order, node.inputs[1])]
    if node.has(2):
        inputs.append(builder.real_constant(reading.constant(node, 2, "the bias"), (0,), node.inputs[2]))
    shape = (image.shape[0], out_c, *extents)
    result = builder.result(kind, inputs, shape, image.order, attrs, node.outputs[0])
    return [builder.reshaped(result, (*shape[:2], shape[3]))] if rank == 3 else [result]


def _is_pointwise(node: Node, weights: Shape) -> bool:
    """Whether each pixel becomes one pixel, of itself alone."""
    steps = (*option(node, "strides", ()), *(n + 1 for n in option(node, "pads", ())))
    return weights[2:] == (1, 1) and set(steps) <= {1}


def _as_image(weights: Constant) -> Constant:
    return replace(weights, data=weights.data[:, :, None])


@reads("Gemm")
def gemm(reading: Reading, node: Node) -> Sequence[Result]:
    """FULLY_CONNECTED. alpha and beta go into the scales of weights and bias."""
    if option(node, "transA", 0):
        raise reading.error(node, "its first input is transposed (transA).")
    weights = reading.constant(node, 1, "the weights")
    if not option(node, "transB", 0):
        weights = weights.transposed((1, 0))
    bias = reading.constant(node, 2, "the bias") if node.has(2) else None
    weights = _times(weights, float(option(node, "alpha", 1.0)))
    if bias is not None:
        bias = _times(bias, float(option(node, "beta", 1.0)))
    return [_fully_connected(reading, node, reading.value(node), weights, bias)]


@reads("MatMul")
def matmul(reading: Reading, node: Node) -> Sequence[Result]:
    """FULLY_CONNECTED of a matrix of constants; else BATCH_MATMUL."""
    weights = reading.get(node, 1)
    if isinstance(weights, Constant) and weights.data.ndim == 2:
        return [_fully_connected(reading, node, reading.value(node), weights.transposed((1, 0)), None)]
    left, right = reading.value(node), reading.value(node, 1)
    if min(len(left.shape), len(right.shape)) < 2 or left.shape[-1] != right.shape[-2]:
        raise reading.error(node, f"{list(left.shape)} and {list(right.shape)} do not multiply.")
    shape = (*np.broadcast_shapes(left.shape[:-2], right.shape[:-2]), left.shape[-2], right.shape[-1])
    (first, adj_x), (second, adj_y) = (_matrices(reading, value) for value in (left, right))
    attrs = {"adj_x": adj_x, "adj_y": adj_y}
    order = same_order(len(shape))
    return [reading.builder.result("BATCH_MATMUL", (first, second), shape, order, attrs, node.outputs[0])]


def _matrices(reading: Reading, value: Value) -> tuple[int, bool]:
    """The tensor of matrices one after the other, and whether each is stored with its columns first."""
    plain = same_order(len(value.shape))
    turned = (*plain[:-2], plain[-1], plain[-2])
    return reading.builder.ordered(value, turned if value.order == turned else plain).tensor, value.order == turned


def _times(constant: Constant, factor: float) -> Constant:
    if factor == 1.0:
        return constant
    if constant.quant is None:
        return Constant(constant.data * np.float32(factor))
    scale = constant.quant.scale * np.float32(factor)
    return Constant(constant.data, replace(constant.quant, scale=frozen(scale)), constant.small)


def _fully_connected(reading: Reading, node: Node, source: Value, weights: Constant, bias: Constant | None) -> Value:
    """weights: (outputs, inputs)."""
    depth = source.shape[-1]
    if weights.data.ndim != 2 or weights.shape[1] != depth:
        raise reading.error(node, f"weights {list(weights.shape)} (outputs, inputs) do not fit {depth} inputs.")
    quant = weights.quant
    if quant is not None and quant.per_channel and quant.axis != 0:
        raise reading.error(node, "the scales of its weights are along the inputs, not the outputs.")
    builder = reading.builder
    if source.columns is not None:
        weights = Constant(weights.data[:, source.columns], quant, weights.small)
    source = builder.ordered(source, _vectors_last(source))
    inputs = [source.tensor, builder.real_constant(weights, (0, 1), node.inputs[1])]
    if bias is not None:
        if bias.data.size not in (1, weights.shape[0]):
            raise reading.error(node, f"a bias of {bias.data.size} numbers does not fit {weights.shape[0]} outputs.")
        if bias.data.size == 1 and bias.data.size != weights.shape[0]:
            bias = Constant(np.repeat(bias.data.reshape(-1), weights.shape[0]), bias.quant)
        bias = Constant(bias.data.reshape(-1), bias.quant and replace(bias.quant, axis=0))
        inputs.append(builder.real_constant(bias, (0,), node.inputs[2]))
    shape = (*source.shape[:-1], weights.shape[0])
    attrs = {"activation": "NONE", "keep_num_dims": True}
    return builder.result("FULLY_CONNECTED", inputs, shape, source.order, attrs, node.outputs[0])


def _vectors_last(source: Value) -> Shape:
    """An order in which the last axis is last: the value's own where it is."""
    rank = len(source.shape)
    return source.order if source.order[-1] == rank - 1 else same_order(rank)
