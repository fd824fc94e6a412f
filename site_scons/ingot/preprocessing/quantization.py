# SPDX-License-Identifier: Apache-2.0
"""What the quantization of an input says: which real numbers it can hold, and which range of pixels that implies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.network.types import NetworkBuffer

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

Range = tuple[float, float]

LIMITS: Mapping[str, tuple[int, int]] = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767)}

#: Ranges that an affine quantizer writes exactly: what the bytes 0 and 255 of a pixel stand for, and by how much a
#: scale may differ from the exact one. A symmetric quantizer writes 1/127 or 1/128 with zero point 0 for -1..1 and for
#: 0..1 alike, which is 0.4 % beside 2/255 and must not be taken for it.
PIXEL_RANGES: tuple[tuple[Range, float], ...] = (((0.0, 1.0), 0.01), ((0.0, 255.0), 0.01), ((-1.0, 1.0), 0.002))


@dataclass(frozen=True)
class Quantization:
    """code = round(real / scale) + zero_point, saturated to low..high."""

    dtype: str
    scale: float
    zero_point: int

    @property
    def codes(self) -> tuple[int, int]:
        return LIMITS[self.dtype]

    @property
    def reals(self) -> Range:
        """The lowest and the highest real number that it can hold."""
        low, high = self.codes
        return (low - self.zero_point) * self.scale, (high - self.zero_point) * self.scale

    def __str__(self) -> str:
        return f"{self.dtype}, scale {scale_text(self.scale)}, zero point {self.zero_point}"


def quantization_of(buffer: NetworkBuffer) -> Quantization | None:
    """The quantization of an input; None where its values are no codes (float32, plain integers but uint8, bool).

    A uint8 input without a scale holds its codes' own values. Raises IngotError for a scale a channel.
    """
    if buffer.dtype not in LIMITS:
        return None
    if len(buffer.scale) > 1:
        raise IngotError(f"input '{buffer.name}' has a scale a channel", remedy="Export the model with one scale.")
    if buffer.scale:
        return Quantization(buffer.dtype, buffer.scale[0], buffer.zero_point[0] if buffer.zero_point else 0)
    return Quantization("uint8", 1.0, 0) if buffer.dtype == "uint8" else None


def told_range(buffer: NetworkBuffer) -> Range | None:
    """What a pixel's bytes 0 and 255 stand for, as far as the input's quantization tells it; None where it does not.

    A scale of 1/255 whose lowest code is 0.0 tells 0..1; 1/127.5 around 0.0 tells -1..1; 1 from 0 upwards tells 0..255.
    int16 is quantized symmetrically and tells nothing.
    """
    quantization = quantization_of(buffer)
    if quantization is None or quantization.dtype == "int16":
        return None
    for (low, high), tolerance in PIXEL_RANGES:
        scale = (high - low) / 255
        exact = quantization.codes[0] - low / scale  # -0.5 lies between two zero points
        near = abs(quantization.scale - scale) <= tolerance * scale
        if near and abs(quantization.zero_point - exact) <= 0.5:
            return low, high
    return None


def quantized(values: Array, quantization: Quantization) -> tuple[Array, int]:
    """(codes, how many values are more than one code beyond what the type holds) of float32 values.

    As LiteRT's QUANTIZE does (kernels/internal/reference/quantize.h, AffineQuantize): a division of float32, rounding
    half away from zero, the zero point, saturation.
    """
    import numpy as np

    low, high = quantization.codes
    with np.errstate(over="ignore"):
        quotients = values.astype(np.float32) / np.float32(quantization.scale)
    quotients = np.clip(quotients, np.float32(-(2.0**24)), np.float32(2.0**24))  # beyond every code
    whole = np.trunc(quotients)
    rest = quotients - whole
    codes = whole.astype(np.int64) + (rest >= 0.5) - (rest <= -0.5) + quantization.zero_point
    beyond = int(np.count_nonzero((codes < low - 1) | (codes > high + 1)))
    return np.clip(codes, low, high).astype(quantization.dtype), beyond


def scale_text(scale: float) -> str:
    """A scale as people write it: 1/255, 1/127.5, 0.0186."""
    half = round(2 / scale) / 2
    if half >= 2 and abs(1 / scale - half) <= 1e-6 * half:
        return f"1/{half:g}"
    return f"{scale:.6g}"


def range_text(low: float, high: float) -> str:
    return f"{low:g}..{high:g}"


def name_text(name: str) -> str:
    """A tensor's name as a YAML key."""
    return name if re.fullmatch(r"[A-Za-z_][\w./-]*", name) else f'"{name}"'
