"""What operators compute of constants, with NumPy. Integers wrap as they do in C; floats are float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.frontend.kinds import kinds
from ingot.frontend.strided_slice import strided_slice_ranges
from ingot.graph import DType, Graph, Operator, Tensor
from ingot.passes.constant_dense import fully_connected
from ingot.passes.float_pointwise import float_function
from ingot.passes.pointwise import BYTES, computable, compute
from ingot.passes.real_functions import quantize
from ingot.passes.rescaled import limits

Array = npt.NDArray[Any]


def evaluate(graph: Graph, op: Operator) -> list[Array] | None:
    """The outputs, when they are constant and the kind is known here; else None."""
    if not op.outputs:
        return None
    output = graph.tensors[op.outputs[0]]
    shapes_only = _FROM_SHAPES.get(op.kind)
    if shapes_only is not None and op.inputs[0] is not None:
        return [shapes_only(graph.tensors[op.inputs[0]]).astype(output.dtype.numpy)]
    tensors = [None if t is None else graph.tensors[t] for t in op.inputs]
    present = [t for t in tensors if t is not None]
    if not present or any(t.data is None or t.is_variable for t in present):
        return None
    arrays = [t.data for t in present if t.data is not None]
    if op.kind == "QUANTIZE" and present[0].dtype is DType.FLOAT32 and output.dtype in BYTES and output.quant:
        if output.quant.per_channel:
            return None
        return [np.clip(quantize(output, arrays[0]), *limits(output)).astype(output.dtype.numpy)]
    if op.kind == "DEQUANTIZE":
        return _dequantize(present[0], arrays[0])
    if computable(graph, op):
        return [compute(graph, op, [a.astype(np.int64) for a in arrays])]
    if op.kind == "FULLY_CONNECTED":
        return fully_connected(graph, op, arrays)
    if op.kind in _ELEMENTWISE:
        return _elementwise(op, present, arrays)
    function = _FUNCTIONS.get(op.kind)
    if function is None or op.attrs.get("activation", "NONE") != "NONE":
        return None
    return function(graph, op, arrays)


def _dequantize(source: Tensor, data: Array) -> list[Array] | None:
    if source.quant is None:
        return None
    shape = [1] * len(source.shape)
    if source.quant.per_channel:
        shape[source.quant.axis] = -1
    scale, zero_point = source.quant.scale.reshape(shape), source.quant.zero_point.reshape(shape)
    difference = data.astype(np.int64) - zero_point
    if source.quant.per_channel:
        return [scale * difference.astype(np.float32)]
    return [(scale.astype(np.float64) * difference).astype(np.float32)]


_ELEMENTWISE = kinds("ADD SUB MUL DIV MAXIMUM MINIMUM FLOOR_DIV FLOOR_MOD ABS NEG SQUARE SQRT")


def _elementwise(op: Operator, tensors: list[Tensor], arrays: list[Array]) -> list[Array] | None:
    dtype = tensors[0].dtype
    if dtype is DType.FLOAT32 and op.kind not in ("FLOOR_DIV", "FLOOR_MOD"):
        return [float_function(op, arrays)]
    if dtype not in (DType.INT32, DType.INT64) or op.attrs.get("activation", "NONE") != "NONE":
        return None
    if op.kind in ("FLOOR_DIV", "FLOOR_MOD", "DIV") and not np.all(arrays[1]):
        return None
    functions: dict[str, Callable[..., Array]] = {
        "ADD": np.add,
        "SUB": np.subtract,
        "MUL": np.multiply,
        "MAXIMUM": np.maximum,
        "MINIMUM": np.minimum,
        "FLOOR_DIV": np.floor_divide,
        "FLOOR_MOD": np.mod,
        "ABS": np.abs,
        "NEG": np.negative,
        "SQUARE": np.square,
    }
    function = functions.get(op.kind)
    with np.errstate(all="ignore"):
        return None if function is None else [function(*arrays)]


def _pad(graph: Graph, op: Operator, a: list[Array]) -> list[Array] | None:
    output = graph.tensors[op.outputs[0]]
    if output.quant is not None and output.quant.per_channel:
        return None
    if op.kind == "PADV2":
        value: Any = a[2].ravel()[0]
    else:
        value = output.zero_point if output.quant is not None else 0
    return [np.pad(a[0], a[1].reshape(-1, 2).tolist(), constant_values=value)]


def _split(graph: Graph, op: Operator, a: list[Array]) -> list[Array]:
    return np.split(a[1], len(op.outputs), axis=int(a[0].ravel()[0]))


def _split_v(graph: Graph, op: Operator, a: list[Array]) -> list[Array]:
    axis = int(a[2].ravel()[0])
    extents = [graph.tensors[t].shape[axis] for t in op.outputs]
    return np.split(a[0], np.cumsum(extents)[:-1].tolist(), axis=axis)


def _slice(graph: Graph, op: Operator, a: list[Array]) -> list[Array]:
    shape = graph.tensors[op.outputs[0]].shape
    return [a[0][tuple(slice(int(b), int(b) + n) for b, n in zip(a[1].ravel(), shape, strict=True))]]


def _strided_slice(graph: Graph, op: Operator, a: list[Array]) -> list[Array]:
    begin, end, strides = ([int(v) for v in x.ravel()] for x in a[1:4])
    ranges = strided_slice_ranges(a[0].shape, begin, end, strides, op)
    taken = a[0][np.ix_(*[list(r) for r in ranges])] if ranges else a[0]
    return [taken.reshape(graph.tensors[op.outputs[0]].shape)]


def _gather(graph: Graph, op: Operator, a: list[Array]) -> list[Array] | None:
    if op.attrs.get("batch_dims"):
        return None
    return [np.take(a[0], a[1], axis=op.attrs.get("axis", 0))]


def _concatenation(graph: Graph, op: Operator, a: list[Array]) -> list[Array] | None:
    tensors = [graph.tensors[t] for t in (*op.inputs, *op.outputs) if t is not None]
    # LiteRT may rescale quantized parts; equal parameters are the rule for int8.
    if any(t.quant is not None and not t.quant.same(tensors[-1].quant) for t in tensors):
        return None
    return [np.concatenate(a, axis=op.attrs["axis"])]


def _cast(graph: Graph, op: Operator, a: list[Array]) -> list[Array] | None:
    target = graph.tensors[op.outputs[0]].dtype.numpy
    if a[0].dtype.kind == "f" and target.kind in "iu" and not _fits(a[0], target):
        return None  # undefined in C
    return [a[0].astype(target)]


def _fits(values: Array, target: np.dtype[Any]) -> bool:
    info = np.iinfo(target)
    return bool(np.isfinite(values).all() and (values > info.min - 1.0).all() and (values < info.max + 1.0).all())


def _range(graph: Graph, op: Operator, a: list[Array]) -> list[Array] | None:
    start, limit, delta = (x.ravel()[0] for x in a)
    if a[0].dtype.kind == "f" or delta == 0:
        return None
    return [np.arange(start, limit, delta, dtype=a[0].dtype)]


def _reduce_product(graph: Graph, op: Operator, a: list[Array]) -> list[Array] | None:
    if a[0].dtype.kind not in "iu":
        return None
    axes = tuple(int(v) for v in a[1].ravel())
    keep = bool(op.attrs.get("keep_dims"))
    return [np.prod(a[0], axis=axes, keepdims=keep, dtype=a[0].dtype)]


def _reshape(graph: Graph, op: Operator, a: list[Array]) -> list[Array]:
    return [a[0].reshape(graph.tensors[op.outputs[0]].shape)]


_FROM_SHAPES: dict[str, Callable[[Tensor], Array]] = {
    "SHAPE": lambda t: np.array(t.shape, np.int64),
    "RANK": lambda t: np.array(len(t.shape), np.int64),
}

_FUNCTIONS: dict[str, Callable[[Graph, Operator, list[Array]], list[Array] | None]] = {
    "RESHAPE": _reshape,
    "SQUEEZE": _reshape,
    "EXPAND_DIMS": _reshape,
    "view": _reshape,
    "ZEROS_LIKE": lambda g, op, a: [np.zeros_like(a[0])],
    "TRANSPOSE": lambda g, op, a: [np.transpose(a[0], [int(v) for v in a[1].ravel()])],
    "PAD": _pad,
    "PADV2": _pad,
    "PACK": lambda g, op, a: [np.stack(a, axis=op.attrs["axis"])],
    "UNPACK": lambda g, op, a: list(np.moveaxis(a[0], op.attrs["axis"], 0)),
    "CONCATENATION": _concatenation,
    "SPLIT": _split,
    "SPLIT_V": _split_v,
    "SLICE": _slice,
    "STRIDED_SLICE": _strided_slice,
    "GATHER": _gather,
    "TILE": lambda g, op, a: [np.tile(a[0], [int(v) for v in a[1].ravel()])],
    "BROADCAST_TO": lambda g, op, a: [np.broadcast_to(a[0], [int(v) for v in a[1].ravel()])],
    "FILL": lambda g, op, a: [np.full([int(v) for v in a[0].ravel()], a[1].ravel()[0], a[1].dtype)],
    "CAST": _cast,
    "RANGE": _range,
    "REDUCE_PROD": _reduce_product,
}
