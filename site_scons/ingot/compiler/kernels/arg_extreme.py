# SPDX-License-Identifier: Apache-2.0
"""ARG_MAX and ARG_MIN (firmware/kernels/arg_extreme.c)."""

from __future__ import annotations

import math

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.program import Call
from ingot.compiler.kernels.reduce import axes_are_constant
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(arg_extreme=1)

_SUFFIX = {DType.INT8: "s8", DType.UINT8: "u8", DType.INT16: "s16", DType.INT32: "s32", DType.FLOAT32: "f32"}


def arg_types(graph: Graph, op: Operator) -> bool:
    """The input is int8, uint8, int16, int32 or float32, the output int32 or int64."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    return source.dtype in _SUFFIX and target.dtype in (DType.INT32, DType.INT64)


@lowers("ARG_MAX", "ARG_MIN", constraints=(arg_types, axes_are_constant))
def lower_arg_extreme(site: Site) -> Call:
    """ingot_arg_extreme_<type>()."""
    source, target = site.input(0), site.rows_out()
    axis = int(np.asarray(site.input(1).data).ravel()[0]) % len(source.shape)
    return Call(
        kernel=f"arg_extreme_{_SUFFIX[source.dtype]}",
        descriptor="arg_extreme",
        inputs=(0,),
        outputs=(0,),
        fields={
            "axis": source.shape[axis],
            "inner": math.prod(source.shape[axis + 1 :]),
            "row_elements": target.row_bytes // target.dtype.size,
            "smallest": int(site.op.kind == "ARG_MIN"),
            "out_bytes": target.dtype.size,
        },
        windows=(None,),
    )
