# SPDX-License-Identifier: Apache-2.0
"""L2_NORMALIZATION (firmware/kernels/l2_normalization.c). Formulas: LiteRT's kernels/l2norm.cc and its reference."""

from __future__ import annotations

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.concat import no_activation
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs, vectors
from ingot.compiler.kernels.rows import same_rows

packs(l2_normalization=1)


def l2_types(graph: Graph, op: Operator) -> bool:
    """Input and output are both int8, the output with scale 1/128 and zero point 0, or both float32."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    if source.dtype is DType.FLOAT32:
        return target.dtype is DType.FLOAT32
    return (
        source.dtype is target.dtype is DType.INT8
        and source.quant is not None
        and target.quant is not None
        and target.scale == 1 / 128
        and target.zero_point == 0
    )


@lowers("L2_NORMALIZATION", constraints=(l2_types, no_activation), pieces=vectors)
def lower_l2_normalization(site: Site) -> Call:
    """ingot_l2_normalization_s8() or _f32(); in place."""
    source, target, tensor = site.rows_in(0), site.rows_out(), site.input(0)
    depth = tensor.shape[-1] if tensor.shape else 1
    fixed = tensor.dtype is DType.INT8
    return Call(
        kernel="l2_normalization_s8" if fixed else "l2_normalization_f32",
        descriptor="l2_normalization",
        inputs=(0,),
        outputs=(0,),
        fields={"groups": target.row_bytes // (depth * target.dtype.size), "depth": depth},
        params=(Param("zero_point", np.asarray([tensor.zero_point], np.int32)),) if fixed else (),
        windows=(same_rows(source, target),),
        inplace=(0,),
    )
