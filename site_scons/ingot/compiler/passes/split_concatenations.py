# SPDX-License-Identifier: Apache-2.0
"""A CONCATENATION or PACK of more inputs than the kernel takes becomes one of parts that are joined before.

As many inputs as possible stay with the last one, so that few bytes are copied twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingot.compiler.graph import Graph, Operator
from ingot.compiler.passes.rewrite import with_operators, with_tensor

MOST = 16
"""Inputs of one call (firmware/kernels/concat.h)."""


def split_concatenations(graph: Graph) -> Graph:
    """The graph without such operators of more than MOST inputs."""
    while (other := _split_one(graph)) is not graph:
        graph = other
    return graph


def _split_one(graph: Graph) -> Graph:
    for position, op in enumerate(graph.operators):
        if op.kind not in ("CONCATENATION", "PACK") or len(op.inputs) <= MOST:
            continue
        operators, joined = [], []
        for group in _groups(op.inputs):
            if op.kind == "CONCATENATION" and len(group) == 1:
                joined.append(group[0])
                continue
            graph, part = _with_part(graph, op, group, len(joined))
            operators.append(replace(op, inputs=group, outputs=(part,), attrs={"axis": op.attrs["axis"]}))
            joined.append(part)
        operators.append(replace(op, kind="CONCATENATION", inputs=tuple(joined)))
        return with_operators(graph, [*graph.operators[:position], *operators, *graph.operators[position + 1 :]])
    return graph


def _groups(inputs: Sequence[int | None]) -> list[tuple[int | None, ...]]:
    """Neighbours that are joined first. MOST groups, or groups of MOST where that is too few."""
    groups: list[tuple[int | None, ...]] = []
    at = 0
    while at < len(inputs):
        too_many = len(inputs) - at - (MOST - len(groups))
        groups.append(tuple(inputs[at : at + min(max(too_many + 1, 1), MOST)]))
        at += len(groups[-1])
    return groups


def _with_part(graph: Graph, op: Operator, group: Sequence[int | None], number: int) -> tuple[Graph, int]:
    """The graph with the tensor in which the group is joined, and its id."""
    whole, axis = graph.tensors[op.outputs[0]], op.attrs["axis"] % len(graph.tensors[op.outputs[0]].shape)
    shape = list(whole.shape)
    parts = [graph.tensors[t].shape for t in group if t is not None]
    shape[axis] = len(parts) if op.kind == "PACK" else sum(part[axis] for part in parts)
    return with_tensor(graph, replace(whole, name=f"{whole.name}/part{number}", shape=tuple(shape)))
