# SPDX-License-Identifier: Apache-2.0
"""Scales for which LiteRT ends the process or refuses the model: its Prepare() checks multipliers.

Formulas: LiteRT's kernels/add.cc, squared_difference.cc and activations.cc (HARD_SWISH), and
PreprocessSoftmaxScaling(), QuantizeMultiplierSmallerThanOneExp() and -GreaterThanOne() of its
internal/quantization_util.cc. SUB has no such check, but its sums have the same limit here. All other operators take
every scale.
"""

from __future__ import annotations

import math

import numpy as np

from ingot.base.errors import IngotError
from ingot.compiler.graph import DType, Graph, Operator, Tensor

_SUMS = {"ADD": 1, "SUB": 1, "SQUARED_DIFFERENCE": 2}
"""Operators that scale both inputs to twice the larger scale, and the power of that scale in their result."""

_QUANTIZED = (DType.INT8, DType.UINT8, DType.INT16)
_LEFT_SHIFT = {"ADD": 20, "SUB": 20, "SQUARED_DIFFERENCE": 7}
_LEFT_SHIFT_INT16 = 15
_SOFTMAX_FRACTION_BITS = 26


def check_multipliers(graph: Graph, op: Operator, place: str) -> None:
    """Raises IngotError when the operator's scales give a multiplier that LiteRT's reference kernels stop at."""
    tensors = [graph.tensors[t] for t in (*op.inputs[:2], op.outputs[0]) if t is not None]
    if any(t.dtype not in _QUANTIZED or t.quant is None or t.quant.per_channel for t in tensors):
        return
    if op.kind in _SUMS:
        _check_sum(op, tensors[0], tensors[1], tensors[2], place)
    elif op.kind in ("SOFTMAX", "LOG_SOFTMAX") and tensors[0].dtype is not DType.INT16:
        _check_softmax(op, tensors[0], place)
    elif op.kind == "HARD_SWISH" and tensors[0].dtype is not DType.INT16:
        _check_hard_swish(tensors[0], tensors[1], place)
    elif op.kind == "LEAKY_RELU":
        _check_leaky_relu(op, tensors[0], tensors[1], place)


def _check_sum(op: Operator, first: Tensor, second: Tensor, output: Tensor, place: str) -> None:
    if output.dtype is DType.INT16 and op.attrs.get("pot_scale_int16", True) and _powers_of_two(first, second, output):
        if op.kind == "ADD" and first.shape != second.shape:
            raise IngotError(
                f"its int16 inputs have scales that are powers of two, and the shapes {list(first.shape)} and "
                f"{list(second.shape)}: LiteRT stops there.",
                where=place,
                remedy="Convert the model again with a current TensorFlow, which clears the option pot_scale_int16.",
            )
        return
    power = _SUMS[op.kind]
    left = _LEFT_SHIFT_INT16 if output.dtype is DType.INT16 else _LEFT_SHIFT[op.kind]
    twice_max = 2.0 * max(first.scale, second.scale)
    multiplier = twice_max**power / float(np.float32(1 << (power * left)) * np.float32(output.scale))
    if multiplier >= 1:
        raise IngotError(
            f"the scale of its output '{output.name}' is {output.scale:g}, far smaller than those of its inputs "
            f"({first.scale:g} and {second.scale:g}): LiteRT stops there, and no result would fit the range.",
            where=place,
            remedy="It was hardly calibrated (a dead branch?): remove it, or calibrate with data that reach it.",
        )


def _check_softmax(op: Operator, source: Tensor, place: str) -> None:
    beta = float(np.float32(op.attrs.get("beta", 1.0))) if op.kind == "SOFTMAX" else 1.0
    if beta * source.scale * (1 << _SOFTMAX_FRACTION_BITS) <= 1:
        raise IngotError(
            f"the scale of its input '{source.name}' is {source.scale:g}, times beta {beta:g}: LiteRT stops there, and "
            "all results would be equal.",
            where=place,
            remedy="Calibrate the model with a representative data set.",
        )


def _check_hard_swish(source: Tensor, output: Tensor, place: str) -> None:
    multiplier = np.float32(1 / 128) * np.float32(source.scale) / np.float32(output.scale)
    if math.frexp(float(multiplier))[1] > 0:
        raise IngotError(
            f"the scale of its output '{output.name}' is {output.scale:g}, less than 1/128 of its input's "
            f"({source.scale:g}): LiteRT refuses it, and most results would not fit the range.",
            where=place,
            remedy="Calibrate the model with a representative data set.",
        )


def _check_leaky_relu(op: Operator, source: Tensor, output: Tensor, place: str) -> None:
    alpha = np.float32(op.attrs.get("alpha", 0.0))
    with np.errstate(over="ignore"):
        multiplier = np.float32(source.scale) * alpha / np.float32(output.scale)
    if not np.isfinite(multiplier):
        raise IngotError(
            f"its option alpha is {alpha:g}: times the scale of its input ({source.scale:g}), divided by that of its "
            f"output ({output.scale:g}), it is beyond float32.",
            where=place,
            remedy="Convert the model again, with a slope near 0.",
        )


def _powers_of_two(*tensors: Tensor) -> bool:
    return all(math.frexp(tensor.scale)[0] == 0.5 for tensor in tensors)
