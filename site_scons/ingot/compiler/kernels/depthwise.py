# SPDX-License-Identifier: Apache-2.0
"""DEPTHWISE_CONV_2D of int8 images (firmware/kernels/depthwise.c, depthwise_3x3.c); of others see conv2d.py.

Formulas: LiteRT's kernels/internal/reference/integer_ops/depthwise_conv.h.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType
from ingot.compiler.kernels.conv2d import (
    MAC_CONSTRAINTS,
    from_uint8,
    layer_scaling,
    weights_zero,
    wide_conv,
    window_rows,
)
from ingot.compiler.kernels.mac_block import folded_bias, head, output_scaling, scaling_words
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.kernels.window_fields import window_fields

packs(depthwise=2, depthwise_offset=2)

GROUP = 16  # channels that a vector holds
WIDE = 4  # INGOT_MAC_WIDE
FITS_16 = 16  # INGOT_MAC_FITS_16
MOST_TOGETHER = 64  # channels that neighbouring pixels may fill up
MOST_UNROLLED = 192  # the same with optimize=speed: the block has the weights of each pixel


@lowers("DEPTHWISE_CONV_2D", constraints=MAC_CONSTRAINTS)
def lower_depthwise(site: Site) -> Call:
    """One call of ingot_depthwise_3x3_s8() or ingot_depthwise_s8(); for int16 and float32 as CONV_2D."""
    image, output, weights = site.input(0), site.output(), site.input(1)
    out_c = output.shape[3]
    if image.dtype is not DType.INT8:
        return wide_conv(site)
    if from_uint8(site.op):
        return _with_offset(site)
    taps = np.asarray(weights.data, np.int8).reshape(-1, out_c)
    given = np.asarray(site.input(2).data, np.int32).reshape(-1) if site.has_input(2) else None
    bias = folded_bias(np.ascontiguousarray(taps.T), given, image.zero_point)
    scales = output_scaling(image, weights, output, out_c)
    scaling, flags = scaling_words(scales)
    flags |= WIDE if two_exceed_16_bits(taps) else 0
    flags |= FITS_16 if fits_16_bits(taps, bias, scales) else 0
    words = np.concatenate([bias[None], scaling])
    return depthwise_call(site, "depthwise", taps, words, head(image, output, site.op.attrs["activation"], flags))


def depthwise_call(
    site: Site, name: str, taps: npt.NDArray[np.signedinteger[Any]], words: npt.NDArray[np.int32], head: Param
) -> Call:
    """One call of ingot_<name>_3x3_s8() or ingot_<name>_s8(), where code may grow of ingot_depthwise_3x3_x_s8(). taps:
    (taps, channels) of int8 or int16. words: (3, channels)."""
    image, output, weights, attrs = site.input(0), site.output(), site.input(1), site.op.attrs
    batches, in_c, out_c = image.shape[0], image.shape[3], output.shape[3]
    multiplier = out_c // in_c
    kernel_h, kernel_w = weights.shape[1:3]
    special = kernel_h == kernel_w == 3 and multiplier == 1
    turns = special and name == "depthwise" and site.target.unroll and site.target.isa == "mve"
    if special:
        together = pixels_together(out_c, attrs["stride_w"], MOST_UNROLLED if turns else MOST_TOGETHER)
    else:
        together = pixels_beside(in_c, attrs["stride_w"], output.shape[2])
    return Call(
        kernel=f"{name}_3x3{'_x' if turns else ''}_s8" if special else f"{name}_s8",
        descriptor="depthwise",
        inputs=(0,),
        outputs=(0,),
        fields={
            **window_fields(image, output, weights, attrs),
            "multiplier": multiplier,
            "batches": batches,
            "together": together,
        },
        params=(head, Param("weights", _sets(taps, words, multiplier, together))),
        windows=(window_rows(site, kernel_h),),
        stack=_row_of_zeros(together * in_c) + (0 if special else 4 * _rounded(kernel_h * kernel_w, 4)),
    )


def _row_of_zeros(values: int) -> int:
    """Bytes of what Helium's kernels read beside the image."""
    return _rounded(values, 16)


