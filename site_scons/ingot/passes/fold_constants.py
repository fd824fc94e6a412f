"""Operators whose inputs are all constant are computed here, and so is what follows from shapes alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ingot.graph import Graph
from ingot.passes.constant_functions import evaluate
from ingot.passes.rewrite import with_operators


def fold_constants(graph: Graph) -> Graph:
    """The graph with the results of such operators as constant tensors. Kinds that `evaluate` does not know stay."""
    kept = []
    now = graph
    for op in graph.operators:
        results = evaluate(now, op)
        if results is None or not all(
            r.shape == now.tensors[t].shape and r.dtype == now.tensors[t].dtype.numpy
            for r, t in zip(results, op.outputs, strict=True)
        ):
            kept.append(op)
            continue
        tensors = list(now.tensors)
        for result, t in zip(results, op.outputs, strict=True):
            data = np.array(result)
            data.flags.writeable = False
            tensors[t] = replace(tensors[t], data=data)
        now = replace(now, tensors=tuple(tensors))
    return graph if now is graph else with_operators(now, kept)
