# SPDX-License-Identifier: Apache-2.0
"""The numbers that the arithmetic of QDQ models works with. All are float32, rounded after every operation.

QuantizeLinear and DequantizeLinear are as https://onnx.ai/onnx/operators/ defines them. What is computed between them
is defined as onnxruntime's fused integer kernels compute it (Conv, Gemm and MatMul as QLinearConv and QLinearMatMul,
Add and Mul as QLinearAdd and QLinearMul, averages as QLinearGlobalAveragePool), with sums that do not wrap.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Tensor

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

INT32 = np.iinfo(np.int32)


def quantize(
    real: npt.NDArray[Any] | np.floating[Any], scale: float, zero_point: int, dtype: DType | np.dtype[Any]
) -> Ints:
    """saturate(nearest(real / scale) + zero_point); ties go to even."""
    limits = np.iinfo(dtype.numpy if isinstance(dtype, DType) else dtype)
    with np.errstate(over="ignore"):
        quotient = np.asarray(real, np.float32) / np.float32(scale)
    codes: Ints = np.clip(np.rint(quotient.astype(np.float64)) + zero_point, limits.min, limits.max).astype(np.int64)
    return codes


def dequantize(codes: npt.NDArray[Any], scale: npt.NDArray[Any] | float, zero_point: npt.NDArray[Any] | int) -> Floats:
    """(codes - zero_point) * scale."""
    result: Floats = (np.asarray(codes, np.int64) - zero_point).astype(np.float32) * np.asarray(scale, np.float32)
    return result


def layer_scales(source: Tensor, weights: Tensor, output: Tensor, channels: int) -> Floats:
    """Per output channel source scale * weight scale / output scale, in this order."""
    assert weights.quant is not None
    scales = np.broadcast_to(weights.quant.scale.astype(np.float32), (channels,))
    result: Floats = (np.float32(source.scale) * scales) / np.float32(output.scale)
    return result


def sum_scales(first: Tensor, second: Tensor, output: Tensor, *, subtract: bool) -> tuple[float, float, float]:
    """(scale of the first number, of the second, rest) of fma(first, ., fma(second, ., rest))."""
    a, b = (np.float32(t.scale) / np.float32(output.scale) for t in (first, second))
    b = -b if subtract else b
    zeros = a * np.float32(first.zero_point) + b * np.float32(second.zero_point)
    return float(a), float(b), float(np.float32(output.zero_point) - zeros)


def product_scale(first: Tensor, second: Tensor, output: Tensor) -> float:
    """Of (first - zero) * (second - zero)."""
    return float(np.float32(first.scale) * np.float32(second.scale) / np.float32(output.scale))


def average_scale(source: Tensor, output: Tensor, count: int) -> float:
    """Of a sum of `count` numbers less their zero points."""
    return float(np.float32(source.scale) / (np.float32(output.scale) * np.float32(count)))


def powers(source: Tensor, beta: float) -> Ints:
    """exp(-d * scale * beta) in units of 2^-30, for how far d = 0..255 a number is below the largest."""
    exponents = np.arange(256) * (float(source.scale) * beta)
    result: Ints = np.rint(np.exp(-exponents) * 2.0**30).astype(np.int64)
    return result


def share_scale(sums: Ints, output: Tensor) -> Floats:
    """Of a power, as its share of the sum of all of them."""
    result: Floats = np.float32(1) / (sums.astype(np.float32) * np.float32(output.scale))
    return result


def nearest(real: npt.NDArray[Any]) -> Ints:
    """Ties to even; beyond 2^21 some number that far out."""
    codes: Ints = np.rint(np.clip(real.astype(np.float64), -(2.0**21), 2.0**21)).astype(np.int64)
    return codes


def fused(a: npt.NDArray[Any], b: float, c: npt.NDArray[Any] | np.floating[Any]) -> Floats:
    """a * b + c of float32, rounded once.

    The product is exact as a float64. The sum is rounded to odd there, so that rounding it again rounds once.
    """
    product = np.asarray(a, np.float32).astype(np.float64) * np.float64(np.float32(b))
    addend = np.asarray(c, np.float32).astype(np.float64)
    total = np.asarray(product + addend)
    part = total - product
    error = (product - (total - part)) + (addend - part)
    bits = total.view(np.int64)
    odd = np.where((error != 0) & (bits & 1 == 0), np.where((error > 0) == (total > 0), 1, -1), 0)
    result: Floats = (bits + odd).view(np.float64).astype(np.float32)
    return result
