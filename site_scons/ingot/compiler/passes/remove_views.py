# SPDX-License-Identifier: Apache-2.0
"""Views of views become one, and views that change nothing go."""

from __future__ import annotations

from dataclasses import replace

from ingot.compiler.graph import Graph, Operator
from ingot.compiler.passes.rewrite import joined, redirect, same_quantization, with_operators


def remove_views(graph: Graph) -> Graph:
    """The graph without views that are not needed; one is dropped a step, until none can be."""
    while (smaller := _drop_one(graph)) is not graph:
        graph = smaller
    return graph


def _drop_one(graph: Graph) -> Graph:
    producers = graph.producers()
    for position, op in enumerate(graph.operators):
        if op.kind != "view":
            continue
        (source,), (target,) = op.inputs, op.outputs
        assert source is not None
        before = graph.operators[producers[source]] if source in producers else None
        if before is not None and before.kind == "view":
            # A view of a view: read the first one's source. The first one may become dead.
            return _replace(graph, position, replace(op, inputs=before.inputs, origin=joined(before, op)))
        a, b = graph.tensors[source], graph.tensors[target]
        if a.shape != b.shape or not same_quantization(a, b):
            continue
        if target not in graph.outputs:
            return _read_source(graph, position, source, target)
        if before is not None and source not in graph.outputs and not a.is_variable:
            return _write_target(graph, position, source, target)
    return graph


def _replace(graph: Graph, position: int, op: Operator) -> Graph:
    return with_operators(graph, [*graph.operators[:position], op, *graph.operators[position + 1 :]])


def _read_source(graph: Graph, position: int, source: int, target: int) -> Graph:
    operators = _credit(graph, position, source)
    return with_operators(graph, redirect(operators, {target: source}))


def _write_target(graph: Graph, position: int, source: int, target: int) -> Graph:
    operators = redirect(_credit(graph, position, source), {source: target})
    renamed = [op and replace(op, outputs=tuple(target if t == source else t for t in op.outputs)) for op in operators]
    return with_operators(graph, renamed)


def _credit(graph: Graph, position: int, source: int) -> list[Operator | None]:
    """The operators without the view, its origin with whoever writes its source."""
    operators: list[Operator | None] = list(graph.operators)
    view = graph.operators[position]
    operators[position] = None
    writer = graph.producers().get(source)
    if writer is not None:
        op = graph.operators[writer]
        operators[writer] = replace(op, origin=joined(op, view))
    return operators
