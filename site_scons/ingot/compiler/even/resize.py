# SPDX-License-Identifier: Apache-2.0
"""Where linear Resize of a QDQ model looks, and what it weighs: in float32 and in the order of onnxruntime's Resize.

Quantizers give input and output of a Resize one scale. Sums of a few neighbours then often lie in the middle of two
codes, and which of them is taken depends on every rounding before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.even.formulas import quantize
from ingot.compiler.graph import Operator, Tensor

_Floats = npt.NDArray[np.float32]
_Places = npt.NDArray[np.int64]

_SMALLEST, _APART = 2.0**-100, 2.0**20


@dataclass(frozen=True)
class Axis:
    """Result i of `extent` lies at (i + half) * times / by - half of `size` pixels."""

    size: int
    extent: int
    times: np.float32
    by: np.float32
    half: np.float32

    @classmethod
    def of(cls, op: Operator, size: int, extent: int) -> Axis:
        half = np.float32(0.5 if op.attrs["half_pixel_centers"] else 0)
        if op.attrs["align_corners"] and extent > 1:
            return cls(size, extent, np.float32(size - 1), np.float32(extent - 1), half)
        return cls(size, extent, np.float32(1), np.float32(extent) / np.float32(size), half)


def neighbours(axis: Axis) -> tuple[_Places, _Places, _Floats, _Floats]:
    """For every result along an axis: the pixels that it lies between, and the weight of each."""
    last = axis.size - 1
    at = (np.arange(axis.extent).astype(np.float32) + axis.half) * axis.times / axis.by - axis.half
    at = np.clip(at, np.float32(0), np.float32(last))
    first = at.astype(np.int64)
    second = np.minimum(first + 1, last)
    one = first == second
    of_first = np.where(one, np.float32(0.5), np.abs(at - second.astype(np.float32)))
    of_second = np.where(one, np.float32(0.5), np.abs(at - first.astype(np.float32)))
    return first, second, of_first, of_second


def resized(op: Operator, real: _Floats, output: Tensor) -> npt.NDArray[Any]:
    """The stored numbers of the output, (batch, height, width, channels), of real numbers of such an image."""
    (y0, y1, up, down), (x0, x1, left, right) = (
        neighbours(Axis.of(op, real.shape[i], output.shape[i])) for i in (1, 2)
    )
    top, bottom = real[:, y0], real[:, y1]
    total = (up[:, None] * left)[..., None] * top[:, :, x0]
    for weight, part in (
        (up[:, None] * right, top[:, :, x1]),
        (down[:, None] * left, bottom[:, :, x0]),
        (down[:, None] * right, bottom[:, :, x1]),
    ):
        total = total + weight[..., None] * part
    return quantize(total, output.scale, output.zero_point, output.dtype)


def scales_divide(source: Tensor, output: Tensor) -> bool:
    """Whether both have one scale, and no quotient of them overflows or is lost below the smallest float."""
    if any(t.quant is None or t.quant.per_channel for t in (source, output)):
        return False
    apart = float(source.scale) / float(output.scale)
    return min(source.scale, output.scale) >= _SMALLEST and 1 / _APART <= apart <= _APART
