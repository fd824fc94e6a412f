# SPDX-License-Identifier: Apache-2.0
"""SQUARED_DIFFERENCE (firmware/kernels/squared_difference.c). Formulas: LiteRT's kernels/squared_difference.cc."""

from __future__ import annotations

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.add import one_type_among, quantized_numbers_have_scales
from ingot.compiler.kernels.broadcast import fits_broadcast, lower_binary, operand_order
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multiplier
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(squared_difference=1)

_LEFT_SHIFT = 7


def difference_types(graph: Graph, op: Operator) -> bool:
    """Both inputs and the output have one type: int8, int32 or float32."""
    return one_type_among(graph, op, DType.INT8, DType.INT32, DType.FLOAT32)


@lowers(
    "SQUARED_DIFFERENCE",
    constraints=(difference_types, quantized_numbers_have_scales, fits_broadcast),
    data=(0, 1),
)
def lower_squared_difference(site: Site) -> Call:
    """ingot_squared_difference_<type>(); in place over either input of the output's shape."""
    output = site.output()
    if output.dtype is not DType.INT8:
        kernel = f"squared_difference_{'f32' if output.dtype is DType.FLOAT32 else 's32'}"
        return lower_binary(site, kernel, (), reversed_kernel=kernel)
    first, second = (site.input(position) for position in operand_order(site))
    # Squares of float32 scales are float32 in LiteRT; this one is a double there.
    twice_max = 2.0 * max(first.scale, second.scale)
    multiplier0, shift0 = quantize_multiplier(first.scale / twice_max)
    multiplier1, shift1 = quantize_multiplier(second.scale / twice_max)
    out_scale = float(np.float32(1 << (2 * _LEFT_SHIFT)) * np.float32(output.scale))
    multiplier_out, shift_out = quantize_multiplier(twice_max * twice_max / out_scale)
    words = [-first.zero_point, -second.zero_point, multiplier0, multiplier1, -shift0, -shift1]
    words += [multiplier_out, shift_out, output.zero_point]
    scaling = Param("scaling", np.asarray(words, np.int32))
    return lower_binary(site, "squared_difference_s8", [scaling], reversed_kernel="squared_difference_s8")
