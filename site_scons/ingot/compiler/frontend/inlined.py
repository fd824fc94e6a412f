# SPDX-License-Identifier: Apache-2.0
"""Operators that stand for a subgraph: CALL and STABLEHLO_COMPOSITE are replaced by the operators of theirs, as LiteRT
runs them where nobody has a kernel for the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ingot.compiler.frontend.variables import Section
from ingot.compiler.graph import Operator

_SUBGRAPH = {"CALL": "subgraph", "STABLEHLO_COMPOSITE": "decomposition_subgraph_index"}
"""Kind -> the option that has the number of the subgraph."""

DEEPEST = 8


def inlined(main: Section, subgraph: Callable[[int], tuple[Section, tuple[int, ...], tuple[int, ...]]]) -> Section:
    """The section without such operators, as far as their subgraphs fit them; others stay, to be refused by name.

    subgraph: reads another subgraph of the file: its section, inputs and outputs.
    """
    for _ in range(DEEPEST):
        if not any(op.kind in _SUBGRAPH for op in main.operators):
            return main
        before = main
        main = _once(main, subgraph)
        if main is before:
            break
    return main


def _once(main: Section, subgraph: Callable[[int], tuple[Section, tuple[int, ...], tuple[int, ...]]]) -> Section:
    tensors, operators, changed = list(main.tensors), list[Operator](), False
    for op in main.operators:
        number = op.attrs.get(_SUBGRAPH[op.kind]) if op.kind in _SUBGRAPH else None
        if not isinstance(number, int) or number < 1:
            operators.append(op)
            continue
        section, inputs, outputs = subgraph(number)
        written = {t for inner in section.operators for t in inner.outputs}
        fits = len(inputs) == len(op.inputs) and len(outputs) == len(op.outputs) and None not in op.inputs
        if not fits or not written >= set(outputs) or len(set(outputs)) != len(outputs):
            operators.append(op)
            continue
        changed = True
        places = {t: len(tensors) + t for t in range(len(section.tensors))}
        tensors += section.tensors
        places |= {inner: outer for inner, outer in zip(inputs, op.inputs, strict=True) if outer is not None}
        places |= dict(zip(outputs, op.outputs, strict=True))
        operators += [
            replace(
                inner,
                inputs=tuple(None if t is None else places[t] for t in inner.inputs),
                outputs=tuple(places[t] for t in inner.outputs),
                index=op.index,
                origin=op.origin,
            )
            for inner in section.operators
        ]
    return Section(operators, tensors, main.where) if changed else main
