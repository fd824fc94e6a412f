# SPDX-License-Identifier: Apache-2.0
"""Where in a picture a place of the network's input is."""

from __future__ import annotations

from collections.abc import Callable

from ingot.preprocessing.definition import ImageInput
from ingot.preprocessing.resize import boxes


def place_in_picture(image: ImageInput, width: int, height: int) -> Callable[[float, float], tuple[float, float]]:
    """From fractions of the input (across, down) to pixels of a picture of width x height."""
    taken, filled = boxes(image.window, (width, height), (image.width, image.height))

    def place(across: float, down: float) -> tuple[float, float]:
        x = taken.left + (across * image.width - filled.left) / filled.width * taken.width
        y = taken.top + (down * image.height - filled.top) / filled.height * taken.height
        return x, y

    return place
