# SPDX-License-Identifier: Apache-2.0
"""A picture's file as pixels, and pixels as the values of an input."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.untrusted import read_bounded
from ingot.preprocessing.definition import ImageInput
from ingot.preprocessing.quantization import quantization_of, quantized
from ingot.preprocessing.resize import boxes, resized

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

#: What is read; others (EPS, ...) start programs, or are decoded by code that nobody uses for photographs.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
MOST_PIXELS = 64 << 20
#: Shares of red, green and blue in a gray (ITU-R BT.601), in 1/65536.
GRAY = (19595, 38470, 7471)


def read_picture(file: Path) -> Array:
    """The picture as uint8 RGB (height, width, 3), upright. Raises IngotError for what is no picture of 8 bits."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise IngotError(
            "reading an image needs Pillow", where=str(file), remedy="Install it with: pip install pillow"
        ) from None
    content = read_bounded(file, "image")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise ValueError(f"{opened.width}x{opened.height} pixels; at most {MOST_PIXELS:,} are read")
            picture = ImageOps.exif_transpose(opened)
            picture.load()
            return _opaque_rgb(picture, file)
    except IngotError:
        raise
    except Exception as error:  # Pillow's decoders raise what Python has
        reason = f"none of {', '.join(FORMATS)}" if isinstance(error, UnidentifiedImageError) else str(error)
        raise IngotError(
            f"is not a readable image: {reason}",
            where=str(file),
            remedy="Give an image, a .npy or .npz file, or the input's bytes as a .bin file.",
        ) from None


def _opaque_rgb(picture: Any, file: Path) -> Array:
    """uint8 (height, width, 3) of Pillow's picture. Raises IngotError for more than 8 bits and for transparency."""
    import numpy as np

    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        raise IngotError("has more than 8 bits a pixel", where=str(file), remedy="Convert it to 8 bits a channel.")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        if np.asarray(picture)[:, :, 3].min() < 255:
            raise IngotError(
                "has transparent pixels, whose color nobody sees", where=str(file), remedy="Put it on a background."
            )
    return np.asarray(picture.convert("RGB"))


def input_pixels(picture: Array, image: ImageInput) -> Array:
    """uint8 pixels (height, width, channels) of the input, in its order of colors. picture: RGB of any size."""
    import numpy as np

    taken, filled = boxes(image.window, (picture.shape[1], picture.shape[0]), (image.width, image.height))
    part = picture[taken.top : taken.top + taken.height, taken.left : taken.left + taken.width]
    pixels = np.zeros((image.height, image.width, 3), np.uint8)
    pixels[filled.top : filled.top + filled.height, filled.left : filled.left + filled.width] = resized(
        part, filled.width, filled.height
    )
    if image.color_mode == "bgr":
        return pixels[:, :, ::-1]
    if image.color_mode == "grayscale":
        total = (pixels.astype(np.int64) * np.asarray(GRAY)).sum(axis=2, keepdims=True)
        gray: npt.NDArray[Any] = ((total + 0x8000) >> 16).astype(np.uint8)
        return gray
    return pixels


def input_values(pixels: Array, image: ImageInput) -> tuple[Array, int]:
    """(the input's array, how many values saturate) of uint8 pixels (height, width, channels). The range is known."""
    import numpy as np

    assert image.pixel_range is not None
    low, high = image.pixel_range
    every = np.arange(256, dtype=np.float64)[:, None]
    reals = ((low + every * (high - low) / 255.0 - np.asarray(image.mean)) / np.asarray(image.std)).astype(np.float32)
    channels = np.arange(image.channels)[None, None, :]
    values, beyond, quantization = reals[pixels, channels], 0, quantization_of(image.buffer)
    if quantization is not None:
        values, beyond = quantized(values, quantization)
    if image.channels_first:
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(values).reshape(image.buffer.shape), beyond


def picture_line(picture: Array, image: ImageInput) -> str:
    """The definition in words: "640x480, crop 480x480 to 192x192 bilinear, RGB, 0..1 -> int8, ..."."""
    width, height = picture.shape[1], picture.shape[0]
    taken, filled = boxes(image.window, (width, height), (image.width, image.height))
    if (taken.width, taken.height) == (filled.width, filled.height):
        scaling = f"{filled.width}x{filled.height} unscaled"
    else:
        scaling = f"{taken.width}x{taken.height} to {filled.width}x{filled.height} bilinear"
    words = {"crop": f"crop {scaling}", "stretch": f"stretch {scaling}", "pad": f"{scaling}"}[image.window]
    if image.window == "pad":
        words += f", padded to {image.width}x{image.height}"
    color = {"rgb": "RGB", "bgr": "BGR", "grayscale": "grayscale"}[image.color_mode]
    layout = ", channels first" if image.channels_first else ""
    return f"{width}x{height}, {words}, {color}{layout}, {image.values_text}"
