# SPDX-License-Identifier: Apache-2.0
"""Constants where a kernel wants computed data are copied to memory first: then their operator runs like any other.

The passes work out beforehand what they can of constants; this is for the rest, so that nothing is refused for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingot.compiler.graph import Graph, Operator, Tensor
from ingot.compiler.kernels.registry import OPERATORS


def with_computed_data(graph: Graph) -> Graph:
    """The graph in which every operator that has a kernel reads the data it needs from memory."""
    tensors = list(graph.tensors)
    operators: list[Operator] = []
    for op in graph.operators:
        position = _to_copy(tensors, op)
        if position is None:
            operators.append(op)
            continue
        constant = op.inputs[position]
        assert constant is not None
        data = tensors[constant]
        operators.append(Operator("copy", (constant,), (len(tensors),), origin=op.origin))
        operators.append(replace(op, inputs=(*op.inputs[:position], len(tensors), *op.inputs[position + 1 :])))
        tensors.append(replace(data, name=f"{data.name}/copy", data=None))
    if len(operators) == len(graph.operators):
        return graph
    return replace(graph, tensors=tuple(tensors), operators=tuple(operators))


def _to_copy(tensors: Sequence[Tensor], op: Operator) -> int | None:
    """The position of the input to copy, None when the kernel has what it needs."""
    if op.kind not in OPERATORS:
        return None
    data = OPERATORS[op.kind].data
    positions = [i for i in (range(len(op.inputs)) if data is None else data) if i < len(op.inputs)]
    present = {i: op.inputs[i] for i in positions if op.inputs[i] is not None}
    if not present or any(t is None or not tensors[t].is_constant for t in present.values()):
        return None
    return max(present)
