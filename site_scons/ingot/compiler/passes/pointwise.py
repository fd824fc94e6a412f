# SPDX-License-Identifier: Apache-2.0
"""What an element-wise operator computes, on arrays, to the bit of LiteRT's reference kernels.

Tables and constant folding share this. The source of each formula is tensorflow/lite/kernels/<operator>.cc and
kernels/internal/reference/.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.graph.arithmetic import is_even
from ingot.compiler.passes import real_functions as real
from ingot.compiler.passes import rescaled
from ingot.compiler.passes.fixed_point import Ints

BYTES = (DType.INT8, DType.UINT8)

# The types that LiteRT has a kernel for; others stay as they are, for lowering to report.
_BOTH = frozenset(BYTES)
_SIGNED = frozenset({DType.INT8})
UNARY: dict[str, frozenset[DType]] = {
    **dict.fromkeys(("LOGISTIC", "TANH", "GELU", "HARD_SWISH", "LEAKY_RELU"), _BOTH),
    **dict.fromkeys(("RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "QUANTIZE", "DEQUANTIZE"), _BOTH),
    **dict.fromkeys(("ELU", "ABS", "NEG", "SQRT", "RSQRT", "EXP", "LOG"), _SIGNED),
    # LiteRT squares floats only; for integers this is MUL of a tensor with itself.
    "SQUARE": _BOTH,
}
BINARY: dict[str, frozenset[DType]] = {
    **dict.fromkeys(("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM", "PRELU"), _BOTH),
    "SQUARED_DIFFERENCE": _SIGNED,
}
_RELU_BOUNDS = {"RELU": (0.0, None), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0), "RELU_0_TO_1": (0.0, 1.0)}
_ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def computable(graph: Graph, op: Operator) -> bool:
    """Whether `compute` knows this operator on these types, whatever its values. Looks at kinds and types only."""
    if is_even(op):
        return False
    types = UNARY.get(op.kind) or BINARY.get(op.kind)
    if types is None or len(op.inputs) != (2 if op.kind in BINARY else 1) or None in op.inputs:
        return False
    ids: list[Any] = list(op.inputs)
    inputs, output = [graph.tensors[t] for t in ids], graph.tensors[op.outputs[0]]
    if any(t.dtype not in types or t.quant is None or t.quant.per_channel for t in inputs):
        return False
    if op.attrs.get("activation", "NONE") not in _ACTIVATIONS:
        return False
    if op.kind == "DEQUANTIZE":
        return output.dtype is DType.FLOAT32
    if output.dtype not in BYTES or output.quant is None or output.quant.per_channel:
        return False
    same = all(t.dtype is output.dtype for t in inputs)
    return same or op.kind == "QUANTIZE"


def compute(graph: Graph, op: Operator, values: Sequence[Ints]) -> npt.NDArray[Any]:
    """The output for these stored input values (int64 arrays that broadcast), in the output's type.

    Needs `computable`.
    """
    ids: list[Any] = list(op.inputs)
    source, output = graph.tensors[ids[0]], graph.tensors[op.outputs[0]]
    if op.kind == "DEQUANTIZE":
        return real.dequantize(source, values[0])
    result = _binary(graph, op, values) if op.kind in BINARY else _unary(op, source, output, values[0])
    if op.kind == "NEG":
        return result.astype(output.dtype.numpy)
    return np.clip(result, *rescaled.limits(output)).astype(output.dtype.numpy)


def _unary(op: Operator, source: Tensor, output: Tensor, x: Ints) -> Ints:
    kind = op.kind
    if kind in _RELU_BOUNDS:
        return rescaled.relu(source, output, *_RELU_BOUNDS[kind], x)
    if kind == "LEAKY_RELU":
        return rescaled.leaky_relu(source, output, op.attrs.get("alpha", 0.0), x)
    if kind == "HARD_SWISH":
        return rescaled.hard_swish(source, output, x)
    if kind == "ABS":
        return rescaled.absolute(source, output, x)
    if kind == "NEG":
        return -x  # LiteRT negates the stored byte, whatever the zero points are; -(-128) wraps
    if kind == "SQRT":
        return rescaled.square_root(source, output, x)
    if kind == "RSQRT":
        return rescaled.inverse_square_root(source, output, x)
    if kind == "QUANTIZE":
        return rescaled.requantize(source, output, x)
    if kind == "SQUARE":
        return rescaled.square(source, output, x)
    functions = {
        "LOGISTIC": real.logistic,
        "TANH": real.tanh,
        "EXP": real.exp,
        "ELU": real.elu,
        "LOG": real.log(output),
        "GELU": real.gelu(op),
    }
    return real.lut(source, output, functions[kind], x)


def _binary(graph: Graph, op: Operator, values: Sequence[Ints]) -> Ints:
    x0, x1 = values
    if op.kind in ("ADD", "SUB"):
        return rescaled.add_or_subtract(graph, op, x0, x1)
    if op.kind == "MUL":
        return rescaled.product(graph, op, x0, x1)
    if op.kind == "SQUARED_DIFFERENCE":
        return rescaled.squared_difference(graph, op, x0, x1)
    if op.kind == "PRELU":
        ids: list[Any] = list(op.inputs)
        source, slopes = (graph.tensors[t] for t in ids)
        return rescaled.prelu(source, slopes, graph.tensors[op.outputs[0]], x0, x1)
    # LiteRT compares the stored integers, whatever the scales are.
    return np.maximum(x0, x1) if op.kind == "MAXIMUM" else np.minimum(x0, x1)
