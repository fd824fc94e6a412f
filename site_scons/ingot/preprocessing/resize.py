# SPDX-License-Identifier: Apache-2.0
"""Which part of a picture becomes which part of an input, and how it is scaled: integers only, as in C.

firmware/preprocessing/image_input.c has the same formulas; tests/preprocessing compares the two byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

BITS = 11
ONE = 1 << BITS


@dataclass(frozen=True)
class Box:
    """Pixels from (left, top)."""

    left: int
    top: int
    width: int
    height: int


def boxes(window: str, source: tuple[int, int], target: tuple[int, int]) -> tuple[Box, Box]:
    """(the box of the picture that is taken, the box of the input that it fills). source, target: (width, height).

    crop: the largest box in the picture's middle with the input's aspect ratio. stretch: all of both. pad: all of the
    picture, in the input's middle; what is left over is black.
    """
    (width, height), (across, down) = source, target
    whole, all_of_it = Box(0, 0, width, height), Box(0, 0, across, down)
    wider = width * down > height * across
    if window == "crop":
        kept = (_scaled(height, across, down), height) if wider else (width, _scaled(width, down, across))
        return _middle(source, kept), all_of_it
    if window == "pad":
        kept = (across, _scaled(across, height, width)) if wider else (_scaled(down, width, height), down)
        return whole, _middle(target, kept)
    return whole, all_of_it


def resized(pixels: Array, width: int, height: int) -> Array:
    """uint8 pixels (rows, columns, channels) as (height, width, channels): bilinear, centres of pixels on half numbers.

    As tf.image.resize and OpenCV's INTER_LINEAR place the centres; weights have 11 bits, one rounding at the end.
    """
    import numpy as np

    top, bottom, down = _taps(pixels.shape[0], height)
    left, right, across = _taps(pixels.shape[1], width)
    down, across = down[:, None, None], across[None, :, None]
    upper, lower = pixels[top].astype(np.int64), pixels[bottom].astype(np.int64)
    lines = upper * (ONE - down) + lower * down
    total = lines[:, left] * (ONE - across) + lines[:, right] * across
    result: npt.NDArray[Any] = ((total + (1 << (2 * BITS - 1))) >> (2 * BITS)).astype(np.uint8)
    return result


def _taps(source: int, target: int) -> tuple[Array, Array, Array]:
    """For each position of the target the two of the source, and the weight of the second in 1/ONE."""
    import numpy as np

    place = (2 * np.arange(target, dtype=np.int64) + 1) * source - target  # in 1/(2 * target)
    first = place // (2 * target)
    weight = ((place - first * 2 * target) * ONE + target) // (2 * target)
    return np.clip(first, 0, source - 1), np.clip(first + 1, 0, source - 1), weight


def _scaled(extent: int, numerator: int, denominator: int) -> int:
    """extent * numerator / denominator to the nearest, at least 1."""
    return max(1, (extent * numerator + denominator // 2) // denominator)


def _middle(outer: tuple[int, int], inner: tuple[int, int]) -> Box:
    return Box((outer[0] - inner[0]) // 2, (outer[1] - inner[1]) // 2, *inner)
