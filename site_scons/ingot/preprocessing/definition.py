# SPDX-License-Identifier: Apache-2.0
"""How a picture becomes one input of a network: size, order of colors, window, range, layout.

Sources, in this order: `preprocessing:` of the model.yaml (`inputs:` below it for one input by name), the input's shape
and quantization, ST's defaults (rgb, crop). What none of them says is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingot.base.errors import IngotError
from ingot.model import Manifest
from ingot.network.types import Network, NetworkBuffer
from ingot.preprocessing.quantization import (
    Quantization,
    Range,
    name_text,
    quantization_of,
    range_text,
    scale_text,
    told_range,
)

SECTION = "preprocessing"

#: aspect_ratio -> what becomes of the picture. ST's words: `fit` and `full_screen` differ on the display alone.
WINDOWS = {"crop": "crop", "fit": "stretch", "full_screen": "stretch", "padding": "pad"}

DEFAULT_ASPECT_RATIO = "crop"


@dataclass(frozen=True)
class ImageInput:
    """A picture as an input. real = (low + pixel * (high - low) / 255 - mean) / std, for each channel of the input.

    width, height: pixels. channels: 1 or 3. color_mode: "rgb", "bgr" or "grayscale". aspect_ratio: a key of WINDOWS.
    channels_first: NCHW. pixel_range: what the bytes 0 and 255 stand for; None where nothing tells it.
    mean, std: in the order of the input's channels.
    """

    buffer: NetworkBuffer
    width: int
    height: int
    channels: int
    channels_first: bool
    color_mode: str
    aspect_ratio: str
    pixel_range: Range | None
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def window(self) -> str:
        """ "crop", "stretch" or "pad"."""
        return WINDOWS[self.aspect_ratio]

    @property
    def values_text(self) -> str:
        """ "0..1 -> int8, scale 1/255, zero point -128"."""
        low, high = self.pixel_range or (math.nan, math.nan)
        text = range_text(low, high)
        if any(self.mean) or set(self.std) != {1.0}:
            text += f", less {_numbers_text(self.mean)}, over {_numbers_text(self.std)}"
        quantization = quantization_of(self.buffer)
        return f"{text} -> {quantization or self.buffer.dtype}"


class Statements:
    """What a model.yaml states about one input. manifest: None where there is no model.yaml."""

    def __init__(self, manifest: Manifest | None, buffer: NetworkBuffer) -> None:
        self._manifest = manifest
        self._buffer = buffer
        section = manifest.preprocessing if manifest else {}
        self._own: Mapping[str, Any] = section.get("inputs", {}).get(buffer.name, {})
        self._common = section

    def get(self, key: str, default: Any = None) -> Any:
        return self._own.get(key, self._common.get(key, default))

    def error(self, what: str, key: str = "", remedy: str = "") -> IngotError:
        """An IngotError at the key, or at the section."""
        if self._manifest is None:
            return IngotError(what, where=SECTION, remedy=remedy)
        own = ("inputs", self._buffer.name) if key in self._own else ()
        return self._manifest.error(what, SECTION, *own, *([key] if key else []), remedy=remedy)

    def ask(self, what: str, line: str) -> IngotError:
        """The error for a value that nothing tells. line: the key to add, as an example."""
        if self._manifest is None or self._manifest.document is None:
            return self.error(what, remedy=f"State it in a model.yaml for the file: {SECTION}: {{{line}}}.")
        return self.error(what, remedy=f"State it in the model.yaml: {SECTION}: {{{line}}}.")


def image_inputs(network: Network, manifest: Manifest | None) -> list[ImageInput | None]:
    """One definition an input of the network, None for one that is no image. Raises IngotError."""
    check_names(network, manifest)
    return [image_input(buffer, manifest) if may_be_image(buffer, manifest) else None for buffer in network.inputs]


def check_names(network: Network, manifest: Manifest | None) -> None:
    """Raises IngotError where preprocessing.inputs names an input that the network does not have."""
    names = [buffer.name for buffer in network.inputs]
    for name in manifest.preprocessing.get("inputs", {}) if manifest else {}:
        if name not in names:
            known = ", ".join(name_text(known) for known in names)
            assert manifest is not None
            raise manifest.error(
                f"the network has no input '{name}'", SECTION, "inputs", name, remedy=f"Its inputs are: {known}."
            )


def may_be_image(buffer: NetworkBuffer, manifest: Manifest | None) -> bool:
    """Whether it can hold one picture: 1xHxWxC or 1xCxHxW with 1 or 3 channels, or 1xHxW stated as grayscale."""
    if not _holds_numbers(buffer):
        return False
    if len(buffer.shape) == 3:
        return buffer.shape[0] == 1 and Statements(manifest, buffer).get("color_mode") == "grayscale"
    return len(buffer.shape) == 4 and buffer.shape[0] == 1 and (buffer.shape[3] in (1, 3) or buffer.shape[1] in (1, 3))


def image_input(buffer: NetworkBuffer, manifest: Manifest | None) -> ImageInput:
    """The definition for an input of an image's shape. Raises IngotError for a statement that contradicts the input."""
    stated = Statements(manifest, buffer)
    height, width, channels, first = _layout(buffer, stated)
    color = str(stated.get("color_mode", "rgb" if channels == 3 else "grayscale"))
    if (color == "grayscale") != (channels == 1):
        raise stated.error(
            f"{SECTION}.color_mode is '{color}', but the model's input has {channels} channels", "color_mode"
        )
    mean, std = _channel_numbers(stated, "mean", channels, 0.0), _channel_numbers(stated, "std", channels, 1.0)
    return ImageInput(
        buffer=buffer,
        width=width,
        height=height,
        channels=channels,
        channels_first=first,
        color_mode=color,
        aspect_ratio=str(stated.get("aspect_ratio", DEFAULT_ASPECT_RATIO)),
        pixel_range=_pixel_range(buffer, stated, mean, std),
        mean=mean,
        std=std,
    )


