# SPDX-License-Identifier: Apache-2.0
"""Operators of a graph as layers. Every other operator is refused, with a sentence that says why."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.frontend.strided_slice import strided_slice_ranges
from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.passes.pointwise import compute
from ingot.st.npu.codegen.layers import (
    Addition,
    Convolution,
    Function,
    Joined,
    Largest,
    Layer,
    Mean,
    Product,
    Refusal,
    Requantized,
    Sliced,
)
from ingot.st.npu.codegen.tensors import Numbers, Shape
from ingot.st.npu.codegen.views import folded_pads, has_pads, pad_sides

Array = npt.NDArray[Any]


def layer_of(graph: Graph, op: Operator) -> Layer:
    """The layer of an operator. Raises Refusal."""
    maker = _MAKERS.get(op.kind)
    if maker is None:
        raise Refusal(f"{op.kind} is not one of the operators that are generated")
    layer: Layer = maker(graph, op)
    return layer


def _numbers(graph: Graph, tensor: int | None, dtypes: tuple[DType, ...] = (DType.INT8,)) -> Numbers:
    if tensor is None:
        raise Refusal("an input is absent")
    found = graph.tensors[tensor]
    if found.dtype not in dtypes or found.is_constant:
        raise Refusal(f"'{found.name}' is {'a constant' if found.is_constant else found.dtype}, not int8 numbers")
    if found.quant is None or found.quant.per_channel:
        raise Refusal(f"'{found.name}' has no single scale")
    return Numbers(tensor, _image(found), found.scale, found.zero_point)


def _image(tensor: Tensor) -> Shape:
    sides = (1,) * (4 - len(tensor.shape)) + tensor.shape
    if len(sides) > 4 or sides[0] != 1:
        raise Refusal(f"'{tensor.name}' has the shape {list(tensor.shape)}, which is no single image")
    return sides[1], sides[2], sides[3]


def _whole_range(op: Operator, target: Numbers) -> None:
    """The activation is what saturation to int8 does. Raises Refusal."""
    low, high = {"NONE": (None, None), "RELU": (0.0, None), "RELU6": (0.0, 6.0)}.get(
        str(op.attrs.get("activation", "NONE")), (1.0, 0.0)
    )
    least = -128 if low is None else target.zero + round(low / target.scale)
    most = 127 if high is None else target.zero + round(high / target.scale)
    if least > -128 or most < 127:
        raise Refusal(f"its activation clips to {least} .. {most}, which the saturation to int8 does not do")


def _convolution(graph: Graph, op: Operator) -> Convolution:
    folded = folded_pads(graph).get(op.inputs[0] if op.inputs[0] is not None else -1)
    source = _numbers(graph, folded.inputs[0] if folded else op.inputs[0])
    target = _numbers(graph, op.outputs[0])
    _whole_range(op, target)
    depthwise = op.kind == "DEPTHWISE_CONV_2D"
    if (op.attrs["dilation_h"], op.attrs["dilation_w"]) != (1, 1) or op.attrs.get("depth_multiplier", 1) != 1:
        raise Refusal("it has a dilation or a depth multiplier")
    sides = pad_sides(graph, folded) if folded else None
    pads = sides or tuple(int(op.attrs[f"pad_{side}"]) for side in ("top", "bottom", "left", "right"))
    weights, bias, scales = _parameters(graph, op, target.shape[2], 3 if depthwise else 0)
    strides = int(op.attrs["stride_h"]), int(op.attrs["stride_w"])
    top, bottom, left, right = pads
    skips = (1, 1)
    if weights.shape[1:3] == (1, 1) and not depthwise and not any(pads):
        skips, strides = strides, (1, 1)
    return Convolution(source, target, weights, bias, scales, (top, bottom, left, right), strides, depthwise, skips)


def _dense(graph: Graph, op: Operator) -> Convolution:
    target = _numbers(graph, op.outputs[0])
    source = _numbers(graph, op.inputs[0])
    _whole_range(op, target)
    weights, bias, scales = _parameters(graph, op, target.shape[2], 0)
    outputs, inputs = weights.shape
    if source.bytes != inputs or target.bytes != outputs:
        raise Refusal("it has more than one row")
    return Convolution(
        Numbers(source.tensor, (1, 1, inputs), source.scale, source.zero),
        Numbers(target.tensor, (1, 1, outputs), target.scale, target.zero),
        weights.reshape(outputs, 1, 1, inputs),
        bias,
        scales,
    )


def _parameters(graph: Graph, op: Operator, outputs: int, axis: int) -> tuple[Array, Array, Array]:
    tensor = None if op.inputs[1] is None else graph.tensors[op.inputs[1]]
    if tensor is None or tensor.data is None or tensor.dtype is not DType.INT8 or tensor.quant is None:
        raise Refusal("its weights are no constants of int8")
    if tensor.quant.zero_point.any() or (tensor.quant.per_channel and tensor.quant.axis != axis):
        raise Refusal("its weights have a zero point, or scales along another axis")
    bias = np.zeros(outputs, np.int64)
    if len(op.inputs) > 2 and op.inputs[2] is not None:
        found = graph.tensors[op.inputs[2]].data
        if found is None:
            raise Refusal("its bias is no constant")
        bias = found.astype(np.int64)
    return tensor.data, bias, np.broadcast_to(tensor.quant.scale.astype(np.float64), (outputs,))


def _addition(graph: Graph, op: Operator) -> Addition:
    return Addition(*_two(graph, op))


def _product(graph: Graph, op: Operator) -> Product:
    return Product(*_two(graph, op))


def _two(graph: Graph, op: Operator) -> tuple[Numbers, Numbers, Numbers]:
    one, other, target = (_numbers(graph, tensor) for tensor in (*op.inputs[:2], op.outputs[0]))
    _whole_range(op, target)
    if not one.shape == other.shape == target.shape:
        raise Refusal("its inputs have different shapes")
    return one, other, target


def _joined(graph: Graph, op: Operator) -> Joined:
    parts, target = tuple(_numbers(graph, tensor) for tensor in op.inputs), _numbers(graph, op.outputs[0])
    _whole_range(op, target)
    rank = len(graph.tensors[target.tensor].shape)
    axis = int(op.attrs["axis"]) % rank + 3 - rank
    if axis < 0 or any((part.scale, part.zero) != (target.scale, target.zero) for part in parts):
        raise Refusal("it joins images, or tensors with different scales")
    return Joined(parts, target, axis)


def _sliced(graph: Graph, op: Operator) -> Sliced:
    source, target = _numbers(graph, op.inputs[0]), _numbers(graph, op.outputs[0])
    shape = graph.tensors[source.tensor].shape
    begin, end, steps = (None if tensor is None else graph.tensors[tensor].data for tensor in op.inputs[1:4])
    if begin is None or end is None or steps is None:
        raise Refusal("which part it takes is no constant")
    taken = strided_slice_ranges(shape, begin.tolist(), end.tolist(), steps.tolist(), op)
    plain = len(taken) == len(shape) == len(graph.tensors[target.tensor].shape)
    if not plain or any(len(one) > 1 and one.step != 1 for one in taken) or source.scale != target.scale:
        raise Refusal("it takes other than neighbours, or changes the number of axes")
    rows, columns, channel = (one.start for one in [range(1)] * (3 - len(taken)) + taken[-3:])
    return Sliced(source, target, (rows, columns, channel))


def _mean(graph: Graph, op: Operator) -> Mean:
    source, target = _numbers(graph, op.inputs[0]), _numbers(graph, op.outputs[0])
    axes = None if op.inputs[1] is None else graph.tensors[op.inputs[1]].data
    rank = len(graph.tensors[source.tensor].shape)
    if axes is None or rank != 4 or {int(axis) % rank for axis in np.atleast_1d(axes)} != {1, 2}:
        raise Refusal("it averages over other axes than height and width")
    return Mean(source, Numbers(target.tensor, (1, 1, source.shape[2]), target.scale, target.zero))


def _average(graph: Graph, op: Operator) -> Mean:
    source, target = _numbers(graph, op.inputs[0]), _numbers(graph, op.outputs[0])
    _whole_range(op, target)
    if (op.attrs["filter_h"], op.attrs["filter_w"]) != source.shape[:2] or target.shape[:2] != (1, 1) or has_pads(op):
        raise Refusal("its windows are not the whole image")
    return Mean(source, target)


def _largest(graph: Graph, op: Operator) -> Largest:
    source, target = _numbers(graph, op.inputs[0]), _numbers(graph, op.outputs[0])
    _whole_range(op, target)
    if has_pads(op):
        raise Refusal("no public build pads a pool")
    window = int(op.attrs["filter_h"]), int(op.attrs["filter_w"])
    return Largest(source, target, window, (int(op.attrs["stride_h"]), int(op.attrs["stride_w"])))


def _requantized(graph: Graph, op: Operator) -> Requantized:
    source = _numbers(graph, op.inputs[0], (DType.INT8, DType.UINT8))
    unsigned = graph.tensors[source.tensor].dtype is DType.UINT8
    return Requantized(source, _numbers(graph, op.outputs[0]), unsigned)


def _function(graph: Graph, op: Operator) -> Function:
    source, target = _numbers(graph, op.inputs[0]), _numbers(graph, op.outputs[0])
    return Function(source, target, compute(graph, op, [np.arange(-128, 128)]).astype(np.int64))


_MAKERS: dict[str, Any] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _convolution,
    "FULLY_CONNECTED": _dense,
    "ADD": _addition,
    "MEAN": _mean,
    "AVERAGE_POOL_2D": _average,
    "MAX_POOL_2D": _largest,
    "QUANTIZE": _requantized,
    "LOGISTIC": _function,
    "TANH": _function,
    "MUL": _product,
    "CONCATENATION": _joined,
    "STRIDED_SLICE": _sliced,
}
