"""FULLY_CONNECTED of int8 vectors and of int16 vectors (firmware/kernels/fully_connected.c, fully_connected_s16.c).

Formulas: LiteRT's kernels/internal/reference/integer_ops/fully_connected.h, in the form that multiplies by a double.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingot.graph import DType, Graph, Operator
from ingot.kernels.activation_range import quantized_range
from ingot.kernels.conv2d import MAC_CONSTRAINTS, int8_layer
from ingot.kernels.conv_s16 import int16_layer
from ingot.kernels.exact_multiplier import exact_multiplier
from ingot.kernels.mac_block import LANES, folded_bias, head, output_scaling, records
from ingot.kernels.program import Call, Param
from ingot.kernels.registry import Site, lowers

_SHORT = 4
WEIGHTS = 8
"""Of int16 vectors: the weights of a channel fill a multiple of so many bytes."""


def int8_or_int16_vectors(graph: Graph, op: Operator) -> bool:
    """Input, weights and output are int8, the bias int32; or input and output int16, zero points 0, the bias int64."""
    if int8_layer(graph, op):
        return True
    # LiteRT reads a bias of another type as if it were int64.
    biases = [graph.tensors[t].dtype for t in op.inputs[2:3] if t is not None]
    return int16_layer(graph, op) and biases in ([], [DType.INT64])


@lowers("FULLY_CONNECTED", constraints=(int8_or_int16_vectors, *MAC_CONSTRAINTS[1:]))
def lower_fully_connected(site: Site) -> Call:
    """One call of ingot_fully_connected_s8() or ingot_fully_connected_s16()."""
    short = site.input(0).dtype is DType.INT16
    channels, depth = site.input(1).shape
    return Call(
        kernel="fully_connected_s16" if short else "fully_connected_s8",
        descriptor="fully_connected",
        inputs=(0,),
        outputs=(0,),
        fields={"depth": depth, "channels": channels, "vectors": site.input(0).elements // depth},
        params=_params_s16(site) if short else _params_s8(site),
        macs=site.output().elements * depth,
        windows=(None,),
    )


def _params_s8(site: Site) -> tuple[Param, ...]:
    image, output, weights = site.input(0), site.output(), site.input(1)
    channels = weights.shape[0]
    data = np.asarray(weights.data, np.int8)
    bias = folded_bias(data, _bias(site), image.zero_point)
    low, high = quantized_range(site.op.attrs["activation"], output)
    largest = max(abs(low - output.zero_point), abs(high - output.zero_point), 1)
    scales = output_scaling(image, weights, output, channels)
    exact = {scale: exact_multiplier(scale, largest) for scale in set(scales)}
    scaling = np.asarray([exact[scale] for scale in scales], np.int64).T
    flags = _SHORT if not scaling[1].any() and (scaling[2] >= 1).all() else 0
    order = np.arange(-(-channels // LANES) * LANES)
    order[channels:] = -1
    words = scaling.astype(np.uint32).view(np.int32)
    return (
        head(image, output, site.op.attrs["activation"], flags),
        Param("weights", records(data, bias, words, order)),
    )


def _params_s16(site: Site) -> tuple[Param, ...]:
    image, output, weights = site.input(0), site.output(), site.input(1)
    channels, depth = weights.shape
    layers = np.zeros(
        channels, [("scale", "<f8"), ("bias", "<i8"), ("weights", np.int8, (-(-depth // WEIGHTS) * WEIGHTS,))]
    )
    layers["scale"] = output_scaling(image, weights, output, channels)
    if site.has_input(2):
        layers["bias"] = np.asarray(site.input(2).data).reshape(-1)
    layers["weights"][:, :depth] = weights.data
    clamps = np.asarray([*quantized_range(site.op.attrs["activation"], output), 0, 0], np.int32)
    return Param("head", clamps), Param("channels", layers.view(np.uint8))


def _bias(site: Site) -> npt.NDArray[np.int32] | None:
    return np.asarray(site.input(2).data, np.int32).reshape(-1) if site.has_input(2) else None
