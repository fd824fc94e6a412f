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

import numpy as np

from ingot.compiler.graph.types import DType, Graph, Operator

EVEN = "even"
WEIGHTS_BITS = "weights_bits"
MOVED_FOR = "moved_for"


def is_even(op: Operator) -> bool:
    return op.attrs.get("arithmetic") == EVEN


_DEEPEST_4_BITS = 131_071
"""Numbers whose products with 16 times a weight of 4 bits no sum of 32 bits overflows."""

THIN = 32
"""Windows of at most so many numbers stay in registers where weights are int8 (firmware/kernels/dense_thin_mve.h): with
weights of 4 bits they take 1.2 to 1.3 times the cycles (estimated, bench/four_bits.py --cycles)."""

SUMS_OF_4_BITS = 1 << 27
"""The sum of a convolution with its bias stays below that: kernels compute 16 times it in 32 bits."""


def keeps_4_bits(graph: Graph, op: Operator) -> bool:
    """Whether its weights take half a byte each: those of a FULLY_CONNECTED or a CONV_2D of int8 whose file has them
    so, unless a bias is so large that sums need more than 28 bits. (Of a QDQ model such a bias is added last.) Those of
    thin convolutions become int8."""
    if op.attrs.get(WEIGHTS_BITS) != 4 or op.kind not in ("CONV_2D", "FULLY_CONNECTED"):
        return False
    image, weights = (graph.tensors[op.inputs[i] or 0] for i in (0, 1))
    if image.dtype is not DType.INT8 or op.attrs.get("from_uint8") or is_thin(graph, op):
        return False
    if op.kind == "FULLY_CONNECTED":
        return weights.shape[1] <= _DEEPEST_4_BITS
    return is_even(op) or _fits_28_bits(graph, op, weights.elements // max(weights.shape[0], 1))


def is_thin(graph: Graph, op: Operator) -> bool:
    """Whether it is a CONV_2D that is much quicker with weights of 8 bits, which take at most 16 bytes more a channel:
    its windows have at most THIN numbers, and its channels are whole eights."""
    if op.kind != "CONV_2D":
        return False
    image, weights = (graph.tensors[op.inputs[i] or 0].shape for i in (0, 1))
    groups = max(image[3] // max(weights[3], 1), 1)
    return weights[1] * weights[2] * weights[3] <= THIN and weights[0] // groups % 8 == 0


def _fits_28_bits(graph: Graph, op: Operator, depth: int) -> bool:
    bias = graph.tensors[op.inputs[2]].data if len(op.inputs) > 2 and op.inputs[2] is not None else None
    most = 0 if bias is None else int(np.abs(np.asarray(bias, np.int64)).max(initial=0))
    return most + 255 * 8 * depth < SUMS_OF_4_BITS
