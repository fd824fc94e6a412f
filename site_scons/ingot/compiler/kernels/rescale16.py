# SPDX-License-Identifier: Apache-2.0
"""LEAKY_RELU, the RELU family and ABS of int16 (firmware/kernels/rescale16.c); of 8 bits they are tables.

Formulas: those of ingot.compiler.passes.rescaled, which LiteRT shares between int8 and int16.
"""

from __future__ import annotations

import numpy as np

from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multiplier
from ingot.compiler.kernels.registry import Site, packs
from ingot.compiler.kernels.rows import same_rows
from ingot.compiler.passes.fixed_point import round_half_away

packs(rescale16=1)

_BOUNDS = {"RELU": (0.0, None), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0), "RELU_0_TO_1": (0.0, 1.0)}
KINDS = (*_BOUNDS, "LEAKY_RELU", "ABS")


def lower_rescale16(site: Site) -> Call:
    """ingot_rescale16_rows(); in place."""
    source, target = site.rows_in(0), site.rows_out()
    return Call(
        kernel="rescale16_rows",
        descriptor="rescale16",
        inputs=(0,),
        outputs=(0,),
        fields={"row_elements": target.row_bytes // 2},
        params=(Param("scaling", np.asarray(_words(site), np.int32)),),
        windows=(same_rows(source, target),),
        inplace=(0,),
    )


def _words(site: Site) -> list[int]:
    """ingot_rescale16_params."""
    source, output, kind = site.input(0), site.output(), site.op.kind
    scale, zero = np.float32(output.scale), output.zero_point
    multiplier, shift = quantize_multiplier(float(np.float32(source.scale) / scale))
    below, before, after = (multiplier, shift), 1, 1
    limits = [-32768, 32767]
    if kind == "LEAKY_RELU":
        alpha = np.float32(site.op.attrs.get("alpha", 0.0))
        below = quantize_multiplier(float(np.float32(source.scale) * alpha / scale))
        if below[0] < 0:  # LiteRT negates the result instead
            below, after = (-below[0], below[1]), -1
    elif kind == "ABS":
        before = -1
        if np.float32(source.scale) == scale:
            (multiplier, shift), below = (1 << 30, 1), (1 << 30, 1)
    else:
        for position, bound in enumerate(_BOUNDS[kind]):
            if bound is not None:
                limit = zero + round_half_away(float(np.float32(bound) / scale))
                limits[position] = min(max(limit, -32768), 32767)
    return [source.zero_point, zero, *limits, multiplier, below[0], shift, below[1], before, after]
