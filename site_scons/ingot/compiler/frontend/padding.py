# SPDX-License-Identifier: Apache-2.0
"""Explicit padding of convolutions and poolings, as LiteRT computes it (tensorflow/lite/kernels/padding.h)."""

from __future__ import annotations


def output_extent(size: int, window: int, stride: int, dilation: int, padding: str) -> int:
    """Output extent along one axis; <= 0 when the window does not fit."""
    if padding == "SAME":
        return (size + stride - 1) // stride
    return padded_extent(size, window, stride, dilation)


def padded_extent(size: int, window: int, stride: int, dilation: int) -> int:
    """Output extent along one axis whose size includes its padding; <= 0 when the window does not fit."""
    reach = (window - 1) * dilation + 1
    return (size + stride - reach) // stride


def explicit_padding(size: int, output: int, window: int, stride: int, dilation: int) -> tuple[int, int]:
    """Rows (columns) of padding before and after: half of what is missing, the odd one after."""
    reach = (window - 1) * dilation + 1
    missing = max((output - 1) * stride + reach - size, 0)
    return missing // 2, missing - missing // 2
