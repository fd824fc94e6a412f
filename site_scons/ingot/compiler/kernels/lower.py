# SPDX-License-Identifier: Apache-2.0
"""From the graph to the program: every operator becomes a kernel call, every tensor gets its split into rows."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import ingot.compiler.kernels
from ingot.base.errors import IngotError
from ingot.compiler.graph import Graph, Operator, ScalePerChannel
from ingot.compiler.graph.cost import macs
from ingot.compiler.kernels.computed_data import with_computed_data
from ingot.compiler.kernels.dynamic_range import with_dynamic_range
from ingot.compiler.kernels.field_ranges import check_fields
from ingot.compiler.kernels.program import Activation, Call, Program
from ingot.compiler.kernels.registry import Site, Target, entry_of, registered
from ingot.compiler.kernels.row_splits import row_splits
from ingot.compiler.offload import KIND, LINE

PLACES = 3
"""Operators that a message names of each cause."""


@functools.cache
def load_operators() -> None:
    """Imports every file of this folder, so that each registers its operators."""
    for module in pkgutil.iter_modules(ingot.compiler.kernels.__path__):
        importlib.import_module(f"{ingot.compiler.kernels.__name__}.{module.name}")


def lower(graph: Graph, target: Target) -> Program:
    """The program of an optimized graph.

    A "view" shares its input's memory and its split into rows. A network output that would only be a view of an input
    or of a constant, or an input itself, is copied. Raises IngotError listing every operator that has no kernel.
    """
    load_operators()
    graph = with_computed_data(graph)
    check_supported(graph)
    graph = with_dynamic_range(graph)
    graph = _assigned_last(_with_copies(_with_values_of_their_own(graph)))
    roots = _roots(graph)
    produced = {t for op in graph.operators if op.kind != "view" for t in op.outputs}
    used = {roots[t] for op in graph.operators for t in op.inputs if t is not None}
    kept = [
        t
        for t in _in_order_of_use(graph)
        if not graph.tensors[t].is_constant
        and roots[t] == t
        and (t in produced or t in graph.inputs or (graph.tensors[t].is_variable and t in used))
    ]
    outputs = {roots[t] for t in graph.outputs}
    rows = row_splits(graph, roots)
    activations = {t: _activation(graph, t, t in outputs, rows[t]) for t in kept}
    for t, root in roots.items():
        if t != root and root in activations:
            activations[t] = replace(activations[root], shape=graph.tensors[t].shape, quant=graph.tensors[t].quant)
    index = {t: i for i, t in enumerate(kept)}
    memory = {t: index[root] for t, root in roots.items() if root in index}
    network: dict[str, str] = {}
    sites = [Site(graph, op, target, activations, network) for op in graph.operators if op.kind != "view"]
    calls = tuple(call for lowered in _all_lowered(sites, memory) for call in lowered)
    program = Program(
        graph.name,
        tuple(activations[t] for t in kept),
        calls,
        tuple(index[t] for t in graph.inputs),
        tuple(index[roots[t]] for t in graph.outputs),
    )
    jobs = [op for op in graph.operators if op.kind == KIND]
    return _beside_npu(program, jobs[0].attrs["job"].spare) if jobs else program


def _beside_npu(program: Program, spare: int) -> Program:
    """The program with buffers on lines of the cache, and spare bytes behind those that the NPU touches."""
    touched = {t for call in program.calls if call.kernel == KIND for t in (*call.inputs, *call.outputs)}
    tensors = (replace(tensor, spare=spare if t in touched else 0) for t, tensor in enumerate(program.tensors))
    return replace(program, tensors=tuple(tensors), alignment=LINE, in_order=True)


class Problem(NamedTuple):
    """An operator that cannot be compiled, and why."""

    op: Operator
    reason: str


def problems_of(graph: Graph) -> list[Problem]:
    """Every operator without a kernel or outside of its limits."""
    load_operators()
    found = []
    for op in graph.operators:
        if op.kind == "view":
            continue
        empty = [
            graph.tensors[t] for t in (*op.inputs, *op.outputs) if t is not None and graph.tensors[t].elements == 0
        ]
        computed = [tensor for tensor in empty if not tensor.is_constant]
        if computed:
            found.append(Problem(op, f"'{computed[0].name}' is {list(computed[0].shape)}, without elements"))
            continue
        entry = entry_of(op)
        if entry is None:
            found.append(Problem(op, f"no kernel for {op.kind}"))
            continue
        try:
            broken = next((rule for rule in entry.constraints if not rule(graph, op)), None)
        except ScalePerChannel as per_channel:
            found.append(Problem(op, per_channel.what))
            continue
        if broken is not None:
            found.append(Problem(op, f"not met: {' '.join((broken.__doc__ or broken.__name__).split())}"))
    return found


def grouped(graph: Graph, problems: Sequence[Problem]) -> list[str]:
    """A line for each cause: the operator's place, or how many of a kind there are and the first places."""
    causes: dict[tuple[str, str], list[Operator]] = {}
    for op, reason in problems:
        causes.setdefault((op.kind, reason), []).append(op)
    lines = []
    for (kind, reason), operators in causes.items():
        if len(operators) == 1:
            lines.append(f"{operators[0].place(graph)}: {reason}")
            continue
        places = [f"operator {op.index} ('{graph.tensors[op.outputs[0]].name}')" for op in operators[:PLACES]]
        rest = f" and {len(operators) - PLACES} more" if len(operators) > PLACES else ""
        lines.append(f"{len(operators)} {kind}: {reason}: {', '.join(places)}{rest}")
    return lines


