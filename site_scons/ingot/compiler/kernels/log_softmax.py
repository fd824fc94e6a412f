# SPDX-License-Identifier: Apache-2.0
"""LOG_SOFTMAX (firmware/kernels/log_softmax.c). Formulas: LiteRT's LogSoftmaxPrepare() and its reference."""

from __future__ import annotations

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multiplier
from ingot.compiler.kernels.registry import Site, lowers, packs, vectors
from ingot.compiler.kernels.rows import same_rows
from ingot.compiler.kernels.softmax import exp_table, softmax_scaling

packs(log_softmax=1)


def log_softmax_types(graph: Graph, op: Operator) -> bool:
    """Input and output are both int8, the output with scale 1/16 and zero point 127, or both float32."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    if source.dtype is DType.FLOAT32:
        return target.dtype is DType.FLOAT32
    return (
        source.dtype is target.dtype is DType.INT8
        and source.quant is not None
        and target.quant is not None
        and target.scale == 1 / 16
        and target.zero_point == 127
    )


@lowers("LOG_SOFTMAX", constraints=(log_softmax_types,), pieces=vectors)
def lower_log_softmax(site: Site) -> Call:
    """ingot_log_softmax_s8() or _f32(); in place."""
    source, target, tensor = site.rows_in(0), site.rows_out(), site.input(0)
    depth = tensor.shape[-1] if tensor.shape else 1
    fixed = tensor.dtype is DType.INT8
    return Call(
        kernel="log_softmax_s8" if fixed else "log_softmax_f32",
        descriptor="log_softmax",
        inputs=(0,),
        outputs=(0,),
        fields={"groups": target.row_bytes // (depth * target.dtype.size), "depth": depth},
        params=_params(tensor.scale) if fixed else (),
        windows=(same_rows(source, target),),
        inplace=(0,),
    )


def _params(scale: float) -> tuple[Param, ...]:
    multiplier, shift, diff_min, scaled = softmax_scaling(scale, 1.0)
    reverse_multiplier, reverse_shift = quantize_multiplier(2.0 ** (31 - shift) / multiplier)
    words = np.asarray([reverse_multiplier, reverse_shift, diff_min], np.int32)
    return (
        Param("scaling", words),
        Param("exp", exp_table(scale, 1.0).astype(np.int32)),
        Param("scaled", scaled.astype(np.int32)),
    )
