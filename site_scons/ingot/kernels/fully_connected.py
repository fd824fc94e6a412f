"""FULLY_CONNECTED of int8 vectors (firmware/kernels/fully_connected.c).

Formulas: LiteRT's kernels/internal/reference/integer_ops/fully_connected.h, which rounds once.
"""

from __future__ import annotations

import numpy as np

from ingot.kernels.conv2d import MAC_CONSTRAINTS
from ingot.kernels.mac_block import head, output_scaling, quads
from ingot.kernels.program import Call, Param
from ingot.kernels.registry import Site, lowers


@lowers("FULLY_CONNECTED", constraints=MAC_CONSTRAINTS)
def lower_fully_connected(site: Site) -> Call:
    """One call of ingot_fully_connected_s8()."""
    image, output, weights = site.input(0), site.output(), site.input(1)
    channels, depth = weights.shape
    bias = np.asarray(site.input(2).data, np.int32).reshape(-1) if site.has_input(2) else None
    data = np.asarray(weights.data, np.int8).reshape(channels, 1, depth)
    blocks, shifts = quads(data, bias, image.zero_point, output_scaling(image, weights, output, channels))
    return Call(
        kernel="fully_connected_s8",
        descriptor="fully_connected",
        inputs=(0,),
        outputs=(0,),
        fields={"depth": depth, "channels": channels, "vectors": image.elements // depth},
        params=(head(image, output, site.op.attrs["activation"], shifts), Param("weights", blocks)),
        macs=output.elements * depth,
        windows=(None,),
    )
