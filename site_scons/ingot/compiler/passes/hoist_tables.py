# SPDX-License-Identifier: Apache-2.0
"""A table behind a view moves in front of it.

There it meets other tables, and keeps the rows of the tensor that the operator before it writes. So do float32
functions that a table before the view can take in.
"""

from __future__ import annotations

from dataclasses import replace

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.passes.float_pointwise import float_computable
from ingot.compiler.passes.rewrite import only_reader, with_operators, with_tensor


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
        source = view.inputs[0]
        if reader is None or source is None or not _moves(graph, graph.operators[reader], view.outputs[0], source):
            continue
        table = graph.operators[reader]
        result = graph.tensors[table.outputs[0]]
        graph, between = with_tensor(
            graph, replace(result, name=f"{result.name}/flat", shape=graph.tensors[source].shape)
        )
        operators: list[Operator | None] = list(graph.operators)
        operators[position] = replace(
            table, inputs=tuple(source if t in view.outputs else t for t in table.inputs), outputs=(between,)
        )
        operators[reader] = replace(view, inputs=(between,), outputs=table.outputs)
        return with_operators(graph, operators)
    return graph


def _moves(graph: Graph, op: Operator, viewed: int, source: int) -> bool:
    if op.kind == "table":
        return True
    writer = graph.producers().get(source)
    behind_table = writer is not None and graph.operators[writer].kind == "table"
    return behind_table and graph.tensors[viewed].dtype is DType.FLOAT32 and float_computable(graph, op, viewed)
