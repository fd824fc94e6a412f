# SPDX-License-Identifier: Apache-2.0
"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED with the arithmetic of QDQ models (firmware/kernels/); of int16 see
even_wide.py.

The parameter blocks are those of LiteRT's arithmetic, with the true bias and a float scale in the places of multiplier
and shift (firmware/kernels/mac_result.h). Formulas: ingot.compiler.even.formulas.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingot.compiler.even.formulas import layer_scales
from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.graph.arithmetic import EVEN, SUMS_OF_4_BITS, keeps_4_bits
from ingot.compiler.kernels.conv2d import (
    constant_weights,
    dense_call,
    grouped_records,
    packed_call,
    symmetric_weights,
)
from ingot.compiler.kernels.depthwise import FITS_16, WIDE, depthwise_call, fits_16_bits, two_exceed_16_bits
from ingot.compiler.kernels.even_wide import DEEPEST, wide_conv, wide_fully_connected
from ingot.compiler.kernels.fully_connected import one_vector_of_rows, rows_call
from ingot.compiler.kernels.mac_block import LANES, RIGHT_SHIFTS, Words, folded_bias, packed_halves, records
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs, vectors
from ingot.compiler.kernels.rows import same_rows

packs(conv2d_even=2, conv2d_even_w4=4, depthwise_even=3, fully_connected_even=2)

BIAS_IN_SUMS = 32  # INGOT_MAC_BIAS_IN_SUMS
_DEEPEST = 65_000
"""Numbers whose products with weights no sum of 32 bits overflows."""


def int8_weights(graph: Graph, op: Operator) -> bool:
    """The weights are int8, the bias int32; input and output int8, or the input int16 and the output int16 or int8."""
    source, weights, bias = (None if t is None else graph.tensors[t].dtype for t in (*op.inputs, None)[:3])
    ends = (source, graph.tensors[op.outputs[0]].dtype)
    known = ((DType.INT8, DType.INT8), (DType.INT16, DType.INT16), (DType.INT16, DType.INT8))
    return ends in known and weights is DType.INT8 and bias in (None, DType.INT32)


def not_too_deep(graph: Graph, op: Operator) -> bool:
    """A result is made of at most 65,000 products; of int16, a pixel or vector has at most 32,000 numbers."""
    image, weights = (graph.tensors[op.inputs[i] or 0] for i in (0, 1))
    depth = weights.elements // weights.shape[3 if op.kind == "DEPTHWISE_CONV_2D" else 0]
    return image.shape[-1] <= DEEPEST if image.dtype is DType.INT16 else depth <= _DEEPEST


def _is_wide(site: Site) -> bool:
    return site.input(0).dtype is DType.INT16


EVEN_LAYER = (int8_weights, constant_weights, symmetric_weights, not_too_deep)


@lowers("CONV_2D", arithmetic=EVEN, constraints=EVEN_LAYER)
def lower_conv2d(site: Site) -> Call:
    """One call of ingot_conv2d_even_1x1_s8() or ingot_conv2d_even_s8(), or of their forms for weights of four bits."""
    if _is_wide(site):
        return wide_conv(site)
    if keeps_4_bits(site.graph, site.op):
        return packed_call(site, "_even_w4", _dense_params)
    return dense_call(site, "_even", _dense_params)


def _dense_params(site: Site, groups: int, *, by_column: bool) -> tuple[Param, ...]:
    windows = np.asarray(site.input(1).data, np.int8)
    data = (windows.swapaxes(1, 2) if by_column else windows).reshape(windows.shape[0], -1)
    first, words, flags = _words(site, data)
    return even_head(site, flags), Param("weights", grouped_records(data, first, words, groups))


@lowers("DEPTHWISE_CONV_2D", arithmetic=EVEN, constraints=EVEN_LAYER)
def lower_depthwise(site: Site) -> Call:
    """One call of ingot_depthwise_even_3x3_s8() or ingot_depthwise_even_s8()."""
    if _is_wide(site):
        return wide_conv(site)
    out_c = site.output().shape[3]
    taps = np.asarray(site.input(1).data, np.int8).reshape(-1, out_c)
    first, words, flags = _words(site, np.ascontiguousarray(taps.T))
    flags |= WIDE if two_exceed_16_bits(taps) else 0
    if flags & BIAS_IN_SUMS and fits_16_bits(taps, first, words[1].view(np.float32)):
        flags |= FITS_16
    return depthwise_call(site, "depthwise_even", taps, np.concatenate([first[None], words]), even_head(site, flags))


@lowers("FULLY_CONNECTED", arithmetic=EVEN, constraints=EVEN_LAYER, pieces=vectors)
def lower_fully_connected(site: Site) -> Call:
    """One call of ingot_fully_connected_even_s8(), _rows_s8() or _w4_s8()."""
    if _is_wide(site):
        return wide_fully_connected(site)
    data = np.asarray(site.input(1).data, np.int8)
    channels, depth = data.shape
    first, words, flags = _words(site, data)
    order = np.arange(-(-channels // LANES) * LANES)
    order[channels:] = -1
    blocks, target = records(data, first, words, order), site.rows_out()
    small = keeps_4_bits(site.graph, site.op)
    params = (even_head(site, flags), Param("weights", packed_halves(blocks, 2 * LANES * 4) if small else blocks))
    if not small and one_vector_of_rows(site):
        return rows_call(site, "fully_connected_even_rows_s8", params)
    return Call(
        kernel=f"fully_connected_even{'_w4' if small else ''}_s8",
        descriptor="fully_connected",
        inputs=(0,),
        outputs=(0,),
        fields={"depth": depth, "channels": channels, "vectors": vectors(site.output()) // target.rows},
        params=params,
        windows=(same_rows(site.rows_in(0), target),),
    )


def even_head(site: Site, flags: int) -> Param:
    """ingot_mac_params."""
    image, output, attrs = site.input(0), site.output(), site.op.attrs
    words = [image.zero_point, output.zero_point, attrs["low"], attrs["high"], flags, 0, 0, 0]
    return Param("head", np.asarray(words, np.int32))


def _words(site: Site, data: npt.NDArray[np.int8]) -> tuple[Words, Words, int]:
    """What the sums begin with, (channels,); biases and bits of scales, (2, channels); flags. data: (channels, taps).

    Where no input makes a sum with its bias leave 32 bits (28 of a convolution with weights of four), the sums begin
    with the biases, and zeros are added last.
    """
    image, channels = site.input(0), data.shape[0]
    scales = layer_scales(image, site.input(1), site.output(), channels)
    bias = np.zeros(channels, np.int32) if not site.has_input(2) else bias_of(site.input(2))
    wide, zero = data.astype(np.int64), image.zero_point
    ends = np.stack([wide * (-128 - zero), wide * (127 - zero)])
    most, least = bias + ends.max(axis=0).sum(axis=1), bias + ends.min(axis=0).sum(axis=1)
    small = site.op.kind == "CONV_2D" and keeps_4_bits(site.graph, site.op)
    beyond = SUMS_OF_4_BITS if small else 1 << 31
    fits = bool(most.max() < beyond and least.min() >= -beyond)
    early, late = (bias, np.zeros_like(bias)) if fits else (None, bias)
    words = np.stack([late, scales.view(np.int32)])
    return folded_bias(data, early, zero), words, RIGHT_SHIFTS | (BIAS_IN_SUMS if fits else 0)


def bias_of(tensor: Tensor) -> npt.NDArray[np.int32]:
    return np.asarray(tensor.data, np.int32).reshape(-1)
