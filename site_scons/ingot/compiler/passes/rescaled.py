# SPDX-License-Identifier: Apache-2.0
"""Element-wise functions of 8-bit integers that LiteRT computes in fixed point.

Each takes the stored integers of the inputs and returns the stored integers of the output before clamping to the
output's type. Scales are float32 and what LiteRT computes in float is computed in float here, the rest in double.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ingot.compiler.graph import Graph, Operator, Tensor
from ingot.compiler.passes.fixed_point import (
    Ints,
    high_multiply,
    inverse_sqrt_multiplier,
    multiply,
    quantize_multiplier,
    round_half_away,
    rounding_divide_by_pot,
)

LIMITS = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767)}


def limits(tensor: Tensor) -> tuple[int, int]:
    return LIMITS[tensor.dtype.value]


def scale32(tensor: Tensor) -> np.float32:
    return np.float32(tensor.scale)


_BOUNDS = {"NONE": (None, None), "RELU": (0, None), "RELU6": (0, 6), "RELU_N1_TO_1": (-1, 1)}
ACTIVATIONS = tuple(_BOUNDS)
"""Fused activations that integers have here."""


def activation_range(activation: str, output: Tensor) -> tuple[int, int]:
    """CalculateActivationRangeQuantized. Raises KeyError for an activation that integers do not have."""
    low, high = limits(output)
    lower, upper = _BOUNDS[activation]

    def quantized(value: int) -> int:
        return output.zero_point + round_half_away(float(np.float32(value) / scale32(output)))

    return (
        low if lower is None else max(low, quantized(lower)),
        high if upper is None else min(high, quantized(upper)),
    )


def relu(source: Tensor, output: Tensor, low: float | None, high: float | None, x: Ints) -> Ints:
    """QuantizedReluX: rescales, then clamps to what low and high are in the output's integers."""
    multiplier, shift = quantize_multiplier(float(scale32(source) / scale32(output)))
    y = multiply(x - source.zero_point, multiplier, shift) + output.zero_point
    for bound, clamp in ((low, np.maximum), (high, np.minimum)):
        if bound is not None:
            y = clamp(y, output.zero_point + round_half_away(float(np.float32(bound) / scale32(output))))
    return y


def leaky_relu(source: Tensor, output: Tensor, alpha: float, x: Ints) -> Ints:
    value = x - source.zero_point
    slope = quantize_multiplier(float(scale32(source) * np.float32(alpha) / scale32(output)))
    identity = quantize_multiplier(float(scale32(source) / scale32(output)))
    # A negative multiplier would break the rounding; LiteRT negates the result instead.
    sign = -1 if slope[0] < 0 else 1
    return output.zero_point + np.where(
        value >= 0, multiply(value, *identity), sign * multiply(value, sign * slope[0], slope[1])
    )


def prelu(source: Tensor, slopes: Tensor, output: Tensor, x: Ints, alpha: Ints) -> Ints:
    value = x - source.zero_point
    identity = quantize_multiplier(float(scale32(source) / scale32(output)))
    slope = quantize_multiplier(float(scale32(source) * scale32(slopes) / scale32(output)))
    product = value * (alpha - slopes.zero_point)
    return output.zero_point + np.where(value >= 0, multiply(value, *identity), multiply(product, *slope))


def hard_swish(source: Tensor, output: Tensor, x: Ints) -> Ints:
    hires_scale = np.float32(1.0 / 128.0) * scale32(source)
    out_multiplier, out_shift = quantize_multiplier(float(hires_scale / scale32(output)))
    reluish_multiplier, reluish_shift = quantize_multiplier(float(hires_scale / np.float32(3.0 / 32768.0)))
    hires = (x - source.zero_point) << 7
    preshift = high_multiply(hires, _high16(out_multiplier), 16)
    reluish = hires
    if reluish_shift > 0:
        reluish = _saturate16(reluish << (reluish_shift - 1))
    reluish = high_multiply(reluish, _high16(reluish_multiplier), 16)
    if reluish_shift > 0:
        reluish = _saturate16(reluish << 1)
    if reluish_shift < 0:
        reluish = rounding_divide_by_pot(reluish, -reluish_shift, 16)
    reluish = (reluish + (1 << 15)) >> 1
    # SaturatingDoublingHighMul: towards zero, not to nearest.
    product = reluish * preshift
    product = np.where(product >= 0, product >> 15, -((-product) >> 15))
    return rounding_divide_by_pot(product, -out_shift, 16) + output.zero_point


