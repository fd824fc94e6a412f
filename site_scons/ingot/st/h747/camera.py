# SPDX-License-Identifier: Apache-2.0
"""The camera of STM32H747I-DISCO: which resolution a model needs, and how large its two image buffers are.

| aspect ratio | the smallest of | picture | buffer |
|---|---|---|---|
| crop | width and height up to 240, 480 | a square of the sensor's height | that square |
| padding | up to 320, 640 | 320x240, 640x480 | a square of the sensor's width (borders above and below) |
| fit | width up to 320 and height up to 240; 640 and 480 | 320x240, 640x480 | the picture |

Both buffers hold RGB565, two bytes a pixel, whatever the model takes: the camera and the resizer know no other format.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingot.base.errors import IngotError

BYTES = 2  # RGB565
SENSORS = (("QVGA", "CAMERA_R320x240", 320, 240), ("VGA", "CAMERA_R640x480", 640, 480))
MODES = ("crop", "padding", "fit")


@dataclass(frozen=True)
class Camera:
    """resolution, width_macro, height_macro: what main.h defines. captured, rescaled: bytes of the image buffers."""

    resolution: str
    width_macro: str
    height_macro: str
    captured: int
    rescaled: int


def camera_for(width: int, height: int, mode: str) -> Camera:
    """The smallest capture for a model's input. Raises IngotError beyond VGA, or for an unknown mode."""
    if mode not in MODES:
        raise IngotError(f"aspect ratio '{mode}' is not known here", remedy=f"Use one of: {', '.join(MODES)}.")
    for name, resolution, sensor_width, sensor_height in SENSORS:
        if mode == "crop":
            fits, pixels = max(width, height) <= sensor_height, sensor_height**2
            macros = (f"{name}_RES_HEIGHT", f"{name}_RES_HEIGHT")
        elif mode == "padding":
            fits, pixels = max(width, height) <= sensor_width, sensor_width**2
            macros = (f"{name}_RES_WIDTH", f"{name}_RES_HEIGHT")
        else:
            fits, pixels = width <= sensor_width and height <= sensor_height, sensor_width * sensor_height
            macros = (f"{name}_RES_WIDTH", f"{name}_RES_HEIGHT")
        if fits:
            return Camera(resolution, *macros, pixels * BYTES, width * height * BYTES)
    raise IngotError(
        f"an input of {width} x {height} needs more than VGA with aspect ratio '{mode}'",
        where="preprocessing.aspect_ratio",
        remedy="Take a smaller model, or another aspect ratio.",
    )
