# SPDX-License-Identifier: Apache-2.0
"""What operators compute of constants without a rescaling: shapes and indexes above all, moved data, plain floats.

Shape inference works out the shapes that a model computes for itself with it, constant folding whole constants.
Integers wrap as they do in C; floats are float32.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.frontend.float_functions import RELU_BOUNDS, float_function
from ingot.compiler.frontend.kinds import kinds
from ingot.compiler.frontend.strided_slice import strided_slice_ranges
from ingot.compiler.graph import Operator, Tensor

Array = npt.NDArray[Any]


def from_shape(tensors: Sequence[Tensor], op: Operator) -> list[Array] | None:
    """The output of an operator that looks at the shape of its input only; None for other kinds."""
    function = _FROM_SHAPES.get(op.kind)
    if function is None or op.inputs[0] is None:
        return None
    return [function(tensors[op.inputs[0]]).astype(tensors[op.outputs[0]].dtype.numpy)]


def plain_values(tensors: Sequence[Tensor], op: Operator, arrays: list[Array]) -> list[Array] | None:
    """The outputs for these inputs (the present ones, in order); None where the kind is not known here.

    tensors: of the graph, whose shapes are right. A fused activation that no kernel has leaves the operator to its
    constraints, which refuse it by name.
    """
    if op.attrs.get("activation", "NONE") not in RELU_BOUNDS:
        return None
    if op.kind in _ELEMENTWISE:
        return _elementwise(op, arrays)
    function = _FUNCTIONS.get(op.kind)
    if function is None or op.attrs.get("activation", "NONE") != "NONE":
        return None
    return function(tensors, op, arrays)


_ELEMENTWISE = kinds("ADD SUB MUL DIV MAXIMUM MINIMUM FLOOR_DIV FLOOR_MOD ABS NEG SQUARE SQRT")


def _elementwise(op: Operator, arrays: list[Array]) -> list[Array] | None:
    dtype = arrays[0].dtype
    if dtype == np.float32 and op.kind not in ("FLOOR_DIV", "FLOOR_MOD"):
        return [float_function(op, arrays)]
    if dtype not in (np.int32, np.int64) or op.attrs.get("activation", "NONE") != "NONE":
        return None
    if op.kind in ("FLOOR_DIV", "FLOOR_MOD", "DIV") and not np.all(arrays[1]):
        return None
    functions: dict[str, Callable[..., Array]] = {
        "ADD": np.add,
        "SUB": np.subtract,
        "MUL": np.multiply,
        "DIV": lambda x, y: (np.sign(x) * np.sign(y) * (np.abs(x) // np.abs(y))).astype(x.dtype),  # as C does
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


def _pad(tensors: Sequence[Tensor], op: Operator, a: list[Array]) -> list[Array] | None:
    output = tensors[op.outputs[0]]
    if output.quant is not None and output.quant.per_channel:
        return None
    if op.kind == "PADV2":
        value: Any = a[2].ravel()[0]
    else:
        value = output.zero_point if output.quant is not None else 0
    return [np.pad(a[0], a[1].reshape(-1, 2).tolist(), constant_values=value)]


def _split(tensors: Sequence[Tensor], op: Operator, a: list[Array]) -> list[Array]:
    return np.split(a[1], len(op.outputs), axis=int(a[0].ravel()[0]))


def _split_v(tensors: Sequence[Tensor], op: Operator, a: list[Array]) -> list[Array]:
    axis = int(a[2].ravel()[0])
    extents = [tensors[t].shape[axis] for t in op.outputs]
    return np.split(a[0], np.cumsum(extents)[:-1].tolist(), axis=axis)


def _slice(tensors: Sequence[Tensor], op: Operator, a: list[Array]) -> list[Array]:
    shape = tensors[op.outputs[0]].shape
    return [a[0][tuple(slice(int(b), int(b) + n) for b, n in zip(a[1].ravel(), shape, strict=True))]]


def _strided_slice(tensors: Sequence[Tensor], op: Operator, a: list[Array]) -> list[Array]:
    begin, end, strides = ([int(v) for v in x.ravel()] for x in a[1:4])
    ranges = strided_slice_ranges(a[0].shape, begin, end, strides, op)
    taken = a[0][np.ix_(*[list(r) for r in ranges])] if ranges else a[0]
    return [taken.reshape(tensors[op.outputs[0]].shape)]


def _gather(tensors: Sequence[Tensor], op: Operator, a: list[Array]) -> list[Array] | None:
    if op.attrs.get("batch_dims"):
        return None
    return [np.take(a[0], a[1], axis=op.attrs.get("axis", 0))]


def _concatenation(tensors: Sequence[Tensor], op: Operator, a: list[Array]) -> list[Array] | None:
    joined = [tensors[t] for t in (*op.inputs, *op.outputs) if t is not None]
    # LiteRT may rescale quantized parts; equal parameters are the rule for int8.
    if any(t.quant is not None and not t.quant.same(joined[-1].quant) for t in joined):
        return None
    return [np.concatenate(a, axis=op.attrs["axis"])]


def _cast(tensors: Sequence[Tensor], op: Operator, a: list[Array]) -> list[Array] | None:
    target = tensors[op.outputs[0]].dtype.numpy
    if a[0].dtype.kind == "f" and target.kind in "iu" and not fits(a[0], target):
        return None  # undefined in C
    return [a[0].astype(target)]


def fits(values: Array, target: np.dtype[Any]) -> bool:
    """Whether all float values can be converted to that integer type."""
    info = np.iinfo(target)
    return bool(np.isfinite(values).all() and (values > info.min - 1.0).all() and (values < info.max + 1.0).all())


def _range(tensors: Sequence[Tensor], op: Operator, a: list[Array]) -> list[Array] | None:
    start, limit, delta = (x.ravel()[0] for x in a)
    if a[0].dtype.kind == "f" or delta == 0:
        return None
    return [np.arange(start, limit, delta, dtype=a[0].dtype)]


def _reduce_product(tensors: Sequence[Tensor], op: Operator, a: list[Array]) -> list[Array] | None:
    if a[0].dtype not in (np.int32, np.int64):  # of 8 and 16 bits it rescales
        return None
    axes = tuple(sorted({int(v) % a[0].ndim for v in a[1].ravel()})) if a[0].ndim else ()
    keep = bool(op.attrs.get("keep_dims"))
    return [np.prod(a[0], axis=axes, keepdims=keep, dtype=a[0].dtype)]


def _reshape(tensors: Sequence[Tensor], op: Operator, a: list[Array]) -> list[Array]:
    return [a[0].reshape(tensors[op.outputs[0]].shape)]


_FROM_SHAPES: dict[str, Callable[[Tensor], Array]] = {
    "SHAPE": lambda t: np.array(t.shape, np.int64),
    "RANK": lambda t: np.array(len(t.shape), np.int64),
    "ZEROS_LIKE": lambda t: np.zeros(t.shape, np.int64),
}

_FUNCTIONS: dict[str, Callable[[Sequence[Tensor], Operator, list[Array]], list[Array] | None]] = {
    "RESHAPE": _reshape,
    "SQUEEZE": _reshape,
    "EXPAND_DIMS": _reshape,
    "view": _reshape,
    "TRANSPOSE": lambda tensors, op, a: [np.transpose(a[0], [int(v) for v in a[1].ravel()])],
    "PAD": _pad,
    "PADV2": _pad,
    "PACK": lambda tensors, op, a: [np.stack(a, axis=op.attrs["axis"])],
    "UNPACK": lambda tensors, op, a: list(np.moveaxis(a[0], op.attrs["axis"], 0)),
    "CONCATENATION": _concatenation,
    "SPLIT": _split,
    "SPLIT_V": _split_v,
    "SLICE": _slice,
    "STRIDED_SLICE": _strided_slice,
    "GATHER": _gather,
    "TILE": lambda tensors, op, a: [np.tile(a[0], [int(v) for v in a[1].ravel()])],
    "BROADCAST_TO": lambda tensors, op, a: [np.broadcast_to(a[0], [int(v) for v in a[1].ravel()])],
    "FILL": lambda tensors, op, a: [np.full([int(v) for v in a[0].ravel()], a[1].ravel()[0], a[1].dtype)],
    "CAST": _cast,
    "RANGE": _range,
    "REDUCE_PROD": _reduce_product,
}
