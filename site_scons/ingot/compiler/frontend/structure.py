# SPDX-License-Identifier: Apache-2.0
"""Checks that hold for every graph, whatever its operators are: references, order, a single producer a tensor."""

from __future__ import annotations

from ingot.base.errors import IngotError
from ingot.compiler.frontend.flatbuffer import DAMAGED
from ingot.compiler.graph import Graph

ORDER = "The file is damaged, or its operators are not in executable order; export the model again."


def _owner(graph: Graph, t: int, written: set[int]) -> str:
    """What an operator that writes the tensor would overwrite; "" for nothing."""
    tensor = graph.tensors[t]
    if t in written:
        return "another operator"
    if t in graph.inputs:
        return "an input"
    return "constant data" if tensor.is_constant else "a state" if tensor.is_variable else ""


def check_structure(graph: Graph, where: str) -> None:
    """Raises IngotError at the first reference that leads nowhere, tensor that nobody writes, or cycle."""
    for role, ids in (("input", graph.inputs), ("output", graph.outputs)):
        for t in ids:
            if not 0 <= t < len(graph.tensors):
                raise IngotError(
                    f"the model's {role} is tensor {t}, which does not exist.", where=where, remedy=DAMAGED
                )
        if len(set(ids)) != len(ids):
            raise IngotError(
                f"a tensor is listed twice as the model's {role}.", where=where, remedy=f"Export every {role} once."
            )
    if not graph.operators:
        raise IngotError("the model has no operators.", where=where, remedy=DAMAGED)
    if not graph.outputs:
        raise IngotError("the model has no outputs.", where=where, remedy=DAMAGED)
    ready = {t for t, tensor in enumerate(graph.tensors) if tensor.is_constant or tensor.is_variable}
    for t in graph.inputs:
        if graph.tensors[t].is_constant:
            raise IngotError(
                f"the model's input '{graph.tensors[t].name}' has constant data.", where=where, remedy=DAMAGED
            )
    ready.update(graph.inputs)
    written: set[int] = set()
    for op in graph.operators:
        for named in (*op.inputs, *op.outputs):
            if named is not None and not 0 <= named < len(graph.tensors):
                place = f"{where}: operator {op.index} ({op.kind})"
                raise IngotError(f"it refers to tensor {named}, which does not exist.", where=place, remedy=DAMAGED)
        place = f"{where}: {op.place(graph)}"
        for read in op.inputs:
            if read is not None and read not in ready:
                raise IngotError(
                    f"it reads tensor {read} ('{graph.tensors[read].name}') before any operator wrote it.",
                    where=place,
                    remedy=ORDER,
                )
        for t in op.outputs:
            name = graph.tensors[t].name
            owner = _owner(graph, t, written)
            if owner and not (owner == "a state" and op.kind == "ASSIGN_VARIABLE"):
                raise IngotError(f"its output {t} ('{name}') is already {owner}'s.", where=place, remedy=ORDER)
            written.add(t)
            ready.add(t)
    for t in graph.outputs:
        if t not in ready:
            raise IngotError(
                f"no operator writes the model's output {t} ('{graph.tensors[t].name}').", where=where, remedy=ORDER
            )
