# SPDX-License-Identifier: Apache-2.0
"""Numbers that a convolution's sums are scaled with, and how far the result can be from the model's.

    out[ch] = S8(R(R(sum, s) * A[ch] + BC[ch], r))          A = round(scale_in * scale_w[ch] / scale_out * 2^(s + r))

BC = round((bias * scale_in * scale_w / scale_out + zero_out) * 2^r)

The shift s is chosen so that no 16-bit number is held inside its range unless the result saturates anyway: the largest
sum that counts is that of the weights' signs with the input's ends, or that at which int8 is at its end.

Weights and scales change these numbers and nothing else: one ARITH takes them, whatever they are, so that a retrained
model has the same epochs. Public builds of older tools have a second one, with a number of 16 bits in between, which
rounds once more and takes twice as many words of the program.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.st.npu.codegen.arith import LARGEST_PLUS, MOST_RES, SIGNED_16, largest_shift, of_the_model
from ingot.st.npu.codegen.layers import Convolution, Refusal

Array = npt.NDArray[Any]
#: Sums of more bits are nothing that anybody has verified.
LARGEST_SUM = 1 << 23
OUTSIDE = "its scales are outside of what the multipliers can hold"


@dataclass(frozen=True)
class Scaling:
    """s: shift of the sums. a, plus, shift: the multiplier and the number to add of each channel, and the last shift.

    error: how far the number before the last rounding can be from the model's, of the last place, by channel.
    """

    s: int
    a: Array
    plus: Array
    shift: int
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
    step = layer.source.scale * layer.scales / layer.target.scale  # units of the last place of a sum of 1
    up, down = sums_of(layer)
    if int(max(up.max(), down.max())) >= LARGEST_SUM:
        raise Refusal(f"its sums can reach {int(max(up.max(), down.max())):,}, more than {LARGEST_SUM:,}")
    high = (128 - layer.target.zero) / step - layer.bias
    low = (-129 - layer.target.zero) / step - layer.bias
    counted = np.maximum(np.maximum(np.minimum(up, high), np.minimum(down, -low)), 1.0)
    within = counted if passes == 1 else np.maximum(up, down)  # before the last pass nothing may be held
    s = max(0, math.ceil(math.log2(max(1.0, float(within.max())) / SIGNED_16)))
    shift = min(MOST_RES, largest_shift(float(step.max())) - s)
    while shift >= 1 and np.abs(_plus(layer, step, shift)).max() >= LARGEST_PLUS:
        shift -= 1
    if shift < 1:
        raise Refusal(OUTSIDE)
    a = np.round(step * 2.0 ** (s + shift)).astype(np.int64)
    exact = a / 2.0 ** (s + shift)
    most = np.minimum(np.maximum(up, down), counted + 1)  # of the sums that can be off
    error = np.abs(exact / step - 1) * most * step + 0.5 * 2.0**-shift + _of_the_model(step)
    if s:
        error = error + 0.5 * step * 2.0**s * passes
    return Scaling(s, a, _plus(layer, step, shift), shift, error)


def _plus(layer: Convolution, step: Array, shift: int) -> Array:
    """The bias and the zero point of the output, with so many bits behind the point."""
    return np.round((layer.bias * step + layer.target.zero) * 2.0**shift).astype(np.int64)


def _of_the_model(step: Array) -> Array:
    """What LiteRT rounds, by channel."""
    return np.array([of_the_model(one) for one in step.tolist()])
