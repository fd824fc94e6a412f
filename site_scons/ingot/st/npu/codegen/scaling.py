# SPDX-License-Identifier: Apache-2.0
"""Numbers that a convolution's sums are scaled with, and how far the result can be from the model's.

    y[ch]   = S16(R(R(sum, s) * A[ch], r1))                 Qn bits behind the point, in units of the real number
    out[ch] = S8(R(y * K + BC[ch], r2))                     r2 = Qn + k, K = round(2^k / scale_out)

A = round(scale_in * scale_w[ch] * 2^(Qn + s + r1))
BC = round((bias * scale_in * scale_w / scale_out + zero_out) * 2^r2)

The shift s and Qn are chosen so that no 16-bit number is held inside its range unless the result saturates anyway: the
largest sum that counts is that of the weights' signs with the input's ends, or that at which int8 is at its end.
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


@dataclass(frozen=True)
class Scaling:
    """s: shift of the sums. a, first: multipliers of each channel to 16 bits, and their shift (r1). k, plus, last: to
    the output (K, BC, r2). error: how far the number before the last rounding can be from the model's, of the last
    place, by channel.
    """

    s: int
    a: Array
    first: int
    k: int
    plus: Array
    last: int
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
    fraction = math.floor(math.log2(FULL / float((counted * real).max())))
    first = min(16, math.floor(math.log2(32767.49 / float(real.max()))) - fraction - s)
    if first < 0:
        raise Refusal("its scales are outside of what the multipliers can hold")
    a = np.round(real * 2.0 ** (fraction + s + first)).astype(np.int64)
    k_shift, k, plus = _last(layer, real, fraction)
    last = fraction + k_shift
    exact = a / 2.0 ** (fraction + s + first)
    most = np.minimum(np.maximum(up, down), counted + 1)
    error = (
        (0.5 * step * 2.0**s * passes if s else 0.0)
        + np.abs(exact / real - 1) * most * step
        + 0.5 * 2.0**-fraction / layer.target.scale
        + abs(k / 2.0**k_shift * layer.target.scale - 1) * FULL * 2.0**-fraction / layer.target.scale
        + 0.5 * 2.0**-last
        + _of_the_model(step)
    )
    return Scaling(s, a, first, k, plus, last, error)


def _last(layer: Convolution, real: Array, fraction: int) -> tuple[int, int, Array]:
    """k's shift, K, and BC. Raises Refusal."""
    shift = math.floor(math.log2(32767.49 * layer.target.scale))
    while True:
        k = round(2.0**shift / layer.target.scale)
        last = fraction + shift
        plus = np.round((layer.bias * real / layer.target.scale + layer.target.zero) * 2.0**last).astype(np.int64)
        if last <= MOST_SHIFT and np.abs(plus).max() < LARGEST_PLUS:
            break
        shift -= 1
    if last < 1 or k < 1:
        raise Refusal("its scales are outside of what the multipliers can hold")
    return shift, k, plus


def _of_the_model(step: Array) -> Array:
    """What LiteRT rounds between its multiplication and its shift to the right (gemmlowp's two roundings)."""
    exponent = np.frexp(step)[1]
    return np.where(exponent < 0, 0.5 * 2.0**exponent, 0.0)
