"""DEPTHWISE_CONV_2D of int8 images (firmware/kernels/depthwise.c).

Formulas: LiteRT's kernels/internal/reference/integer_ops/depthwise_conv.h.
"""

from __future__ import annotations

import numpy as np

from ingot.kernels.conv2d import MAC_CONSTRAINTS, window_rows
from ingot.kernels.mac_block import LANES, head, output_scaling, scaling_words
from ingot.kernels.program import Call, Param
from ingot.kernels.registry import Site, lowers


@lowers("DEPTHWISE_CONV_2D", constraints=MAC_CONSTRAINTS)
def lower_depthwise(site: Site) -> Call:
    """One call of ingot_depthwise_s8()."""
    image, output, weights = site.input(0), site.output(), site.input(1)
    batches, in_h, in_w, in_c = image.shape
    out_h, out_w, out_c = output.shape[1:]
    kernel_h, kernel_w = weights.shape[1:3]
    attrs = site.op.attrs
    taps = np.asarray(weights.data, np.int8).reshape(kernel_h * kernel_w, out_c)
    bias = np.asarray(site.input(2).data, np.int32) if site.has_input(2) else None
    scales = output_scaling(image, weights, output, out_c)
    words, shifts = scaling_words(np.ascontiguousarray(taps.T), bias, image.zero_point, scales)
    padded = np.zeros((kernel_h * kernel_w, words.shape[0] * LANES), np.int8)
    padded[:, :out_c] = taps
    lanes = np.ascontiguousarray(padded.reshape(-1, words.shape[0], LANES).transpose(1, 0, 2))
    blocks = np.concatenate([words.view(np.uint8), lanes.reshape(words.shape[0], -1).view(np.uint8)], axis=1)
    return Call(
        kernel="depthwise_s8",
        descriptor="depthwise",
        inputs=(0,),
        outputs=(0,),
        fields={
            "in_h": in_h,
            "in_w": in_w,
            "in_c": in_c,
            "out_h": out_h,
            "out_w": out_w,
            "out_c": out_c,
            "kernel_h": kernel_h,
            "kernel_w": kernel_w,
            "stride_h": attrs["stride_h"],
            "stride_w": attrs["stride_w"],
            "dilation_h": attrs["dilation_h"],
            "dilation_w": attrs["dilation_w"],
            "pad_top": attrs["pad_top"],
            "pad_left": attrs["pad_left"],
            "multiplier": out_c // in_c,
            "batches": batches,
        },
        params=(head(image, output, attrs["activation"], shifts), Param("weights", blocks)),
        macs=output.elements * kernel_h * kernel_w,
        windows=(window_rows(site, kernel_h),),
    )
