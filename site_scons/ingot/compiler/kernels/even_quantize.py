# SPDX-License-Identifier: Apache-2.0
"""QUANTIZE of float32 to int8 or int16 as QuantizeLinear does (firmware/kernels/quantize_even.c): what a
QDQ model computes in float between quantized tensors. Formula: ingot.compiler.even.formulas.quantize."""

from __future__ import annotations

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.graph.arithmetic import EVEN
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize import quantize_call
from ingot.compiler.kernels.registry import Site, elements, lowers, packs

packs(quantize_even=1)


_SUFFIX = {DType.INT8: "s8", DType.INT16: "s16"}


def float_to_integers(graph: Graph, op: Operator) -> bool:
    """The input is float32, the output int8 or int16 with one scale."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    return source.dtype is DType.FLOAT32 and target.dtype in _SUFFIX and target.quant is not None


@lowers("QUANTIZE", arithmetic=EVEN, constraints=(float_to_integers,), pieces=elements)
def lower_quantize(site: Site) -> Call:
    """One call of ingot_quantize_even_f32_s8() or _s16()."""
    words = np.zeros(3, np.int32)
    words[:1] = np.asarray([site.output().scale], np.float32).view(np.int32)
    words[2] = site.output().zero_point
    return quantize_call(site, f"quantize_even_f32_{_SUFFIX[site.output().dtype]}", Param("scaling", words))
