# SPDX-License-Identifier: Apache-2.0
"""Chains of tables become one table, also through a float32 in between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator, frozen
from ingot.compiler.passes.float_pointwise import float_computable, float_compute
from ingot.compiler.passes.pointwise import BYTES
from ingot.compiler.passes.rewrite import joined, only_reader, with_operators


def merge_tables(graph: Graph) -> Graph:
    """The graph with no table whose only reader is a table, or an exact float32 function of its result."""
    while (smaller := _merge_one(graph)) is not graph:
        graph = smaller
    return graph


def _merge_one(graph: Graph) -> Graph:
    consumers = graph.consumers()
    for position, first in enumerate(graph.operators):
        if first.kind != "table":
            continue
        reader = only_reader(graph, first.outputs[0], consumers)
        if reader is None:
            continue
        second = graph.operators[reader]
        entries = _composed(graph, first, second)
        if entries is not None:
            operators: list[Operator | None] = list(graph.operators)
            operators[position] = None
            operators[reader] = replace(
                second, kind="table", inputs=first.inputs, attrs={"entries": entries}, origin=joined(first, second)
            )
            return with_operators(graph, operators)
    return graph


def _composed(graph: Graph, first: Operator, second: Operator) -> npt.NDArray[Any] | None:
    between = graph.tensors[first.outputs[0]]
    results: npt.NDArray[Any] = first.attrs["entries"]
    if second.kind == "table" and between.dtype in BYTES:
        return frozen(np.array(second.attrs["entries"][results.view(np.uint8)]))
    if between.dtype is DType.FLOAT32 and float_computable(graph, second, first.outputs[0]):
        return frozen(float_compute(graph, second, first.outputs[0], results))
    return None
