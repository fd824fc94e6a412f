# SPDX-License-Identifier: Apache-2.0
"""GATHER (firmware/kernels/gather.c)."""

from __future__ import annotations

import math

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(gather=1)


def gather_types(graph: Graph, op: Operator) -> bool:
    """Input (or constant table) and output have one type and scale; the indexes are int32, or constant. The table of an
    EMBEDDING_LOOKUP may also be int8 or int4 with zero point 0 where the output is float32; rows of int4 have an even
    length."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    indexes = graph.tensors[op.inputs[1] or 0]
    return (
        source.dtype is target.dtype
        and (source.quant is None or source.quant.same(target.quant))
        and (indexes.is_constant or indexes.dtype is DType.INT32)
    )


def indexes_exist(graph: Graph, op: Operator) -> bool:
    """Constant indexes are not negative and smaller than the axis."""
    source, indexes = graph.tensors[op.inputs[0] or 0], graph.tensors[op.inputs[1] or 0]
    if indexes.data is None:
        return True
    extent = source.shape[int(op.attrs.get("axis", 0)) % len(source.shape)]
    return bool(((indexes.data >= 0) & (indexes.data < extent)).all())


@lowers("GATHER", constraints=(gather_types, indexes_exist), data=(0, 1))
def lower_gather(site: Site) -> Call:
    """ingot_gather_constant(), ingot_gather_table() or ingot_gather_s32()."""
    source, indexes, target = site.input(0), site.input(1), site.rows_out()
    axis = int(site.op.attrs.get("axis", 0)) % len(source.shape)
    batch_dims = int(site.op.attrs.get("batch_dims", 0))
    batch_dims += len(indexes.shape) if batch_dims < 0 else 0
    kernel, inputs, params = _form(site)
    return Call(
        kernel=kernel,
        descriptor="gather",
        inputs=inputs,
        outputs=(0,),
        fields={
            "outer": math.prod(source.shape[batch_dims:axis]),
            "axis": source.shape[axis],
            "indexes": math.prod(indexes.shape[batch_dims:]),
            "unit": math.prod(source.shape[axis + 1 :]) * source.dtype.size,
            "row_bytes": target.row_bytes,
        },
        params=params,
        windows=(None,) * len(inputs),
    )


def _form(site: Site) -> tuple[str, tuple[int, ...], tuple[Param, ...]]:
    """Kernel, computed inputs, and what is constant."""
    source, indexes = site.input(0), site.input(1)
    if indexes.is_constant:
        return "gather_constant", (0,), (Param("indexes", np.asarray(indexes.data, np.int32)),)
    if source.is_constant:
        return "gather_table", (1,), (Param("table", np.asarray(source.data)),)
    return "gather_s32", (0, 1), ()
