# SPDX-License-Identifier: Apache-2.0
"""Numbers that a convolution's sums are scaled with, and how far the result can be from the model's.

In one stage, as the model does it:

    out[ch] = S8(R(R(sum, s) * A[ch] + BC[ch], r))          A = round(scale_in * scale_w[ch] / scale_out * 2^(s + r))

or in two, with a number of 16 bits in between, where these hold more of the scales:

    y[ch]   = S16(R(R(sum, s) * A[ch], r1))                 Qn bits behind the point, in units of the real number
    out[ch] = S8(R(y * K + BC[ch], r2))                     r2 = Qn + k, K = round(2^k / scale_out)

A = round(scale_in * scale_w[ch] * 2^(Qn + s + r1)) of two stages
BC = round((bias * scale_in * scale_w / scale_out + zero_out) * 2^r), with r2 for r in two stages

The shift s and Qn are chosen so that no 16-bit number is held inside its range unless the result saturates anyway: the
largest sum that counts is that of the weights' signs with the input's ends, or that at which int8 is at its end.

The memory of a stage takes two words of the program a channel: one stage is half of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.st.npu.codegen.layers import Convolution, Refusal

Array = npt.NDArray[Any]
#: Sums of more bits are nothing that anybody has verified.
LARGEST_SUM = 1 << 23
#: Most bits of the last shift, and the largest number that is added before it.
MOST_SHIFT, LARGEST_PLUS = 22, 1 << 30
#: Largest number of 16 bits that is meant to occur, with room for what rounds up.
FULL = 32700
OUTSIDE = "its scales are outside of what the multipliers can hold"


@dataclass(frozen=True)
class Stage:
    """R(x * a[ch] + plus[ch], shift), held inside so many bytes. The last stage makes the result, of one byte."""

    a: Array
    plus: Array
    shift: int
    bytes: int


@dataclass(frozen=True)
class Scaling:
    """s: shift of the sums. error: how far the number before the last rounding can be from the model's, of the last
    place, by channel.
    """

    s: int
    stages: tuple[Stage, ...]
    error: Array

    @property
    def bound(self) -> int:
        """By how many units the output can differ from the model's: both round to the nearest."""
        return math.floor(float(self.error.max())) + 1


def sums_of(layer: Convolution) -> tuple[Array, Array]:
    """The largest and the smallest sum of products of each output, both as positive numbers, int64."""
    weights = layer.weights[0].transpose(2, 0, 1) if layer.depthwise else layer.weights
    flat = weights.reshape(len(weights), -1).astype(np.int64)
    positive, negative = np.maximum(flat, 0).sum(axis=1), np.maximum(-flat, 0).sum(axis=1)
    high, low = 127 - layer.source.zero, 128 + layer.source.zero
    return positive * high + negative * low, negative * high + positive * low


def scaling_of(layer: Convolution, passes: int = 1) -> Scaling:
    """The numbers of a convolution. passes: of partial sums of 16 bits, each of which is rounded.

    Raises Refusal when the sums are too large.
    """
    real = layer.source.scale * layer.scales
    step = real / layer.target.scale  # units of the last place of a sum of 1
    up, down = sums_of(layer)
    if int(max(up.max(), down.max())) >= LARGEST_SUM:
        raise Refusal(f"its sums can reach {int(max(up.max(), down.max())):,}, more than {LARGEST_SUM:,}")
    high = (128 - layer.target.zero) / step - layer.bias
    low = (-129 - layer.target.zero) / step - layer.bias
    counted = np.maximum(np.maximum(np.minimum(up, high), np.minimum(down, -low)), 1.0)
    within = counted if passes == 1 else np.maximum(up, down)  # before the last pass nothing may be held
    s = max(0, math.ceil(math.log2(max(1.0, float(within.max())) / 32767)))
    sums = _Sums(layer, real, step, counted, np.minimum(np.maximum(up, down), counted + 1), s)
    rounded = (0.5 * step * 2.0**s * passes if s else 0.0) + _of_the_model(step)
    found, reasons = [], []
    for stages in (_one_stage, _two_stages):
        try:
            made, error = stages(sums)
        except Refusal as reason:
            reasons.append(reason)
        else:
            found.append(Scaling(s, made, error + rounded))
    if not found:
        raise reasons[0]
    return min(found, key=lambda scaling: scaling.bound)


@dataclass(frozen=True)
class _Sums:
    """real, step: of a sum of 1, as a real number and in units of the last place. counted: the largest sum that counts.
    most: that can be off. s: their shift.
    """

    layer: Convolution
    real: Array
    step: Array
    counted: Array
    most: Array
    s: int

    def plus(self, shift: int) -> Array:
        """The bias and the zero point of the output, with so many bits behind the point."""
        return np.round((self.layer.bias * self.step + self.layer.target.zero) * 2.0**shift).astype(np.int64)


def _one_stage(sums: _Sums) -> tuple[tuple[Stage, ...], Array]:
    """The stage, and the error that it adds. Raises Refusal."""
    shift = min(MOST_SHIFT, math.floor(math.log2(32767.49 / float(sums.step.max()))) - sums.s)
    while shift >= 1 and np.abs(sums.plus(shift)).max() >= LARGEST_PLUS:
        shift -= 1
    if shift < 1:
        raise Refusal(OUTSIDE)
    a = np.round(sums.step * 2.0 ** (sums.s + shift)).astype(np.int64)
    exact = a / 2.0 ** (sums.s + shift)
    error = np.abs(exact / sums.step - 1) * sums.most * sums.step + 0.5 * 2.0**-shift
    return (Stage(a, sums.plus(shift), shift, 1),), error


def _two_stages(sums: _Sums) -> tuple[tuple[Stage, ...], Array]:
    """The stages, and the error that they add. Raises Refusal."""
    scale = sums.layer.target.scale
    fraction = math.floor(math.log2(FULL / float((sums.counted * sums.real).max())))
    first = min(16, math.floor(math.log2(32767.49 / float(sums.real.max()))) - fraction - sums.s)
    if first < 0:
        raise Refusal(OUTSIDE)
    a = np.round(sums.real * 2.0 ** (fraction + sums.s + first)).astype(np.int64)
    k_shift, k, plus = _last(sums, fraction)
    last = fraction + k_shift
    exact = a / 2.0 ** (fraction + sums.s + first)
    error = (
        np.abs(exact / sums.real - 1) * sums.most * sums.step
        + 0.5 * 2.0**-fraction / scale
        + abs(k / 2.0**k_shift * scale - 1) * FULL * 2.0**-fraction / scale
        + 0.5 * 2.0**-last
    )
    return (Stage(a, np.zeros_like(a), first, 2), Stage(np.full_like(a, k), plus, last, 1)), error


def _last(sums: _Sums, fraction: int) -> tuple[int, int, Array]:
    """k's shift, K, and BC. Raises Refusal."""
    scale = sums.layer.target.scale
    shift = math.floor(math.log2(32767.49 * scale))
    while True:
        k = round(2.0**shift / scale)
        last = fraction + shift
        plus = sums.plus(last)
        if last <= MOST_SHIFT and np.abs(plus).max() < LARGEST_PLUS:
            break
        shift -= 1
    if last < 1 or k < 1:
        raise Refusal(OUTSIDE)
    return shift, k, plus


def _of_the_model(step: Array) -> Array:
    """What LiteRT rounds between its multiplication and its shift to the right (gemmlowp's two roundings)."""
    exponent = np.frexp(step)[1]
    return np.where(exponent < 0, 0.5 * 2.0**exponent, 0.0)
