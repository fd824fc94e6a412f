# SPDX-License-Identifier: Apache-2.0
"""Weights and biases of a QDQ layer as kernels want them: weights without zero points, biases in the unit of sums."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.even.formulas import INT32
from ingot.compiler.graph import DType, Tensor, frozen


def symmetric(tensor: Tensor) -> Tensor | None:
    """The weights with zero points of 0; None where numbers less their zero points need more than eight bits."""
    assert tensor.quant is not None and tensor.data is not None
    if not np.any(tensor.quant.zero_point):
        return tensor
    shape = [1] * len(tensor.shape)
    shape[tensor.quant.axis] = -1
    data = tensor.data.astype(np.int64) - tensor.quant.zero_point.reshape(shape)
    if data.min() < -128 or data.max() > 127:
        return None
    quant = replace(tensor.quant, zero_point=frozen(np.zeros_like(tensor.quant.zero_point)))
    return replace(tensor, quant=quant, data=frozen(data.astype(np.int8)))


def bias_in(tensor: Tensor, stored: bool, unit: npt.NDArray[Any], channels: int) -> Tensor:
    """The bias in units of source scale * weight scale, saturating at 32 bits; its own numbers where that is its scale.

    stored: the tensor has stored numbers with a scale; else it has real ones. unit: one, or one a channel.
    """
    assert tensor.data is not None
    unit = np.broadcast_to(unit.astype(np.float64), (channels,))
    codes = np.broadcast_to(tensor.data.astype(np.float64).reshape(-1), (channels,))
    scale: Any = 1.0
    if tensor.quant is not None and stored:
        codes = codes - tensor.quant.zero_point
        scale = tensor.quant.scale.astype(np.float64)
    bias = np.clip(np.rint(codes * (scale / unit)), INT32.min, INT32.max).astype(np.int32)
    return Tensor(tensor.name, (channels,), DType.INT32, None, frozen(bias))
