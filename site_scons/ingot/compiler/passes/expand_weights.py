# SPDX-License-Identifier: Apache-2.0
"""Weights of 4 bits become weights of 8 bits: twice the flash, and nothing to unpack."""

from __future__ import annotations

from dataclasses import replace

from ingot.compiler.graph import DType, Graph
from ingot.compiler.graph.arithmetic import WEIGHTS_BITS


def expand_weights(graph: Graph) -> Graph:
    """The graph without what says that weights have 4 bits; their numbers are int8 already. It stays with layers of
    float32 data, whose weights never take less."""
    operators = tuple(
        replace(op, attrs={key: value for key, value in op.attrs.items() if key != WEIGHTS_BITS})
        if WEIGHTS_BITS in op.attrs and graph.tensors[op.inputs[0] or 0].dtype is not DType.FLOAT32
        else op
        for op in graph.operators
    )
    return replace(graph, operators=operators)
