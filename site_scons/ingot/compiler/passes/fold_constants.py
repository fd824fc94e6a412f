# SPDX-License-Identifier: Apache-2.0
"""Operators whose inputs are all constant are computed here, and so is what follows from shapes alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ingot.compiler.frontend.check import check_shapes
from ingot.compiler.graph import Graph, Operator, frozen
from ingot.compiler.passes.constant_functions import evaluate
from ingot.compiler.passes.rewrite import with_operators

LARGEST = 1 << 24
"""Bytes of results that are worth computing here; beyond, no microcontroller has the flash for the constant."""


def fold_constants(graph: Graph) -> Graph:
    """The graph with the results of such operators as constant tensors. Kinds that `evaluate` does not know stay.

    Raises IngotError when a constant that was worked out here does not fit the operator that reads it: the frontend
    could not check that.
    """
    kept = []
    now = graph
    folded: set[int] = set()
    for op in graph.operators:
        if not folded.isdisjoint(t for t in op.inputs if t is not None):
            check_shapes(now, op, graph.name)
        results = evaluate(now, op) if _small(graph, op) else None
        if results is None or not all(
            r.shape == now.tensors[t].shape and r.dtype == now.tensors[t].dtype.numpy
            for r, t in zip(results, op.outputs, strict=True)
        ):
            kept.append(op)
            continue
        folded.update(op.outputs)
        tensors = list(now.tensors)
        for result, t in zip(results, op.outputs, strict=True):
            tensors[t] = replace(tensors[t], data=frozen(np.array(result)))
        now = replace(now, tensors=tuple(tensors))
    return graph if now is graph else with_operators(now, kept)


def _small(graph: Graph, op: Operator) -> bool:
    return sum(graph.tensors[t].nbytes for t in op.outputs) <= LARGEST
