# SPDX-License-Identifier: Apache-2.0
"""Layers, sums and products of int16 with the arithmetic of QDQ models (firmware/kernels/conv_even_s16.c, real_even.c).

Sums of layers have 64 bits, and nothing saturates before they are scaled. Sums and products of two tensors are those of
the real numbers, as the file says. Formulas: ingot.compiler.even.formulas.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingot.compiler.even.formulas import layer_scales
from ingot.compiler.graph import DType
from ingot.compiler.kernels.broadcast import lower_binary, operand_order
from ingot.compiler.kernels.conv2d import window_rows
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, packs, vectors
from ingot.compiler.kernels.rows import Window, same_rows
from ingot.compiler.kernels.window_fields import window_fields
from ingot.compiler.kernels.window_gathering import window_bytes

packs(conv_even_s16=1, real_even=1)

DEEPEST = 32_000
"""Numbers of a pixel: two bytes each are counted with 16 bits."""


def wide_conv(site: Site) -> Call:
    """CONV_2D or DEPTHWISE_CONV_2D by one call of ingot_conv_even_s16_windows()."""
    image, weights = site.input(0), site.input(1)
    data = np.asarray(weights.data, np.int8)
    if site.op.kind == "DEPTHWISE_CONV_2D":
        data = np.ascontiguousarray(data.transpose(3, 1, 2, 0))
    groups = image.shape[3] // data.shape[3]
    fields = window_fields(image, site.output(), weights, site.op.attrs)
    fields |= {"groups": groups, "batches": image.shape[0]}
    return _windows(site, data, fields, window_rows(site, data.shape[1]))


def wide_fully_connected(site: Site) -> Call:
    """FULLY_CONNECTED by the same kernel: a vector is a pixel of a line."""
    data = np.asarray(site.input(1).data, np.int8)
    channels, depth = data.shape
    target = site.rows_out()
    width = vectors(site.output()) // target.rows
    steps = dict.fromkeys(("kernel_h", "kernel_w", "stride_h", "stride_w", "dilation_h", "dilation_w"), 1)
    extents = {"in_h": target.rows, "in_w": width, "in_c": depth, "out_h": target.rows, "out_w": width}
    fields = {**extents, "out_c": channels, **steps, "pad_top": 0, "pad_left": 0, "groups": 1, "batches": 1}
    return _windows(site, data[:, None, None], fields, same_rows(site.rows_in(0), target))


def _windows(site: Site, data: npt.NDArray[np.int8], fields: dict[str, int], rows: Window | None) -> Call:
    """data: weights, (channels, height, width, depth of a group)."""
    return Call(
        kernel="conv_even_s16_windows" if site.output().dtype is DType.INT16 else "conv_even_s16_s8_windows",
        descriptor="conv_s16",
        inputs=(0,),
        outputs=(0,),
        fields=fields,
        params=_channels(site, data),
        windows=(rows,),
        scratch=window_bytes(data.shape[1:3], fields["in_c"] * DType.INT16.size),
    )


def _channels(site: Site, data: npt.NDArray[np.int8]) -> tuple[Param, ...]:
    """The parameter block of firmware/kernels/conv_s16.h."""
    image, output, attrs = site.input(0), site.output(), site.op.attrs
    channels, taps = data.shape[0], data.reshape(data.shape[0], -1)
    bias = np.zeros(channels, np.int64)
    if site.has_input(2):
        bias = np.asarray(site.input(2).data, np.int64).reshape(-1)
    bias = bias - image.zero_point * taps.sum(axis=1, dtype=np.int64)
    scales = np.zeros((channels, 2), np.int32)
    scales[:, 0] = layer_scales(image, site.input(1), output, channels).view(np.int32)
    padded = np.zeros((channels, -(-taps.shape[1] // 4) * 4), np.int8)
    padded[:, : taps.shape[1]] = taps
    records = [bias.astype("<i8")[:, None].view(np.uint8), scales.view(np.uint8), padded.view(np.uint8)]
    head = np.asarray([attrs["low"], attrs["high"], image.zero_point, output.zero_point], np.int32)
    return Param("head", head), Param("weights", np.concatenate(records, axis=1))


def wide_pair(site: Site) -> Call:
    """ADD, SUB or MUL by ingot_real_even_add_s16() or ingot_real_even_mul_s16(); in place over either input of the
    output's shape."""
    first, second = operand_order(site)
    scales = [site.input(0).scale, -site.input(1).scale if site.op.kind == "SUB" else site.input(1).scale]
    words = np.zeros(8, np.int32)
    words[:3] = [site.input(first).zero_point, site.input(second).zero_point, site.output().zero_point]
    words[3:6] = np.asarray([scales[first], scales[second], site.output().scale], np.float32).view(np.int32)
    words[6:] = [site.op.attrs["low"], site.op.attrs["high"]]
    name = "real_even_mul_s16" if site.op.kind == "MUL" else "real_even_add_s16"
    return lower_binary(site, name, [Param("scaling", words)], reversed_kernel=name)
