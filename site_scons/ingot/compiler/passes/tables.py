# SPDX-License-Identifier: Apache-2.0
"""Functions of one 8-bit input become tables of 256 entries.

A "table" operator has one input of int8 or uint8 and the attribute `entries`: 256 values of the output's type, indexed
by the input's byte taken as unsigned.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator, frozen
from ingot.compiler.passes.pointwise import BINARY, BYTES, computable, compute
from ingot.compiler.passes.rewrite import with_operators


def make_tables(graph: Graph) -> Graph:
    """The graph with every element-wise operator of one 8-bit activation as a table.

    That is: unary ones, binary ones with a constant of one element, binary ones of a tensor with itself.
    """
    operators: list[Operator | None] = []
    for op in graph.operators:
        varying = _varying_input(graph, op)
        if varying is None:
            operators.append(op)
        else:
            operators.append(
                replace(op, kind="table", inputs=(varying,), attrs={"entries": _entries(graph, op, varying)})
            )
    if all(a is b for a, b in zip(operators, graph.operators, strict=True)):
        return graph
    return with_operators(graph, operators)


def stored_values(dtype: DType) -> npt.NDArray[np.int64]:
    """What each of the 256 bytes, taken as unsigned, stores in this type."""
    return np.arange(256, dtype=np.uint8).view(dtype.numpy).astype(np.int64)


def _varying_input(graph: Graph, op: Operator) -> int | None:
    """The one activation that the operator is a function of; None when it is not such an operator."""
    if not computable(graph, op):
        return None
    varying = {t for t in op.inputs if t is not None and not graph.tensors[t].is_constant}
    if len(varying) != 1:
        return None
    (t,) = varying
    tensor = graph.tensors[t]
    if tensor.dtype not in BYTES or tensor.shape != graph.tensors[op.outputs[0]].shape:
        return None
    if op.kind in BINARY and any(i != t and i is not None and graph.tensors[i].elements != 1 for i in op.inputs):
        return None
    return t


def _entries(graph: Graph, op: Operator, varying: int) -> npt.NDArray[Any]:
    stored = stored_values(graph.tensors[varying].dtype)
    values = []
    for t in op.inputs:
        data = None if t is None else graph.tensors[t].data
        values.append(stored if data is None else data.ravel().astype(np.int64))
    return frozen(compute(graph, op, values))
