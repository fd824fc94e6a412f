"""FULLY_CONNECTED of int8 vectors (firmware/kernels/fully_connected.c).

Formulas: LiteRT's kernels/internal/reference/integer_ops/fully_connected.h, in the form that multiplies by a double.
"""

from __future__ import annotations

import numpy as np

from ingot.kernels.activation_range import quantized_range
from ingot.kernels.conv2d import MAC_CONSTRAINTS, int8_layer
from ingot.kernels.exact_multiplier import exact_multiplier
from ingot.kernels.mac_block import LANES, folded_bias, head, output_scaling, records
from ingot.kernels.program import Call, Param
from ingot.kernels.registry import Site, lowers

_SHORT = 4


@lowers("FULLY_CONNECTED", constraints=(int8_layer, *MAC_CONSTRAINTS[1:]))
def lower_fully_connected(site: Site) -> Call:
    """One call of ingot_fully_connected_s8()."""
    image, output, weights = site.input(0), site.output(), site.input(1)
    channels, depth = weights.shape
    data = np.asarray(weights.data, np.int8)
    bias = folded_bias(data, _bias(site), image.zero_point)
    low, high = quantized_range(site.op.attrs["activation"], output)
    largest = max(abs(low - output.zero_point), abs(high - output.zero_point), 1)
    scales = output_scaling(image, weights, output, channels)
    exact = {scale: exact_multiplier(scale, largest) for scale in set(scales)}
    scaling = np.asarray([exact[scale] for scale in scales], np.int64).T
    short = _SHORT if not scaling[1].any() and (scaling[2] >= 1).all() else 0
    order = np.arange(-(-channels // LANES) * LANES)
    order[channels:] = -1
    words = scaling.astype(np.uint32).view(np.int32)
    return Call(
        kernel="fully_connected_s8",
        descriptor="fully_connected",
        inputs=(0,),
        outputs=(0,),
        fields={"depth": depth, "channels": channels, "vectors": image.elements // depth},
        params=(
            head(image, output, site.op.attrs["activation"], short),
            Param("weights", records(data, bias, words, order)),
        ),
        macs=output.elements * depth,
        windows=(None,),
    )


def _bias(site: Site) -> np.ndarray | None:
    return np.asarray(site.input(2).data, np.int32).reshape(-1) if site.has_input(2) else None
