# SPDX-License-Identifier: Apache-2.0
"""MUL (firmware/kernels/mul.c). Formulas: LiteRT's kernels/mul.cc and internal/reference/integer_ops/mul.h."""

from __future__ import annotations

import numpy as np

from ingot.compiler.graph import DType
from ingot.compiler.kernels.activation_range import float_range, integer_range, quantized_range
from ingot.compiler.kernels.add import ELEMENT_WISE, int16_is_symmetric
from ingot.compiler.kernels.broadcast import lower_binary, operand_order
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multiplier
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(mul=1)


@lowers("MUL", constraints=(*ELEMENT_WISE, int16_is_symmetric), data=(0, 1))
def lower_mul(site: Site) -> Call:
    """ingot_mul_<type>(); in place over either input of the output's shape."""
    output = site.output()
    activation = str(site.op.attrs.get("activation", "NONE"))
    if output.dtype is DType.FLOAT32:
        floats = np.asarray(float_range(activation), np.float32)
        return lower_binary(site, "mul_f32", [Param("range", floats)], reversed_kernel="mul_f32")
    if output.dtype is DType.INT32:
        limits = np.asarray(integer_range(activation, output.dtype), np.int32)
        return lower_binary(site, "mul_s32", [Param("range", limits)], reversed_kernel="mul_s32")
    first, second = (site.input(position) for position in operand_order(site))
    # The product and the quotient are float32, as in LiteRT.
    real = np.float32(site.input(0).scale) * np.float32(site.input(1).scale) / np.float32(output.scale)
    multiplier, shift = quantize_multiplier(float(real))
    words = [-first.zero_point, -second.zero_point, multiplier, shift, output.zero_point]
    words += quantized_range(activation, output)
    kernel = "mul_s8" if output.dtype is DType.INT8 else "mul_s16"
    return lower_binary(site, kernel, [Param("scaling", np.asarray(words, np.int32))], reversed_kernel=kernel)
