# SPDX-License-Identifier: Apache-2.0
"""Attributes that any frontend may give an operator.

`arithmetic`: which of the two arithmetics it computes with.

Without it an operator rounds as LiteRT's reference kernels do. EVEN is the arithmetic of QDQ models
(ingot.compiler.even): exact sums of integers, the bias last and saturating, one product of float32, rounding to nearest
with ties to even. Such an operator has the attributes `low` and `high`, the clamps in the output's stored numbers.

`weights_bits`: 4 where a convolution's weights, int8 in the graph, are numbers of 4 bits.
`moved_for`: why a frontend put a TRANSPOSE where the file has none.
"""

from __future__ import annotations

from ingot.compiler.graph.types import Graph, Operator

EVEN = "even"
WEIGHTS_BITS = "weights_bits"
MOVED_FOR = "moved_for"


def is_even(op: Operator) -> bool:
    return op.attrs.get("arithmetic") == EVEN


def keeps_4_bits(graph: Graph, op: Operator) -> bool:
    """Whether its weights take half a byte each: those of an ungrouped convolution whose file has them so."""
    if op.attrs.get(WEIGHTS_BITS) != 4:
        return False
    image, weights = (graph.tensors[op.inputs[i] or 0] for i in (0, 1))
    return weights.shape[3] == image.shape[3]
