# SPDX-License-Identifier: Apache-2.0
"""Drops operators whose results nobody needs."""

from __future__ import annotations

from ingot.compiler.graph import Graph
from ingot.compiler.passes.rewrite import with_operators


def remove_dead(graph: Graph) -> Graph:
    """The graph without operators that no output of the network depends on.

    State is only reachable through the operator that keeps it, so one whose results are unused goes too. Operators
    without any output (they act on resources) stay, for lowering to report.
    """
    needed = set(graph.outputs)
    kept = []
    for op in reversed(graph.operators):
        if not op.outputs or not needed.isdisjoint(op.outputs):
            kept.append(op)
            needed.update(t for t in op.inputs if t is not None)
    return graph if len(kept) == len(graph.operators) else with_operators(graph, kept[::-1])
