# SPDX-License-Identifier: Apache-2.0
"""Drops operators whose results nobody needs."""

from __future__ import annotations

from ingot.compiler.graph import Graph
from ingot.compiler.passes.rewrite import with_operators


def remove_dead(graph: Graph) -> Graph:
    """The graph without operators that no output of the network depends on, now or in a later inference.

    State is only reachable through the operators that read it, so one whose results are unused goes too.
    """
    needed = set(graph.outputs)
    kept: set[int] = set()
    while True:
        before = len(kept)
        for position in range(len(graph.operators) - 1, -1, -1):
            op = graph.operators[position]
            if position not in kept and not needed.isdisjoint(op.outputs):
                kept.add(position)
                needed.update(t for t in op.inputs if t is not None)
        # What is assigned to a state counts once the state is read, by operators before the assignment.
        if len(kept) == before:
            break
    if len(kept) == len(graph.operators):
        return graph
    return with_operators(graph, [op for position, op in enumerate(graph.operators) if position in kept])
