# SPDX-License-Identifier: Apache-2.0
"""BATCH_MATMUL of int8 and float32 matrices (firmware/kernels/batch_matmul*.c).

Formulas: LiteRT's kernels/batch_matmul.cc (Prepare) and internal/reference/batch_matmul.h. LiteRT 2.3.0 computes zeros
where constant right matrices have a scale a column; here every column has the multiplier that the same formula makes of
its scale (docs/decisions/batch-matmul-per-channel.md).
"""

from __future__ import annotations

import math

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multipliers
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(batch_matmul=1)

_BATCHES = 3
_KERNELS = {
    DType.INT8: ("batch_matmul_s8", "batch_matmul_const_s8"),
    DType.INT16: ("batch_matmul_s16", "batch_matmul_s16_const"),
    DType.FLOAT32: ("batch_matmul_f32", "batch_matmul_f32_const"),
}
"""With two computed inputs, and with constant right matrices."""

_PER_COLUMN = {DType.INT8: "batch_matmul_columns_s8", DType.INT16: "batch_matmul_s16_columns"}
"""With constant right matrices of one scale a column."""

_MOST_COLUMNS = 32
_GATHERED_BYTES = 2048
"""Columns that are multiplied at a time: more of them read the left matrix less often, gathered ones cost scratch."""


def matrices_as_each_other(graph: Graph, op: Operator) -> bool:
    """A right matrix of integers has a left one of integers: a model in which only weights are quantized ("dynamic
    range") is converted again with a representative data set."""
    left, right = (graph.tensors[op.inputs[i] or 0].dtype for i in (0, 1))
    return left is not DType.FLOAT32 or right is not DType.INT8


def matrices_of_one_type(graph: Graph, op: Operator) -> bool:
    """Both inputs and the output are int8; int16 with zero points 0, constant right matrices int16 or int8; or all are
    float32."""
    tensors = [graph.tensors[t] for t in (*op.inputs[:2], op.outputs[0]) if t is not None]
    types = [t.dtype for t in tensors]
    if any(t.quant is None for t in tensors if t.dtype is not DType.FLOAT32):
        return False
    if types[0] is types[2] is DType.INT16:
        symmetric = all(t.quant is not None and not t.quant.zero_point.any() for t in tensors)
        return symmetric and (types[1] is DType.INT16 or (types[1] is DType.INT8 and tensors[1].is_constant))
    return set(types) in ({DType.INT8}, {DType.FLOAT32})


def few_batches(graph: Graph, op: Operator) -> bool:
    """At most five dimensions."""
    return len(graph.tensors[op.outputs[0]].shape) <= _BATCHES + 2


def scale_per_column(graph: Graph, op: Operator) -> bool:
    """Constant right matrices may have one scale a column, with zero point 0."""
    right = graph.tensors[op.inputs[1] or 0]
    if right.dtype is DType.FLOAT32 or right.quant is None or not right.quant.per_channel:
        return True
    axis = len(right.shape) - (2 if op.attrs.get("adj_y") else 1)
    return right.is_constant and right.quant.axis == axis and not right.quant.zero_point.any()


@lowers("BATCH_MATMUL", constraints=(matrices_as_each_other, matrices_of_one_type, few_batches, scale_per_column))
def lower_batch_matmul(site: Site) -> Call:
    """One call of ingot_batch_matmul_s8() or _f32(), or of a form with constant right matrices."""
    return matrices_call(site, *_kernels(site), _numbers(site))


def _kernels(site: Site) -> tuple[str, str]:
    varying, fixed = _KERNELS[site.output().dtype]
    right = site.input(1)
    return varying, _PER_COLUMN[site.output().dtype] if right.quant is not None and right.quant.per_channel else fixed


def matrices_call(site: Site, varying: str, fixed: str, numbers: tuple[Param, ...]) -> Call:
    """The call of a kernel of two computed inputs, or of the other one with constant right matrices."""
    left, right, output = site.input(0), site.input(1), site.output()
    adj_x, adj_y = bool(site.op.attrs.get("adj_x")), bool(site.op.attrs.get("adj_y"))
    rows, columns = output.shape[-2:]
    depth = left.shape[-2 if adj_x else -1]
    batches = (1,) * (_BATCHES - len(output.shape[:-2])) + output.shape[:-2]
    constant = right.is_constant
    # Columns are best read one after the other; constant ones stand in the block like that.
    by_column = constant or adj_y or columns == 1
    at_once = min(columns, _MOST_COLUMNS if by_column else max(_GATHERED_BYTES // depth // 4, 1) * 4, _MOST_COLUMNS)
    scratch = at_once * (8 if by_column else 8 + depth) + (depth if adj_x and rows > 1 else 0)
    return Call(
        kernel=fixed if constant else varying,
        descriptor="batch_matmul",
        inputs=(0,) if constant else (0, 1),
        outputs=(0,),
        fields={
            "rows": rows,
            "columns": columns,
            "depth": depth,
            "left_row": 1 if adj_x else depth,
            "left_step": rows if adj_x else 1,
            "right_column": depth if by_column else 1,
            "right_step": 1 if by_column else columns,
            "at_once": at_once,
            "batches": batches,
            "left_batch": _steps(left.shape, batches),
            "right_batch": _steps(right.shape, batches),
        },
        params=numbers + ((_columns(right, adj_y, output.dtype),) if constant else ()),
        windows=(None,) if constant else (None, None),
        scratch=scratch if output.dtype is DType.INT8 else 0,
    )


def _numbers(site: Site) -> tuple[Param, ...]:
    """Zero points and scaling of int8 matrices."""
    left, right, output = site.input(0), site.input(1), site.output()
    if output.dtype is DType.FLOAT32:
        return ()
    assert right.quant is not None
    per_column = right.quant.per_channel
    # LiteRT multiplies the two scales in single precision here.
    products = np.float32(left.scale) * right.quant.scale
    multipliers, shifts = quantize_multipliers(float(product) / output.scale for product in products)
    right_zero = 0 if per_column else right.zero_point
    one = [0, 0] if per_column else [int(multipliers[0]), int(shifts[0])]
    words = [left.zero_point, right_zero, output.zero_point, *one, -128, 127, 0]
    numbers = Param("numbers", np.asarray(words, np.int32))
    return (numbers, Param("scaling", np.concatenate([multipliers, shifts]))) if per_column else (numbers,)


def _columns(right: Tensor, adjoint: bool, dtype: DType) -> Param:
    """Constant right matrices with their columns one after the other, in the output's type."""
    data = np.asarray(right.data).astype(dtype.numpy)
    return Param("right", np.ascontiguousarray(data if adjoint else data.swapaxes(-1, -2)))


def _steps(shape: tuple[int, ...], batches: tuple[int, ...]) -> tuple[int, ...]:
    """Elements from one matrix to the next in each batch dimension; 0 where it is broadcast."""
    own = (1,) * (_BATCHES + 2 - len(shape)) + shape
    return tuple(0 if own[i] == 1 and batches[i] != 1 else math.prod(own[i + 1 :]) for i in range(_BATCHES))
