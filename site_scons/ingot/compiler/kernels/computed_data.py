# SPDX-License-Identifier: Apache-2.0
"""Constants where a kernel wants computed data are copied to memory first: then their operator runs like any other.

The passes work out beforehand what they can of constants; this is for the rest, so that nothing is refused for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingot.compiler.graph import Graph, Operator, Tensor
from ingot.compiler.kernels.registry import entry_of


def with_computed_data(graph: Graph) -> Graph:
    """The graph in which every operator that has a kernel reads the data it needs from memory."""
    tensors = list(graph.tensors)
    operators: list[Operator] = []
    for op in graph.operators:
        for position in _to_copy(tensors, op):
            constant = op.inputs[position]
            assert constant is not None
            data = tensors[constant]
            operators.append(Operator("copy", (constant,), (len(tensors),), origin=op.origin))
            op = replace(op, inputs=(*op.inputs[:position], len(tensors), *op.inputs[position + 1 :]))
            tensors.append(replace(data, name=f"{data.name}/copy", data=None))
        operators.append(op)
    if len(operators) == len(graph.operators):
        return graph
    return replace(graph, tensors=tuple(tensors), operators=tuple(operators))


def _to_copy(tensors: Sequence[Tensor], op: Operator) -> list[int]:
    """The positions of the inputs to copy: those that are wanted in memory, else one where none is computed."""
    entry = entry_of(op)
    if entry is None:
        return []

    def constant(position: int) -> bool:
        t = op.inputs[position]
        return t is not None and tensors[t].is_constant

    if entry.memory:
        return [position for position in entry.memory if position < len(op.inputs) and constant(position)]
    positions = range(len(op.inputs)) if entry.data is None else entry.data
    present = [i for i in positions if i < len(op.inputs) and op.inputs[i] is not None]
    return [max(present)] if present and all(constant(i) for i in present) else []
