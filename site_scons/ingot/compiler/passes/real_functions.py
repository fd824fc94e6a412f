# SPDX-License-Identifier: Apache-2.0
"""Element-wise functions of 8-bit integers that LiteRT computes in float32, entry by entry (its LUTPopulate).

Transcendental functions are computed in double and rounded to float32 once, which is what a good float libm returns;
every other step is float32, in LiteRT's order.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import Operator, Tensor
from ingot.compiler.passes.fixed_point import INT32_MAX, INT32_MIN, Ints

Floats = npt.NDArray[np.float32]

_SQRT_2_OVER_PI = np.float32((2.0 / math.sqrt(math.pi)) * math.sqrt(0.5))
_SQRT_HALF = np.float32(math.sqrt(0.5))


def round_float(x: Floats) -> Floats:
    """std::round of float32: half away from zero."""
    magnitude = np.abs(x).astype(np.float64)
    return np.copysign(np.floor(magnitude + 0.5), x).astype(np.float32)


def to_int32(x: Floats) -> Ints:
    """static_cast<int32_t> towards zero, saturating (undefined in C++; LiteRT saturates for int8). NaN gives 0."""
    return np.clip(np.nan_to_num(x.astype(np.float64)), INT32_MIN, INT32_MAX).astype(np.int64)


def lut(source: Tensor, output: Tensor, function: Callable[[Floats], Floats], x: Ints) -> Ints:
    """LUTPopulateInt8: dequantize, apply, quantize."""
    inverse_scale = np.float32(1) / np.float32(output.scale)
    with np.errstate(all="ignore"):
        real = np.float32(source.scale) * (x - source.zero_point).astype(np.float32)
        rescaled = round_float(function(real) * inverse_scale)
        return to_int32(rescaled + np.float32(output.zero_point))


def _double(function: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]], x: Floats) -> Floats:
    return np.asarray(function(x.astype(np.float64))).astype(np.float32)


def logistic(x: Floats) -> Floats:
    one = np.float32(1)
    return one / (one + _double(np.exp, -x))


def tanh(x: Floats) -> Floats:
    return _double(np.tanh, x)


def exp(x: Floats) -> Floats:
    return _double(np.exp, x)


def log(output: Tensor) -> Callable[[Floats], Floats]:
    lowest = np.float32(-128 - output.zero_point) * np.float32(output.scale)

    def function(x: Floats) -> Floats:
        return np.where(x <= 0, lowest, _double(np.log, np.where(x <= 0, np.float32(1), x))).astype(np.float32)

    return function


def elu(x: Floats) -> Floats:
    return np.where(x < 0, _double(np.expm1, x), x).astype(np.float32)


def gelu(op: Operator) -> Callable[[Floats], Floats]:
    half = np.float32(0.5)

    def approximate(x: Floats) -> Floats:
        inner = _SQRT_2_OVER_PI * (x + np.float32(0.044715) * x * x * x)
        return half * x * (np.float32(1) + tanh(inner))

    def exact(x: Floats) -> Floats:
        tail = np.array([math.erfc(float(v)) for v in (x * -_SQRT_HALF).ravel()], np.float64).astype(np.float32)
        return half * x * tail.reshape(x.shape)

    return approximate if op.attrs.get("approximate") else exact


def dequantize(source: Tensor, x: Ints) -> Floats:
    """scale * (x - zero_point) in double, rounded to float32."""
    return (source.scale * (x - source.zero_point).astype(np.float64)).astype(np.float32)


def quantize(output: Tensor, x: Floats) -> Ints:
    """AffineQuantize from float32, before clamping."""
    with np.errstate(all="ignore"):
        return to_int32(round_float(x / np.float32(output.scale))) + output.zero_point