def needed_range(image: ImageInput, manifest: Manifest | None) -> ImageInput:
    """The same definition with a range. Raises IngotError, which asks for it, where nothing tells the range."""
    if image.pixel_range is not None:
        return image
    buffer, stated = image.buffer, Statements(manifest, image.buffer)
    quantization = quantization_of(buffer)
    if quantization is None:
        why = f"input '{buffer.name}' is float32, which does not tell what it was trained with"
    elif stated.get("mean") is not None or stated.get("std") is not None:
        why = f"input '{buffer.name}' has a mean or a std, to which the range of the pixels before them belongs"
    else:
        low, high = quantization.reals
        scale = scale_text(quantization.scale)
        why = (
            f"input '{buffer.name}' is {quantization.dtype} with scale {scale} and zero point "
            f"{quantization.zero_point}, that is {low:.4g} to {high:.4g}, which is none of the usual ranges"
        )
    raise stated.ask(f"{why}: what do the bytes 0 and 255 of a pixel stand for?", "range: [0, 1]")


def require_range(network: Network, manifest: Manifest) -> None:
    """Raises IngotError where the range of an image among the inputs is not known, for applications that need it."""
    for image in image_inputs(network, manifest):
        if image is not None:
            needed_range(image, manifest)


def _layout(buffer: NetworkBuffer, stated: Statements) -> tuple[int, int, int, bool]:
    """(height, width, channels, whether the channels are first)."""
    if len(buffer.shape) == 3:
        return buffer.shape[1], buffer.shape[2], 1, False
    _, first, middle, last = buffer.shape
    layout = stated.get("layout")
    possible = [name for name, extent in (("channels_last", last), ("channels_first", first)) if extent in (1, 3)]
    if layout is None and len(possible) == 2:
        raise stated.ask(
            f"input '{buffer.name}' is {shape_text(buffer.shape)}: its channels may be first or last",
            "layout: channels_last",
        )
    layout = layout or possible[0]
    if layout not in possible:
        raise stated.error(
            f"{SECTION}.layout is '{layout}', but input '{buffer.name}' is {shape_text(buffer.shape)}, "
            f"whose channels are {'last' if possible == ['channels_last'] else 'first'}",
            "layout",
        )
    return (first, middle, last, False) if layout == "channels_last" else (middle, last, first, True)


def _channel_numbers(stated: Statements, key: str, channels: int, default: float) -> tuple[float, ...]:
    """One number a channel, from a number for all or a list."""
    value = stated.get(key, default)
    numbers = [float(number) for number in value] if isinstance(value, Sequence) else [float(value)] * channels
    if len(numbers) != channels:
        raise stated.error(
            f"{SECTION}.{key} has {len(numbers)} numbers, but the model's input has {channels} channels", key
        )
    return tuple(numbers)


def _pixel_range(
    buffer: NetworkBuffer, stated: Statements, mean: Sequence[float], std: Sequence[float]
) -> Range | None:
    """The stated range, else what the quantization tells. Raises IngotError for one that the input cannot hold."""
    value = stated.get("range")
    plain = not any(mean) and set(std) == {1.0}
    told = told_range(buffer)
    if value is None:
        return told if plain else None
    low, high = float(value[0]), float(value[1])
    if low == high:
        raise stated.error(f"{SECTION}.range is {range_text(low, high)}, which is one value", "range")
    if not _holds_numbers(buffer):
        raise stated.error(
            f"{SECTION}.range is {range_text(low, high)}, but input '{buffer.name}' is {buffer.dtype} without a scale",
            "range",
        )
    quantization = quantization_of(buffer)
    if told is not None and plain and quantization is not None and not _plausible((low, high), told, quantization):
        raise stated.error(
            f"{SECTION}.range is {range_text(low, high)}, but input '{buffer.name}' is {quantization}, which is made "
            f"for {range_text(*told)}",
            "range",
            remedy=f"Write [{told[0]:g}, {told[1]:g}], or leave the key out.",
        )
    return low, high


def _holds_numbers(buffer: NetworkBuffer) -> bool:
    return buffer.dtype == "float32" or quantization_of(buffer) is not None


def _plausible(stated: Range, told: Range, quantization: Quantization) -> bool:
    """Whether the input holds the stated range, and with not much fewer codes than it has."""
    low, high = min(stated), max(stated)
    inside = low >= told[0] - quantization.scale and high <= told[1] + quantization.scale
    return inside and high - low >= (told[1] - told[0]) / 4


def shape_text(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) or "scalar"


def _numbers_text(numbers: Sequence[float]) -> str:
    return f"{numbers[0]:g}" if len(set(numbers)) == 1 else "(" + ", ".join(f"{n:g}" for n in numbers) + ")"
