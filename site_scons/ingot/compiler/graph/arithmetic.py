# SPDX-License-Identifier: Apache-2.0
"""Attributes that any frontend may give an operator.

`arithmetic`: which of the two arithmetics it computes with.

Without it an operator rounds as LiteRT's reference kernels do. EVEN is the arithmetic of QDQ models
(ingot.compiler.even): exact sums of integers, the bias last and saturating, one product of float32, rounding to nearest
with ties to even. Such an operator has the attributes `low` and `high`, the clamps in the output's stored numbers.

`weights_bits`: 4 where a layer's weights, int8 in the graph, are numbers of 4 bits.
`moved_for`: why a frontend put a TRANSPOSE where the file has none.
"""

from __future__ import annotations

from ingot.compiler.graph.types import DType, Graph, Operator

EVEN = "even"
DYNAMIC = "dynamic_"
"""What kinds begin with that a layer of dynamic range becomes (ingot.compiler.kernels.dynamic_range)."""
WEIGHTS_BITS = "weights_bits"
MOVED_FOR = "moved_for"


def is_even(op: Operator) -> bool:
    return op.attrs.get("arithmetic") == EVEN


def is_dynamic_range(graph: Graph, op: Operator) -> bool:
    """Whether it is a layer of float32 data and int8 weights."""
    if op.kind not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
        return False
    data, weights = (graph.tensors[op.inputs[i] or 0] for i in (0, 1))
    return data.dtype is DType.FLOAT32 and weights.dtype is DType.INT8


_DEEPEST_4_BITS = 131_071
"""Numbers whose products with 16 times a weight of 4 bits no sum of 32 bits overflows."""

THIN = 32
"""Windows of at most so many numbers have a form of their own where weights are int8: with weights of 4 bits they take
at least 1.2 to 1.3 times the cycles (estimated, bench/four_bits.py --cycles; firmware/kernels/dense_short_mve.h)."""

LARGEST_PRODUCT = 255 * 8
"""Of a number less its zero point with a weight of 4 bits."""

SUMS_OF_4_BITS = 1 << 27
"""The sum of a convolution with its bias stays below that: kernels compute 16 times it in 32 bits."""


def keeps_4_bits(graph: Graph, op: Operator) -> bool:
    """Whether its weights take half a byte each: those of a FULLY_CONNECTED or a CONV_2D of int8 whose file has them
    so. Those of thin convolutions, and of windows whose sums may need more than 28 bits, become int8."""
    if op.attrs.get(WEIGHTS_BITS) != 4 or op.kind not in ("CONV_2D", "FULLY_CONNECTED"):
        return False
    image, weights = (graph.tensors[op.inputs[i] or 0] for i in (0, 1))
    if image.dtype is not DType.INT8 or op.attrs.get("from_uint8") or is_thin(graph, op):
        return False
    if op.kind == "FULLY_CONNECTED":
        return weights.shape[1] <= _DEEPEST_4_BITS
    return is_even(op) or weights.elements // max(weights.shape[0], 1) * LARGEST_PRODUCT < SUMS_OF_4_BITS


def is_thin(graph: Graph, op: Operator) -> bool:
    """Whether it is a CONV_2D of integers that is much quicker with weights of 8 bits, which take at most 16 bytes more
    a channel: its windows have at most THIN numbers, and its channels are whole eights."""
    if op.kind != "CONV_2D" or is_dynamic_range(graph, op):
        return False
    image, weights = (graph.tensors[op.inputs[i] or 0].shape for i in (0, 1))
    groups = max(image[3] // max(weights[3], 1), 1)
    return weights[1] * weights[2] * weights[3] <= THIN and weights[0] // groups % 8 == 0
