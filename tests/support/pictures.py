# SPDX-License-Identifier: Apache-2.0
"""Preprocessing computed a second time, from the words of docs/app-config.md, with exact fractions and plain loops."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Array = npt.NDArray[Any]


def photo(width: int, height: int, seed: int = 3) -> Array:
    """A picture with edges, gradients and noise: uint8 RGB (height, width, 3)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = [x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), ((x // 3 + y // 5) % 2) * 255]
    noise = rng.integers(-20, 21, (height, width, 3))
    return np.clip(np.stack(planes, axis=2) + noise, 0, 255).astype(np.uint8)


def save(pixels: Array, path: Path) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def bilinear(pixels: Array, width: int, height: int) -> Array:
    """Half-pixel centres; each weight to the nearest 1/2048 (halves up), the sum to the nearest whole number."""
    rows, columns, depth = pixels.shape
    result = np.empty((height, width, depth), np.uint8)

    def place(i: int, source: int, target: int) -> tuple[int, int, Fraction]:
        at = (Fraction(2 * i + 1, 2) * source) / target - Fraction(1, 2)
        first = math.floor(at)
        weight = Fraction(math.floor((at - first) * 2048 + Fraction(1, 2)), 2048)
        return min(max(first, 0), source - 1), min(max(first + 1, 0), source - 1), weight

    for i in range(height):
        top, bottom, down = place(i, rows, height)
        for j in range(width):
            left, right, across = place(j, columns, width)
            for c in range(depth):
                a, b = int(pixels[top, left, c]), int(pixels[top, right, c])
                d, e = int(pixels[bottom, left, c]), int(pixels[bottom, right, c])
                value = (a * (1 - across) + b * across) * (1 - down) + (d * (1 - across) + e * across) * down
                result[i, j, c] = math.floor(value + Fraction(1, 2))
    return result


def prepared(pixels: Array, width: int, height: int, window: str, order: str) -> Array:
    """uint8 (height, width, 1 or 3). window: "crop", "stretch" or "pad". order: "RGB", "BGR" or "L"."""
    rows, columns, _ = pixels.shape

    def nearest(value: Fraction) -> int:
        return max(1, math.floor(value + Fraction(1, 2)))

    result = np.zeros((height, width, 3), np.uint8)
    wider = Fraction(columns, rows) > Fraction(width, height)
    if window == "stretch":
        result = bilinear(pixels, width, height)
    elif window == "crop":
        across = nearest(Fraction(rows * width, height)) if wider else columns
        down = rows if wider else nearest(Fraction(columns * height, width))
        left, top = (columns - across) // 2, (rows - down) // 2
        result = bilinear(pixels[top : top + down, left : left + across], width, height)
    else:
        across = width if wider else nearest(Fraction(height * columns, rows))
        down = nearest(Fraction(width * rows, columns)) if wider else height
        left, top = (width - across) // 2, (height - down) // 2
        result[top : top + down, left : left + across] = bilinear(pixels, across, down)
    if order == "BGR":
        return result[..., [2, 1, 0]]
    if order == "L":
        return np.asarray(Image.fromarray(result).convert("L"))[..., None]
    return result


def real_numbers(pixels: Array, low: float, high: float, mean: Any = 0.0, std: Any = 1.0) -> Array:
    """float32: the range, less the mean, over the deviation, of each channel."""
    share = pixels.astype(np.float64) * (high - low) / 255
    return ((low + share - np.asarray(mean)) / np.asarray(std)).astype(np.float32)


def codes(reals: Array, scale: float, zero_point: int, dtype: str) -> Array:
    """What LiteRT's QUANTIZE makes of float32 numbers: a float32 quotient, halves away from zero, saturated."""
    limits = np.iinfo(dtype)

    def code(real: np.float32) -> int:
        quotient = float(np.float32(real) / np.float32(scale))
        whole = math.floor(abs(quotient) + 0.5) * (1 if quotient >= 0 else -1)
        return min(max(whole + zero_point, int(limits.min)), int(limits.max))

    table = {real: code(real) for real in np.unique(reals)}
    return np.asarray([table[real] for real in reals.ravel()], dtype).reshape(reals.shape)