def _rounded(count: int, to: int) -> int:
    return -(-count // to) * to


def two_exceed_16_bits(taps: npt.NDArray[np.int8]) -> bool:
    """Whether the products of two taps that the kernels add up in 16 bits, the first and the second, the third and the
    fourth and so on, may be beyond these: where both weights are -128. taps: (taps, channels)."""
    paired = taps[: len(taps) // 2 * 2].reshape(-1, 2, taps.shape[1])
    return bool(np.any(np.all(paired == -128, axis=1)))


def fits_16_bits(taps: npt.NDArray[np.int8], bias: npt.NDArray[np.int32], scales: npt.ArrayLike) -> bool:
    """Whether no input makes a sum that is, scaled, beyond 16 bits. taps: (taps, channels). bias: sums begin so."""
    numbers, sums = taps.astype(np.int64), bias.astype(np.int64)
    most = sums + np.maximum(numbers * -128, numbers * 127).sum(axis=0)
    least = sums + np.minimum(numbers * -128, numbers * 127).sum(axis=0)
    widest = np.maximum(np.abs(most), np.abs(least))
    return bool(np.all(widest < 1 << 31) and np.all(widest * np.asarray(scales) < (1 << 15) - 2))


def _with_offset(site: Site) -> Call:
    """One call of ingot_depthwise_offset_3x3_s8() or _offset_s8(): weights less their zero point, of 16 bits."""
    image, output, weights = site.input(0), site.output(), site.input(1)
    out_c = output.shape[3]
    taps = np.asarray(weights.data, np.int64).reshape(-1, out_c) - weights_zero(site)
    given = np.asarray(site.input(2).data, np.int32).reshape(-1) if site.has_input(2) else None
    scaling, flags = scaling_words(layer_scaling(site, out_c))
    words = np.concatenate([folded_bias(taps.T, given, image.zero_point)[None], scaling])
    first = head(image, output, site.op.attrs["activation"], flags)
    return depthwise_call(site, "depthwise_offset", taps.astype(np.int16), words, first)


def pixels_together(channels: int, stride: int, most: int = MOST_TOGETHER) -> int:
    """Neighbouring pixels that count as one of more channels, at most so many, so that their vectors are full and their
    loops long."""
    if stride != 1:
        return 1
    full = GROUP // math.gcd(channels, GROUP)
    return full * max(most // (full * channels), 1) if full * channels <= 2 * MOST_TOGETHER else 1


def pixels_beside(channels: int, stride: int, width: int) -> int:
    """The same, of a row of `width`, but no more than fit the groups of one pixel, so that the block does not grow."""
    return min(-(-channels // GROUP) * GROUP // channels, width) if stride == 1 else 1


def _sets(
    taps: npt.NDArray[np.signedinteger[Any]], words: npt.NDArray[np.int32], multiplier: int, together: int
) -> npt.NDArray[np.uint8]:
    """The groups of every multiplier-th channel from the first on, then from the second on and so on."""
    sets = (slice(first, None, multiplier) for first in range(multiplier))
    repeats = (1, together)
    return np.concatenate([_groups(np.tile(taps[:, one], repeats), np.tile(words[:, one], repeats)) for one in sets])


def _groups(taps: npt.NDArray[np.signedinteger[Any]], words: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    """The groups as bytes, (groups, bytes of a group). taps: (taps, channels). words: (3, channels)."""
    count, channels = taps.shape
    groups = -(-channels // GROUP)
    weights = np.zeros((count, groups * GROUP), taps.dtype)
    weights[:, :channels] = taps
    numbers = np.zeros((3, groups * GROUP), np.int32)
    numbers[:, :channels] = words
    if taps.dtype == np.int8:
        # Channel c = 4 * lane + 2 * high + odd stands at odd * 8 + high * 4 + lane (ingot_depthwise_slot).
        ordered = numbers.reshape(3, groups, 4, 2, 2).transpose(1, 0, 4, 3, 2)
    else:
        # Channel c = 8 * half + 2 * lane + odd stands at half * 8 + odd * 4 + lane.
        ordered = numbers.reshape(3, groups, 2, 4, 2).transpose(1, 0, 2, 4, 3)
    parts = (
        np.ascontiguousarray(weights.reshape(count, groups, GROUP).swapaxes(0, 1)).reshape(groups, -1).view(np.uint8),
        np.ascontiguousarray(ordered).reshape(groups, -1).view(np.uint8),
    )
    return np.concatenate(parts, axis=1)
