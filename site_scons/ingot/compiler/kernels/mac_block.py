# SPDX-License-Identifier: Apache-2.0
"""What parameter blocks of multiply-accumulate kernels have in common (firmware/kernels/mac_params.h, dense.h)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import Tensor
from ingot.compiler.kernels.activation_range import quantized_range
from ingot.compiler.kernels.program import Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multipliers

RIGHT_SHIFTS = 1
BELOW_ZERO = 2
NO_LEFT_SHIFTS = 8
LANES = 4  # output channels in a record
CHUNK = 16  # weight bytes of one channel that lie together

Words = npt.NDArray[np.int32]


def output_scaling(source: Tensor, weights: Tensor, output: Tensor, channels: int) -> list[float]:
    """Per output channel input scale * weight scale / output scale, in double as LiteRT does."""
    assert weights.quant is not None
    scales = np.broadcast_to(np.asarray(weights.quant.scale, np.float64), (channels,))
    return [float(source.scale) * float(scale) / float(output.scale) for scale in scales]


def head(source: Tensor, output: Tensor, activation: str, flags: int, weights_zero: int = 0) -> Param:
    """ingot_mac_params."""
    low, high = quantized_range(activation, output)
    if low < output.zero_point:
        flags |= BELOW_ZERO
    elif flags & NO_LEFT_SHIFTS:
        flags |= RIGHT_SHIFTS
    words = [source.zero_point, output.zero_point, low, high, flags, weights_zero, 0, 0]
    return Param("head", np.asarray(words, np.int32))


def folded_bias(weights: npt.NDArray[np.integer], bias: npt.NDArray[np.int32] | None, zero_point: int) -> Words:
    """bias - zero_point * sum(weights), modulo 2^32. weights: (channels, taps), less their zero point."""
    sums = weights.astype(np.int64).sum(axis=1)
    result: Words = (
        ((0 if bias is None else bias.astype(np.int64)) - zero_point * sums).astype(np.uint32).view(np.int32)
    )
    return result


def scaling_words(scales: Sequence[float]) -> tuple[Words, int]:
    """(2, channels): multipliers and shifts with double rounding; and the flags they ask for."""
    multipliers, shifts = quantize_multipliers(scales)
    right = RIGHT_SHIFTS if np.all(shifts < 0) else 0
    return np.stack([multipliers, shifts]), right | (NO_LEFT_SHIFTS if np.all(shifts <= 0) else 0)


def channel_order(channels: int) -> npt.NDArray[np.intp]:
    """The output channels in the order of the records' lanes; -1 where a lane has none.

    Of every eight the even ones come first, then the odd ones; what is left, less than eight, in natural order.
    """
    eights = channels // 8 * 8
    order = np.full(-(-channels // LANES) * LANES, -1, np.intp)
    order[:eights] = np.arange(eights).reshape(-1, LANES, 2).swapaxes(1, 2).reshape(-1)
    order[eights:channels] = np.arange(eights, channels)
    return order


def records(
    weights: npt.NDArray[np.int8], bias: Words, scaling: Words, order: npt.NDArray[np.intp]
) -> npt.NDArray[np.uint8]:
    """The records of a dense layer as bytes, (records, bytes of a record).

    weights: (channels, depth). bias: (channels,). scaling: (words after the weights, channels).
    """
    channels, depth = weights.shape
    chunks = -(-depth // CHUNK)
    packed = np.zeros((channels + 1, chunks * CHUNK), np.int8)
    packed[:channels, :depth] = weights
    # A lane without a channel takes the zeros at index -1.
    lanes = packed[order].reshape(-1, LANES, chunks, CHUNK).transpose(0, 2, 1, 3)
    count = lanes.shape[0]
    words = np.concatenate([np.concatenate([bias[None], scaling]), np.zeros((1 + len(scaling), 1), np.int32)], axis=1)
    ordered = np.ascontiguousarray(words[:, order].reshape(len(words), count, LANES).transpose(1, 0, 2))
    parts = (
        ordered[:, :1].reshape(count, -1).view(np.uint8),
        np.ascontiguousarray(lanes).reshape(count, -1).view(np.uint8),
        np.ascontiguousarray(ordered[:, 1:]).reshape(count, -1).view(np.uint8),
    )
    return np.concatenate(parts, axis=1)


def packed_halves(blocks: npt.NDArray[np.uint8], tail: int) -> npt.NDArray[np.uint8]:
    """Records with 32 weights in 16 bytes (firmware/kernels/w4.h): of two channels' chunks the first is in the low
    halves. tail: bytes of a record after its weights."""
    middle = blocks[:, 16:-tail].reshape(len(blocks), -1, 2, CHUNK)
    halves = (middle[:, :, 0] & 15) | (middle[:, :, 1] << 4)
    return np.concatenate([blocks[:, :16], halves.reshape(len(blocks), -1), blocks[:, -tail:]], axis=1)
