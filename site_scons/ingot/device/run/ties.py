# SPDX-License-Identifier: Apache-2.0
"""Numbers of a layer that the definition and onnxruntime round to different sides of a tie, shown by exact fractions.

Both compute with float32: the definition multiplies an exact sum once, onnxruntime without fused kernels adds up in
float32. Where the exact sum of the file's numbers lies next to the middle of two codes, what these operations round
away decides which code comes out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.even.evaluate import layer_sums
from ingot.compiler.graph import Operator, Tensor

Array = npt.NDArray[Any]

_HALF = Fraction(1, 1 << 24)
"""What an operation of float32 rounds away at most, relative to its result."""


@dataclass(frozen=True)
class Tie:
    """A number that differs.

    exact: what becomes a code, in steps of the result's scale, computed without rounding. ours, theirs: codes less the
    zero point. our_doubt, their_doubt: by how much float32 may be away from `exact`, in steps.
    """

    exact: Fraction
    ours: int
    theirs: int
    our_doubt: Fraction
    their_doubt: Fraction

    @property
    def middle(self) -> Fraction:
        return Fraction(self.ours + self.theirs, 2)

    @property
    def ours_is_nearest(self) -> bool:
        """Of two that are as near as each other, the even one."""
        ours, theirs = ((abs(self.exact - code), code % 2) for code in (self.ours, self.theirs))
        return ours <= theirs

    @property
    def explained(self) -> bool:
        """The codes are neighbours, and rounding moves the side that has not the nearest one across the middle."""
        doubt = self.their_doubt if self.ours_is_nearest else self.our_doubt
        return abs(self.ours - self.theirs) == 1 and abs(self.exact - self.middle) <= doubt

    def __str__(self) -> str:
        away = float(self.exact - self.middle)
        return (
            f"exactly {float(self.middle):.1f} {'-' if away < 0 else '+'} {abs(away):.2g}, so "
            f"{'Ingot' if self.ours_is_nearest else 'onnxruntime'} is right: Ingot {self.ours} (float32 may be "
            f"{float(self.our_doubt):.2g} away), onnxruntime {self.theirs} ({float(self.their_doubt):.2g})"
        )


def ties_of(
    tensors: Sequence[Tensor], op: Operator, values: Mapping[int, Array], ours: Array, theirs: Array
) -> list[Tie]:
    """The numbers of a convolution or of a product by constants in which ours and theirs differ; none for other
    operators.

    values: of the layer's inputs, as onnxruntime had them. ours, theirs: codes as the graph stores them.
    """
    present = [t for t in op.inputs if t is not None]
    arrays = [values[t] if (data := tensors[t].data) is None else data for t in present]
    sums = layer_sums(tensors, op, arrays)
    if sums is None:
        return []
    layer = _Layer(tensors, op, present)
    sizes = layer.sums_of_sizes(arrays)
    biases = arrays[2].reshape(-1) if len(arrays) > 2 else np.zeros(sums.shape[-1], np.int64)
    ours, theirs = ours.reshape(sums.shape), theirs.reshape(sums.shape)
    return [
        layer.tie(int(at[-1]), int(biases[at[-1]]), *(int(array[tuple(at)]) for array in (sums, sizes, ours, theirs)))
        for at in np.argwhere(ours != theirs)
    ]


class _Layer:
    """The scales of a layer, as fractions."""

    def __init__(self, tensors: Sequence[Tensor], op: Operator, inputs: Sequence[int]) -> None:
        self._tensors, self._op, self._inputs = tensors, op, inputs
        self._source, self._weights, self._output = (tensors[t] for t in (*inputs[:2], op.outputs[0]))
        self._products = self._weights.elements // self._weights.shape[3 if op.kind == "DEPTHWISE_CONV_2D" else 0]

    def sums_of_sizes(self, arrays: Sequence[Array]) -> Array:
        """The layer's sums, were all products and biases positive."""
        tensors, quant = list(self._tensors), self._source.quant
        assert quant is not None
        plain = replace(quant, zero_point=np.zeros_like(quant.zero_point))
        tensors[self._inputs[0]] = replace(self._source, quant=plain)
        numbers = [
            arrays[0].astype(np.int64) - self._source.zero_point,
            *(array.astype(np.int64) for array in arrays[1:]),
        ]
        sums = layer_sums(tensors, self._op, [np.abs(array) for array in numbers])
        assert sums is not None
        return sums

    def tie(self, channel: int, bias: int, total: int, sizes: int, ours: int, theirs: int) -> Tie:
        """total, sizes: with the bias.

        The definition rounds the product of two scales, its quotient by the third, the sum, and the product of these.
        onnxruntime rounds what it multiplies and the products themselves, every addition, and the quotient.
        """
        assert self._weights.quant is not None
        scales = self._weights.quant.scale.reshape(-1)
        scale = scales[channel if scales.size > 1 else 0]
        step = Fraction(float(self._output.scale))
        product = Fraction(float(self._source.scale)) * Fraction(float(scale)) / step
        stored = Fraction(float(np.float32(self._source.scale) * scale)) / step  # the bias counts in it
        products, zero = total - bias, self._output.zero_point
        return Tie(
            exact=products * product + bias * stored,
            ours=ours - zero,
            theirs=theirs - zero,
            our_doubt=_HALF * abs(products) * product + _lost(3) * abs(total) * stored,
            their_doubt=_lost(self._products + 4) * ((sizes - abs(bias)) * product + abs(bias) * stored),
        )


def _lost(operations: int) -> Fraction:
    """What so many operations one after the other round away at most, relative to what they work on."""
    return operations * _HALF / (1 - operations * _HALF)
