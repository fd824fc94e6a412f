# SPDX-License-Identifier: Apache-2.0
"""QUANTIZE of float32 to int8 as QuantizeLinear does (firmware/kernels/quantize_even.c): what a QDQ model computes in
float between quantized tensors. Formula: ingot.compiler.even.formulas.quantize."""

from __future__ import annotations

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.graph.arithmetic import EVEN
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize import quantize_call
from ingot.compiler.kernels.registry import Site, elements, lowers, packs

packs(quantize_even=1)


def float_to_int8(graph: Graph, op: Operator) -> bool:
    """The input is float32, the output int8 with one scale."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    return source.dtype is DType.FLOAT32 and target.dtype is DType.INT8 and target.quant is not None


@lowers("QUANTIZE", arithmetic=EVEN, constraints=(float_to_int8,), pieces=elements)
def lower_quantize(site: Site) -> Call:
    """One call of ingot_quantize_even_f32_s8()."""
    words = np.zeros(3, np.int32)
    words[:1] = np.asarray([site.output().scale], np.float32).view(np.int32)
    words[2] = site.output().zero_point
    return quantize_call(site, "quantize_even_f32_s8", Param("scaling", words))
