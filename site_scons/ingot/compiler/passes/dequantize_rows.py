# SPDX-License-Identifier: Apache-2.0
"""Rows of an int8 table that come out as float32, as an EMBEDDING_LOOKUP of dynamic range has them (a GATHER here).

The rows are gathered as they are and become real numbers behind it: by a DEQUANTIZE where the table has one scale, else
as float32 times the gathered scales. One product of float32 a number, as in LiteRT's kernels/embedding_lookup.cc.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator, Tensor, frozen
from ingot.compiler.graph.arithmetic import WEIGHTS_BITS
from ingot.compiler.passes.rewrite import with_operators, with_tensor


def dequantize_rows(graph: Graph) -> Graph:
    """The graph in which every GATHER gives what its table holds."""
    operators: list[Operator | None] = []
    for op in graph.operators:
        if _gives_real_rows(graph, op):
            graph, made = _apart(graph, op)
            operators += made
        else:
            operators.append(op)
    return with_operators(graph, operators) if len(operators) != len(graph.operators) else graph


def _gives_real_rows(graph: Graph, op: Operator) -> bool:
    if op.kind != "GATHER" or op.attrs["axis"] != 0 or op.inputs[0] is None:
        return False
    table, output = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if op.attrs.get(WEIGHTS_BITS) == 4 and table.elements // table.shape[0] % 2:
        return False  # LiteRT takes a row for one that begins at a whole byte
    known = table.is_constant and table.dtype is DType.INT8 and output.dtype is DType.FLOAT32
    return known and table.quant is not None and table.quant.axis == 0 and not np.any(table.quant.zero_point)


def _apart(graph: Graph, op: Operator) -> tuple[Graph, list[Operator]]:
    assert op.inputs[0] is not None and op.inputs[1] is not None
    table, output = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    quant, width = table.quant, len(table.shape) - 1
    assert quant is not None
    stored = replace(output, name=f"{output.name}/stored", dtype=DType.INT8, quant=quant)
    if not quant.per_channel:
        graph, rows = with_tensor(graph, stored)
        return graph, [
            replace(op, outputs=(rows,)),
            Operator("DEQUANTIZE", (rows,), op.outputs, origin=op.origin),
        ]
    graph, numbers = with_tensor(graph, replace(table, quant=None))
    graph, rows = with_tensor(graph, replace(stored, quant=None))
    graph, reals = with_tensor(graph, replace(output, name=f"{output.name}/numbers"))
    scales = frozen(quant.scale.reshape(-1, *[1] * width))
    graph, steps = with_tensor(graph, Tensor(f"{table.name}/scales", scales.shape, DType.FLOAT32, None, scales))
    shape = (*output.shape[: len(output.shape) - width], *scales.shape[1:])
    graph, chosen = with_tensor(graph, replace(output, name=f"{output.name}/scales", shape=shape))
    return graph, [
        replace(op, inputs=(numbers, op.inputs[1]), outputs=(rows,)),
        Operator("CAST", (rows,), (reals,), origin=op.origin),
        replace(op, inputs=(steps, op.inputs[1]), outputs=(chosen,)),
        Operator("MUL", (reals, chosen), op.outputs, {"activation": "NONE"}, origin=op.origin),
    ]
