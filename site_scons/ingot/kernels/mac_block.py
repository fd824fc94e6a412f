"""What the parameter blocks of all multiply-accumulate kernels start with (firmware/kernels/mac_params.h)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingot.graph import Tensor
from ingot.kernels.activation_range import quantized_range
from ingot.kernels.program import Param
from ingot.kernels.quantize_multiplier import quantize_multipliers

LEFT_SHIFT = 1
LANES = 4  # output channels in a quad
CHUNK = 16  # weight bytes of one channel that lie together


def output_scaling(source: Tensor, weights: Tensor, output: Tensor, channels: int) -> list[float]:
    """Per output channel input scale * weight scale / output scale, in double as LiteRT does."""
    assert weights.quant is not None
    scales = np.asarray(weights.quant.scale, np.float64)
    scales = np.broadcast_to(scales, (channels,))
    return [float(source.scale) * float(scale) / float(output.scale) for scale in scales]


def head(source: Tensor, output: Tensor, activation: str, shifts: npt.NDArray[np.int32]) -> Param:
    """ingot_mac_params."""
    low, high = quantized_range(activation, output)
    flags = LEFT_SHIFT if np.any(shifts > 0) else 0
    return Param("head", np.asarray([source.zero_point, output.zero_point, low, high, flags, 0, 0, 0], np.int32))


def quads(
    weights: npt.NDArray[np.int8],
    bias: npt.NDArray[np.int32] | None,
    zero_point: int,
    scales: list[float],
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """The quads of a dense layer, each with its weights, as bytes; and all shifts.

    weights: (output channels, segments, bytes of a segment). Result: (quads, bytes of a quad).
    """
    channels, segments, length = weights.shape
    padded = -(-channels // LANES) * LANES
    chunks = -(-length // CHUNK)
    packed = np.zeros((padded, segments, chunks * CHUNK), np.int8)
    packed[:channels, :, :length] = weights
    # (quad, lane, segment, chunk, byte) -> (quad, segment, chunk, lane, byte)
    packed = packed.reshape(padded // LANES, LANES, segments, chunks, CHUNK).transpose(0, 2, 3, 1, 4)
    numbers, shifts = scaling_words(weights.reshape(channels, -1), bias, zero_point, scales)
    return np.concatenate(
        [numbers.view(np.uint8), np.ascontiguousarray(packed).reshape(padded // LANES, -1).view(np.uint8)], axis=1
    ), shifts


def scaling_words(
    weights: npt.NDArray[np.int8],
    bias: npt.NDArray[np.int32] | None,
    zero_point: int,
    scales: list[float],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """ingot_mac_quad for every four channels, (quads, 12); and all shifts. weights: (channels, taps)."""
    channels = weights.shape[0]
    padded = -(-channels // LANES) * LANES
    multipliers, shifts = quantize_multipliers(scales)
    words = np.zeros((3, padded), np.int32)
    sums = weights.astype(np.int64).sum(axis=1)
    offset = (np.zeros(channels, np.int64) if bias is None else bias.astype(np.int64)) - zero_point * sums
    words[0, :channels] = offset.astype(np.uint32).astype(np.int64).astype(np.uint32).view(np.int32)
    words[1, :channels] = multipliers
    words[2, :channels] = shifts
    return np.ascontiguousarray(words.reshape(3, -1, LANES).transpose(1, 0, 2)).reshape(-1, 12), shifts
