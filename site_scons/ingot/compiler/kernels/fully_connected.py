# SPDX-License-Identifier: Apache-2.0
"""FULLY_CONNECTED of int8, int16 and float32 vectors (firmware/kernels/fully_connected*.c).

Formulas: LiteRT's kernels/internal/reference/integer_ops/fully_connected.h, in the form that multiplies by a double;
internal/reference/fully_connected.h for float32.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType
from ingot.compiler.graph.arithmetic import keeps_4_bits
from ingot.compiler.kernels.activation_range import quantized_range
from ingot.compiler.kernels.conv2d import MAC_CONSTRAINTS, from_uint8, weights_zero
from ingot.compiler.kernels.conv_f32 import float_channels
from ingot.compiler.kernels.exact_multiplier import exact_multiplier
from ingot.compiler.kernels.mac_block import CHUNK, LANES, folded_bias, head, output_scaling, packed_halves, records
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs, vectors
from ingot.compiler.kernels.rows import MAX_ROWS, each_row, same_rows

packs(fully_connected=1, fully_connected_w4=1, fully_connected_offset=2)

_SHORT = 4
WEIGHTS = 8
"""Of int16 vectors: the weights of a channel fill a multiple of so many bytes."""


@lowers("FULLY_CONNECTED", constraints=MAC_CONSTRAINTS, pieces=vectors)
def lower_fully_connected(site: Site) -> Call:
    """One call of ingot_fully_connected_s8(), _rows_s8(), _s16() or _f32(); of what was uint8 _offset_s8(), of weights
    with four bits _w4_s8()."""
    suffix, params = _FORMS[site.input(0).dtype]
    if from_uint8(site.op):
        suffix = "offset_s8"
    elif keeps_4_bits(site.graph, site.op):
        suffix, params = "w4_s8", _params_w4
    channels, depth = site.input(1).shape
    source, target = site.rows_in(0), site.rows_out()
    if suffix == "s8" and one_vector_of_rows(site):
        return rows_call(site, "fully_connected_rows_s8", params(site))
    return Call(
        kernel=f"fully_connected_{suffix}",
        descriptor="fully_connected",
        inputs=(0,),
        outputs=(0,),
        fields={"depth": depth, "channels": channels, "vectors": vectors(site.output()) // target.rows},
        params=params(site),
        windows=(same_rows(source, target),),
    )


def rows_call(site: Site, kernel: str, params: tuple[Param, ...]) -> Call:
    """The rows of the input are added up one after the other; where one_vector_of_rows()."""
    channels, depth = site.input(1).shape
    source = site.rows_in(0)
    return Call(
        kernel=kernel,
        descriptor="fully_connected",
        inputs=(0,),
        outputs=(0,),
        fields={"depth": depth, "channels": channels, "vectors": 1, "row": source.row_bytes, "rows": source.rows},
        params=params,
        windows=(each_row(source.rows),),
        scratch=4 * -(-channels // LANES) * LANES,
        folds=source.rows,
    )


def one_vector_of_rows(site: Site) -> bool:
    """Whether the input is one vector and has rows of whole chunks, which can be added up one after the other."""
    source, target = site.rows_in(0), site.rows_out()
    return vectors(site.output()) == target.rows == 1 < source.rows <= MAX_ROWS and source.row_bytes % CHUNK == 0


def _params_s8(site: Site) -> tuple[Param, ...]:
    image, output, weights = site.input(0), site.output(), site.input(1)
    channels = weights.shape[0]
    data = np.asarray(weights.data, np.int8)
    zero = weights_zero(site)
    bias = folded_bias(data.astype(np.int64) - zero, _bias(site), image.zero_point)
    scaling = _scaling(site)
    flags = _SHORT if not scaling[1].any() and (scaling[2] >= 1).all() else 0
    order = np.arange(-(-channels // LANES) * LANES)
    order[channels:] = -1
    words = scaling.astype(np.uint32).view(np.int32)
    return (
        head(image, output, site.op.attrs["activation"], flags, zero),
        Param("weights", records(data, bias, words, order)),
    )


def _params_w4(site: Site) -> tuple[Param, ...]:
    first, blocks = _params_s8(site)
    return first, Param("weights", packed_halves(blocks.data.view(np.uint8), 3 * LANES * 4))


def _scaling(site: Site) -> npt.NDArray[np.int64]:
    """(3, channels): high, low and right of each output channel's multiplier."""
    image, output, weights = site.input(0), site.output(), site.input(1)
    low, high = quantized_range(site.op.attrs["activation"], output)
    largest = max(abs(low - output.zero_point), abs(high - output.zero_point), 1)
    scales = output_scaling(image, weights, output, weights.shape[0])
    exact = {scale: exact_multiplier(scale, largest) for scale in set(scales)}
    return np.asarray([exact[scale] for scale in scales], np.int64).T


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


def _params_f32(site: Site) -> tuple[Param, ...]:
    bias = np.asarray(site.input(2).data) if site.has_input(2) else None
    return float_channels(np.asarray(site.input(1).data), bias, site.op.attrs["activation"])


_FORMS = {DType.INT8: ("s8", _params_s8), DType.INT16: ("s16", _params_s16), DType.FLOAT32: ("f32", _params_f32)}
