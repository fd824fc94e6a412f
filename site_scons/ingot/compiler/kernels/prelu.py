# SPDX-License-Identifier: Apache-2.0
"""PRELU (firmware/kernels/prelu.c). Formulas: LiteRT's PreluPrepare() and internal/reference/prelu.h."""

from __future__ import annotations

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.add import one_type_among, quantized_numbers_have_scales
from ingot.compiler.kernels.broadcast import fits_broadcast, lower_binary
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multiplier
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(prelu=1)


def prelu_types(graph: Graph, op: Operator) -> bool:
    """Both inputs and the output have one type: int8 or float32."""
    return one_type_among(graph, op, DType.INT8, DType.FLOAT32)


@lowers(
    "PRELU",
    constraints=(prelu_types, quantized_numbers_have_scales, fits_broadcast),
)
def lower_prelu(site: Site) -> Call:
    """ingot_prelu_s8() or _f32(); in place."""
    source, alpha, output = site.input(0), site.input(1), site.output()
    if output.dtype is DType.FLOAT32:
        return lower_binary(site, "prelu_f32", (), reversed_kernel=None)
    # Products and quotients of scales are float32, as in LiteRT.
    own, other, out = np.float32(source.scale), np.float32(alpha.scale), np.float32(output.scale)
    multiplier, shift = quantize_multiplier(float(own / out))
    multiplier_negative, shift_negative = quantize_multiplier(float(own * other / out))
    words = [-source.zero_point, -alpha.zero_point, multiplier, shift, multiplier_negative, shift_negative]
    words.append(output.zero_point)
    return lower_binary(site, "prelu_s8", [Param("scaling", np.asarray(words, np.int32))], reversed_kernel=None)