def check_supported(graph: Graph) -> None:
    """Raises one IngotError that lists every operator without a kernel, with its place and the rule it breaks."""
    _refuse(graph, problems_of(graph))


def _refuse(graph: Graph, problems: Sequence[Problem]) -> None:
    if problems:
        count = "1 operator" if len(problems) == 1 else f"{len(problems)} operators"
        raise IngotError(
            f"the built-in compiler cannot compile {count}:\n    " + "\n    ".join(grouped(graph, problems)),
            where=graph.name,
            remedy="docs/operators.md lists what is supported.",
        )


def _all_lowered(sites: list[Site], memory: dict[int, int]) -> list[tuple[Call, ...]]:
    """Each site's calls. Raises one IngotError that lists the operators whose numbers no call can have, with why."""
    lowered, problems = [], []
    for site in sites:
        try:
            lowered.append(_lowered(site, memory))
        except IngotError as problem:  # one scale where there are several, a scale that has no integer form
            problems.append(Problem(site.op, problem.what))
    if problems:
        _refuse(sites[0].graph, problems)
    return lowered


def _lowered(site: Site, memory: dict[int, int]) -> tuple[Call, ...]:
    op = site.op
    lowered = registered(op).lower(site)
    for call in lowered if isinstance(lowered, tuple) else (lowered,):
        check_fields(call)
    work = macs(site.graph, op)
    assert not (work and isinstance(lowered, tuple)), "nobody says which of several calls does the work"
    return tuple(
        replace(
            call,
            inputs=tuple(memory[_present(op.inputs[position])] for position in call.inputs),
            outputs=tuple(memory[op.outputs[position]] for position in call.outputs),
            macs=work,
            origin=op.origin or ((op.index,) if op.index >= 0 else ()),
        )
        for call in (lowered if isinstance(lowered, tuple) else (lowered,))
    )


def _present(tensor: int | None) -> int:
    assert tensor is not None
    return tensor


def _in_order_of_use(graph: Graph) -> list[int]:
    """Tensors as the network meets them. Their numbers in the file say nothing about the graph: a converter shifts
    them when two constants become equal.
    """
    met = (t for op in graph.operators for t in (*op.inputs, *op.outputs) if t is not None)
    return list(dict.fromkeys((*graph.inputs, *met)))


def _roots(graph: Graph) -> dict[int, int]:
    """tensor -> the tensor whose memory it is."""
    roots = {t: t for t in range(len(graph.tensors))}
    for op in graph.operators:
        if op.kind == "view":
            roots[op.outputs[0]] = roots[_present(op.inputs[0])]
    return roots


def _activation(graph: Graph, t: int, is_output: bool, rows: int) -> Activation:
    tensor = graph.tensors[t]
    role = "input" if t in graph.inputs else "state" if tensor.is_variable else "output" if is_output else "activation"
    return Activation(
        tensor.name, tensor.shape, tensor.dtype, tensor.quant, rows, tensor.nbytes // rows, role, t, tensor.initial
    )


def _assigned_last(graph: Graph) -> Graph:
    """The graph in an executable order: a state is overwritten when all have read it."""
    return replace(graph, operators=tuple(sorted(graph.operators, key=lambda op: op.kind == "ASSIGN_VARIABLE")))


def _with_values_of_their_own(graph: Graph) -> Graph:
    """The graph in which no state is assigned the memory of another one, which may be overwritten before; a state that
    is assigned itself stays as it is."""
    roots = _roots(graph)
    tensors = list(graph.tensors)
    operators: list[Operator] = []
    for op in graph.operators:
        value = op.inputs[0] if op.kind == "ASSIGN_VARIABLE" else None
        if value is None or not tensors[roots[value]].is_variable:
            operators.append(op)
        elif roots[value] != op.outputs[0]:
            operators.append(Operator("copy", (value,), (len(tensors),), origin=op.origin))
            operators.append(replace(op, inputs=(len(tensors),)))
            tensors.append(replace(tensors[value], is_variable=False, initial=None))
    return replace(graph, tensors=tuple(tensors), operators=tuple(operators))


def _with_copies(graph: Graph) -> Graph:
    """The graph in which every network output has memory of its own, written by an operator."""
    roots = _roots(graph)
    written = {t for op in graph.operators if op.kind != "view" for t in op.outputs if not graph.tensors[t].is_variable}
    tensors, operators, outputs, taken = list(graph.tensors), list(graph.operators), [], set[int]()
    for t in graph.outputs:
        root = roots[t]
        if root in written and root not in taken and root not in graph.inputs:
            taken.add(root)
            outputs.append(t)
            continue
        copy = len(tensors)
        tensors.append(replace(graph.tensors[t], data=None, is_variable=False, initial=None))
        operators.append(Operator("copy", (t,), (copy,)))
        outputs.append(copy)
    if tuple(outputs) == graph.outputs:
        return graph
    return replace(graph, tensors=tuple(tensors), operators=tuple(operators), outputs=tuple(outputs))