def _high16(multiplier: int) -> int:
    """DownScaleInt32ToInt16Multiplier."""
    return 0x7FFF if multiplier >= 0x7FFFFFFF - (1 << 15) else (multiplier + (1 << 15)) >> 16


def _saturate16(x: Ints) -> Ints:
    return np.clip(x, -32768, 32767)


def absolute(source: Tensor, output: Tensor, x: Ints) -> Ints:
    value = np.abs(x - source.zero_point)
    if scale32(source) != scale32(output):
        value = multiply(value, *quantize_multiplier(float(scale32(source) / scale32(output))))
    return value + output.zero_point


def square_root(source: Tensor, output: Tensor, x: Ints) -> Ints:
    """Truncates. LiteRT stops at negative inputs; here their result is that of 0."""
    real = scale32(source) * np.maximum(x - source.zero_point, 0).astype(np.float32)
    result: Ints = (np.sqrt(real) / scale32(output)).astype(np.int64) + output.zero_point
    return result


def inverse_square_root(source: Tensor, output: Tensor, x: Ints) -> Ints:
    """LiteRT stops at negative inputs; here their result is that of 0, the largest."""
    scale = 1.0 / float(np.sqrt(scale32(source)) * scale32(output))
    multiplier, shift = quantize_multiplier(scale)
    fraction_bits = 20
    highest = limits(output)[1]

    def one(value: int) -> int:
        if value <= 0:
            return highest
        inverse, inverse_shift = inverse_sqrt_multiplier(value)
        data = multiply(np.array(1, np.int64), inverse, inverse_shift + fraction_bits)
        return int(multiply(data, multiplier, shift - fraction_bits)[()]) + output.zero_point

    flat = [one(int(v)) for v in (x - source.zero_point).ravel()]
    return np.array(flat, np.int64).reshape(x.shape)


def square(source: Tensor, output: Tensor, x: Ints) -> Ints:
    """What MUL computes of a tensor with itself."""
    multiplier, shift = quantize_multiplier(float(scale32(source) * scale32(source) / scale32(output)))
    value = x - source.zero_point
    return multiply(value * value, multiplier, shift) + output.zero_point


def requantize(source: Tensor, output: Tensor, x: Ints) -> Ints:
    """QUANTIZE from integers to integers."""
    multiplier, shift = quantize_multiplier(source.scale / output.scale)
    return multiply(x - source.zero_point, multiplier, shift) + output.zero_point


def add_or_subtract(graph: Graph, op: Operator, x0: Ints, x1: Ints) -> Ints:
    """ADD and SUB, fused activation included."""
    in0, in1, output = _binary(graph, op)
    left_shift = 20
    twice = 2.0 * max(in0.scale, in1.scale)
    scaled = [
        multiply((x - t.zero_point) << left_shift, *quantize_multiplier(t.scale / twice))
        for x, t in ((x0, in0), (x1, in1))
    ]
    raw = scaled[0] - scaled[1] if op.kind == "SUB" else scaled[0] + scaled[1]
    out_real = twice / float(np.float32(1 << left_shift) * scale32(output))
    y = multiply(raw, *quantize_multiplier(out_real)) + output.zero_point
    return np.clip(y, *activation_range(op.attrs.get("activation", "NONE"), output))


def product(graph: Graph, op: Operator, x0: Ints, x1: Ints) -> Ints:
    """MUL, fused activation included."""
    in0, in1, output = _binary(graph, op)
    multiplier, shift = quantize_multiplier(float(scale32(in0) * scale32(in1) / scale32(output)))
    y = multiply((x0 - in0.zero_point) * (x1 - in1.zero_point), multiplier, shift) + output.zero_point
    return np.clip(y, *activation_range(op.attrs.get("activation", "NONE"), output))


def squared_difference(graph: Graph, op: Operator, x0: Ints, x1: Ints) -> Ints:
    in0, in1, output = _binary(graph, op)
    left_shift = 7
    twice = 2.0 * max(in0.scale, in1.scale)
    scaled = [
        multiply((x - t.zero_point) << left_shift, *quantize_multiplier(t.scale / twice))
        for x, t in ((x0, in0), (x1, in1))
    ]
    out_real = twice * twice / float(np.float32(1 << (2 * left_shift)) * scale32(output))
    difference = scaled[0] - scaled[1]
    return multiply(difference * difference, *quantize_multiplier(out_real)) + output.zero_point


def _binary(graph: Graph, op: Operator) -> tuple[Tensor, Tensor, Tensor]:
    ids: list[Any] = [*op.inputs[:2], op.outputs[0]]
    in0, in1, out = (graph.tensors[t] for t in ids)
    return in0, in1, out
