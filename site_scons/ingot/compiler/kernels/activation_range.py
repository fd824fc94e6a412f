# SPDX-License-Identifier: Apache-2.0
"""The clamps of a fused activation, in the numbers of the output tensor."""

from __future__ import annotations

import numpy as np

from ingot.compiler.graph import DType, Tensor

_REAL = {
    "NONE": (None, None),
    "RELU": (0.0, None),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}
ACTIVATIONS = tuple(_REAL)


def quantized_range(activation: str, output: Tensor) -> tuple[int, int]:
    """(lowest, highest) stored number, as LiteRT's CalculateActivationRangeQuantized: round(real / scale) + zero point.

    The quotient is a float32 and rounds half away from zero. Raises KeyError for an activation that no kernel fuses.
    """
    limits = np.iinfo(output.dtype.numpy)
    low, high = int(limits.min), int(limits.max)
    real_low, real_high = _REAL[activation]
    if real_low is not None:
        low = max(low, _quantize(real_low, output))
    if real_high is not None:
        high = min(high, _quantize(real_high, output))
    return low, high


def float_range(activation: str) -> tuple[float, float]:
    """(lowest, highest) float32 that the activation lets through."""
    largest = float(np.finfo(np.float32).max)
    low, high = _REAL[activation]
    return (-largest if low is None else low, largest if high is None else high)


def integer_range(activation: str, dtype: DType) -> tuple[int, int]:
    """(lowest, highest) number of an integer tensor without quantization."""
    limits = np.iinfo(dtype.numpy)
    low, high = _REAL[activation]
    return (int(limits.min) if low is None else int(low), int(limits.max) if high is None else int(high))


def _quantize(real: float, output: Tensor) -> int:
    quotient = np.float32(real) / np.float32(output.scale)
    rounded = np.floor(np.abs(quotient) + np.float32(0.5)) * np.sign(quotient)
    return int(rounded) + output.zero_point
