"""A table behind a view moves in front of it.

There it meets other tables, and keeps the rows of the tensor that the operator before it writes.
"""

from __future__ import annotations

from dataclasses import replace

from ingot.graph import Graph, Operator
from ingot.passes.rewrite import only_reader, with_operators, with_tensor


def hoist_tables(graph: Graph) -> Graph:
    """The graph without a table whose input is a view that nobody else reads."""
    while (other := _hoist_one(graph)) is not graph:
        graph = other
    return graph


def _hoist_one(graph: Graph) -> Graph:
    consumers = graph.consumers()
    for position, view in enumerate(graph.operators):
        if view.kind != "view":
            continue
        reader = only_reader(graph, view.outputs[0], consumers)
        if reader is None or graph.operators[reader].kind != "table":
            continue
        table, source = graph.operators[reader], view.inputs[0]
        assert source is not None
        result = graph.tensors[table.outputs[0]]
        graph, between = with_tensor(
            graph, replace(result, name=f"{result.name}/flat", shape=graph.tensors[source].shape)
        )
        operators: list[Operator | None] = list(graph.operators)
        operators[position] = replace(table, inputs=(source,), outputs=(between,))
        operators[reader] = replace(view, inputs=(between,), outputs=table.outputs)
        return with_operators(graph, operators)
    return graph
