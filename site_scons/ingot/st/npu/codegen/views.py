# SPDX-License-Identifier: Apache-2.0
"""Operators that nothing runs for: they only change a shape, or a convolution takes them in as its own padding.

And what the others than the NPU read, which is seen through these.
"""

from __future__ import annotations

from collections.abc import Collection

from ingot.compiler.graph import Graph, Operator
from ingot.st.npu.codegen.nested import Layout

#: Kinds that hand the same bytes on under another shape.
VIEWS = ("RESHAPE", "SQUEEZE", "EXPAND_DIMS")


def roots_of(graph: Graph) -> dict[int, int]:
    """Tensor -> the one that has the same bytes, through operators that only change the shape."""
    roots: dict[int, int] = {}
    for op in graph.operators:
        if op.kind in VIEWS and op.inputs[0] is not None:
            roots[op.outputs[0]] = roots.get(op.inputs[0], op.inputs[0])
    return roots


def read_outside(graph: Graph, layout: Layout, not_cpu: Collection[int]) -> set[int]:
    """Roots of what the CPU or the application reads. not_cpu: numbers of the operators that the CPU does not run."""
    read = set(graph.outputs)
    for number, op in enumerate(graph.operators):
        if number not in not_cpu:
            read |= {source for source in op.inputs if source is not None}
    return {layout.root(tensor) for tensor in read}


def folded_pads(graph: Graph) -> dict[int, Operator]:
    """Result of a PAD that a convolution without padding takes in as its own -> the PAD."""
    consumers = graph.consumers()
    found = {}
    for op in graph.operators:
        if op.kind != "PAD" or op.outputs[0] in graph.outputs:
            continue
        readers = [graph.operators[index] for index in consumers.get(op.outputs[0], [])]
        convolutions = all(reader.kind in ("CONV_2D", "DEPTHWISE_CONV_2D") for reader in readers)
        if readers and convolutions and pad_sides(graph, op) is not None and not any(map(has_pads, readers)):
            found[op.outputs[0]] = op
    return found


def has_pads(op: Operator) -> bool:
    """Whether a convolution or a pool pads its input."""
    return any(int(op.attrs[f"pad_{side}"]) for side in ("top", "bottom", "left", "right"))


def pad_sides(graph: Graph, op: Operator) -> tuple[int, int, int, int] | None:
    """Top, bottom, left, right of a PAD of an image; None for any other."""
    table = None if op.inputs[1] is None else graph.tensors[op.inputs[1]].data
    if table is None or table.shape != (4, 2) or table[0].any() or table[3].any() or (table < 0).any():
        return None
    return int(table[1, 0]), int(table[1, 1]), int(table[2, 0]), int(table[2, 1])
