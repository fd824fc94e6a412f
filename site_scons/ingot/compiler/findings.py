# SPDX-License-Identifier: Apache-2.0
"""What the report says of a network besides its figures: 4-bit weights that are kept, or not and why; bytes that are
moved, and why."""

from __future__ import annotations

from ingot.compiler.graph import Graph
from ingot.compiler.graph.arithmetic import MOVED_FOR, THIN, WEIGHTS_BITS, is_dynamic_range, is_thin
from ingot.compiler.graph.cost import four_bits


def findings(graph: Graph) -> tuple[str, ...]:
    """Sentences about a graph that the passes are done with."""
    kept = four_bits(graph)
    return (*graph.notes, *([kept.text] if kept.layers else ()), *_widened(graph), *_moves(graph))


def _widened(graph: Graph) -> tuple[str, ...]:
    lines = []
    for op in graph.operators:
        thin = is_thin(graph, op)
        if op.attrs.get(WEIGHTS_BITS) == 4 and (thin or is_dynamic_range(graph, op)):
            what = f"CONV_2D of windows of at most {THIN} numbers" if thin else f"{op.kind} of dynamic range"
            more = graph.tensors[op.inputs[1] or 0].elements // 2
            lines.append(
                f"{what}, '{graph.tensors[op.outputs[0]].name}': its weights of 4 bits are int8, which takes {more:,} "
                f"bytes more{' and fewer cycles' if thin else ''}"
            )
    return tuple(lines)


def _moves(graph: Graph) -> tuple[str, ...]:
    return tuple(
        f"TRANSPOSE of {graph.tensors[op.outputs[0]].nbytes:,} bytes, '{graph.tensors[op.outputs[0]].name}': {why}"
        for op in graph.operators
        if op.kind == "TRANSPOSE" and (why := op.attrs.get(MOVED_FOR))
    )
