# SPDX-License-Identifier: Apache-2.0
"""MEAN, SUM, REDUCE_MAX and REDUCE_MIN (firmware/kernels/reduce.c).

Formulas: LiteRT's internal/reference/reduce.h. LiteRT's reference SUM of int8 reads its bytes as unsigned, a defect its
default kernels do not have; this one computes the sum of the signed numbers.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.pooling import fold_call, folds
from ingot.compiler.kernels.program import Activation, Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multiplier
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.kernels.rows import Window, same_rows

packs(reduce=1)

_SUFFIX = {DType.INT8: "s8", DType.INT16: "s16", DType.INT32: "s32", DType.FLOAT32: "f32", DType.BOOL: "s8"}
_NAME = {
    "MEAN": "mean",
    "SUM": "sum",
    "REDUCE_MAX": "max",
    "REDUCE_MIN": "min",
    "REDUCE_ANY": "max",
    "REDUCE_ALL": "min",
}
"""Truths are bytes of 0 or 1."""
_KEPT, _REDUCED = 4, 3


class _Loop(NamedTuple):
    times: int
    stride: int
    reduced: bool


def reduce_types(graph: Graph, op: Operator) -> bool:
    """Input and output have one type: int8, int16, int32 or float32; bool for REDUCE_ANY and REDUCE_ALL."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    of_truths = op.kind in ("REDUCE_ANY", "REDUCE_ALL")
    return source.dtype is target.dtype and source.dtype in _SUFFIX and of_truths == (source.dtype is DType.BOOL)


def axes_are_constant(graph: Graph, op: Operator) -> bool:
    """The axes are constant."""
    return op.inputs[1] is not None and graph.tensors[op.inputs[1]].is_constant


def reduce_scales(graph: Graph, op: Operator) -> bool:
    """Quantized tensors have one scale each; REDUCE_MAX and REDUCE_MIN the same one for input and output."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    if source.dtype not in (DType.INT8, DType.INT16):
        return True
    if source.quant is None or target.quant is None or source.quant.per_channel or target.quant.per_channel:
        return False
    return op.kind in ("MEAN", "SUM") or source.quant.same(target.quant)


def few_alternations(graph: Graph, op: Operator) -> bool:
    """At most three groups of neighbouring axes are reduced, and at most four are kept."""
    loops = _merged(_loops(graph.tensors[op.inputs[0] or 0].shape, reduced_axes(graph, op)))
    return sum(loop.reduced for loop in loops) <= _REDUCED and sum(not loop.reduced for loop in loops) <= _KEPT


@lowers(
    "MEAN",
    "SUM",
    "REDUCE_MAX",
    "REDUCE_MIN",
    "REDUCE_ANY",
    "REDUCE_ALL",
    constraints=(reduce_types, axes_are_constant, reduce_scales, few_alternations),
)
def lower_reduce(site: Site) -> Call:
    """ingot_reduce_<what>_<type>()."""
    dtype = site.input(0).dtype
    quantized = dtype in (DType.INT8, DType.INT16) and site.op.kind in ("MEAN", "SUM")
    what = "mean" if quantized else _NAME[site.op.kind]
    params = (Param("scaling", _scaling(site, reduced_axes(site.graph, site.op))),) if quantized else ()
    return reduce_call(site, f"reduce_{what}_{_SUFFIX[dtype]}", params)


def reduce_call(site: Site, kernel: str, params: tuple[Param, ...]) -> Call:
    """One call of a kernel that goes over kept and reduced axes."""
    source, target = site.rows_in(0), site.rows_out()
    axes = reduced_axes(site.graph, site.op)
    shape = site.input(0).shape
    if len(shape) == 4 and axes - {0} == {1, 2} and folds(site, kernel):
        return fold_call(site, kernel, *params)
    row, loops = _row_loop(_loops(site.input(0).shape, axes), target)
    loops = _merged(loops)
    kept = [loop for loop in loops if not loop.reduced]
    reduced = [loop for loop in loops if loop.reduced]
    kept = [_Loop(1, 0, False)] * (_KEPT - len(kept)) + kept
    reduced = reduced or [_Loop(1, 1, True)]
    reduced = [_Loop(1, 0, True)] * (_REDUCED - len(reduced)) + reduced
    return Call(
        kernel=kernel,
        descriptor="reduce",
        inputs=(0,),
        outputs=(0,),
        fields={
            "in_pitch": row.stride,
            "out_pitch": target.row_bytes // target.dtype.size,
            "kept": tuple(loop.times for loop in kept),
            "kept_stride": tuple(loop.stride for loop in kept),
            "reduced": tuple(loop.times for loop in reduced),
            "reduced_stride": tuple(loop.stride for loop in reduced),
        },
        params=params,
        windows=(_window(row, source, target),),
    )


def reduced_axes(graph: Graph, op: Operator) -> set[int]:
    """The axes of the input that the output has not, or has with one element."""
    rank = len(graph.tensors[op.inputs[0] or 0].shape)
    if not rank:  # LiteRT looks at no axis then
        return set()
    return {int(a) % rank for a in np.asarray(graph.tensors[op.inputs[1] or 0].data).ravel()}


def _loops(shape: tuple[int, ...], axes: set[int]) -> list[_Loop]:
    loops = [_Loop(n, math.prod(shape[i + 1 :]), i in axes) for i, n in enumerate(shape)]
    return [loop for loop in loops if loop.times != 1]


def _merged(loops: list[_Loop]) -> list[_Loop]:
    merged: list[_Loop] = []
    for loop in loops:
        if merged and merged[-1].reduced == loop.reduced and merged[-1].stride == loop.stride * loop.times:
            merged[-1] = _Loop(merged[-1].times * loop.times, loop.stride, loop.reduced)
        else:
            merged.append(loop)
    return merged


def _row_loop(loops: list[_Loop], target: Activation) -> tuple[_Loop, list[_Loop]]:
    """The loop over the output's rows, which is the first kept one, and the others."""
    if target.rows == 1:
        return _Loop(1, 0, False), loops
    first = next(i for i, loop in enumerate(loops) if not loop.reduced)
    return loops[first], loops[:first] + loops[first + 1 :]


def _window(row: _Loop, source: Activation, target: Activation) -> Window | None:
    if target.rows > 1 and row.stride * source.dtype.size == source.row_bytes:
        return same_rows(source, target)
    return None


def _scaling(site: Site, axes: set[int]) -> np.ndarray:
    """ingot_reduce_params; a mean's division by the count is part of the multiplier."""
    source, target = site.input(0), site.output()
    count = math.prod(source.shape[a] for a in axes)
    multiplier, shift = quantize_multiplier(source.scale / target.scale)
    if site.op.kind == "MEAN":
        right = min(count.bit_length() - 1, 32, 31 + shift)
        multiplier = (multiplier << right) // count
        shift -= right
    return np.asarray([source.zero_point * count, multiplier, shift, target.zero_point], np.int32)
