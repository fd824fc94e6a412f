# SPDX-License-Identifier: Apache-2.0
"""The graph that is left to the CPU, in which each program of the NPU is one operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.offload import KIND, Job
from ingot.st.npu.codegen.first_fit import Key
from ingot.st.npu.codegen.made import Program
from ingot.st.npu.codegen.runs import Run


def partitioned(graph: Graph, program: Program, runs: Sequence[Run], jobs: Sequence[Job]) -> Graph:
    """The graph with an operator in place of each program's layers.

    Operators that only change a shape stay where the CPU reads what they make, behind the program that makes theirs.
    """
    tensors = list(graph.tensors)
    copies: dict[int, int] = {}

    def tensor(key: Key) -> int:
        """The tensor of a buffer. Copies have no quantization: nobody but the NPU reads them."""
        root, form = key
        if form == "s8":
            return root
        if root not in copies:
            copies[root] = len(tensors)
            source = tensors[root]
            tensors.append(replace(source, name=f"{source.name} + 128", dtype=DType.INT8, quant=None))
        return copies[root]

    run_of = {number: at for at, run in enumerate(runs) for number in run.operators}
    wanted = _wanted_views(graph, program)
    operators: list[Operator] = []
    last = {max(n for n in run.operators if program.operators[n].epochs): at for at, run in enumerate(runs)}
    waiting: list[Operator] = []
    made: set[int] = set(graph.inputs)
    for number, item in enumerate(program.operators):
        if item.view and item.op.kind != "PAD":
            if number in wanted:
                waiting.append(item.op)
        elif item.number:
            operators.append(item.op)
            made.update(item.op.outputs)
        elif number in last:
            at = last[number]
            reads, writes = (tuple(map(tensor, keys)) for keys in (runs[at].reads, runs[at].writes))
            origin = tuple(sorted(n for n, owner in run_of.items() if owner == at))
            indexes = tuple(graph.operators[n].index for n in origin)
            operators.append(Operator(KIND, reads, writes, {"job": jobs[at]}, origin=indexes))
            made.update(writes)
        for view in list(waiting):
            if view.inputs[0] in made or tensors[view.inputs[0] or 0].is_constant:
                operators.append(view)
                made.update(view.outputs)
                waiting.remove(view)
    return replace(graph, tensors=tuple(tensors), operators=tuple(operators))


def _wanted_views(graph: Graph, program: Program) -> set[int]:
    """Operators that only change a shape, of what the CPU or the application reads."""
    wanted = set(graph.outputs)
    for item in program.operators:
        if item.number:
            wanted |= {tensor for tensor in item.op.inputs if tensor is not None}
    found = set()
    for number in range(len(program.operators) - 1, -1, -1):
        item = program.operators[number]
        if item.view and item.op.kind != "PAD" and not wanted.isdisjoint(item.op.outputs):
            found.add(number)
            wanted |= {tensor for tensor in item.op.inputs if tensor is not None}
    return found
