# SPDX-License-Identifier: Apache-2.0
"""Into how many rows each tensor is split: the one place that decides.

Rows are what a schedule makes, keeps and drops one by one. An image (1, H, W, C) has H of them. Any other tensor, and
an image of one row, takes rows from around it:
- those of an image that it is through a view; of several, those that most operators read, of equals the first;
- else those of its neighbour across an operator that works element by element, or vector by vector;
- else, where it is made of tensors one after the other, rows that each of those has a whole number of in its own.
That holds for network inputs, which no kernel writes, and for what a kernel writes that can make any rows (`pieces` of
its entry); every other kernel writes the rows of its output's own shape. A network input that is an image itself
takes the rows of a view where more operators read those. All views of a tensor share its rows; a kernel whose input is
split otherwise than it needs has it whole. Results of one program of the NPU have the same rows, or one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ingot.compiler.graph import Graph, Operator, Tensor
from ingot.compiler.kernels.registry import registered
from ingot.compiler.offload import KIND


def row_splits(graph: Graph, roots: Mapping[int, int]) -> list[int]:
    """tensor -> rows, at least 1. roots: tensor -> the tensor whose memory it is."""
    rows = [_image_rows(tensor) for tensor in graph.tensors]
    writers = {t: op for op in graph.operators if op.kind != "view" for t in op.outputs}
    for root, votes in _votes(graph, roots).items():
        if rows[root] == 1 or root in graph.inputs:
            rows[root] = next((n for n, _ in votes.most_common() if _may_have(graph, writers, root, n)), rows[root])
    while _spread(graph, roots, writers, rows):
        pass
    for op in graph.operators:
        if op.kind == KIND and len({rows[t] for t in op.outputs}) > 1:
            for t in op.outputs:
                rows[t] = 1
    return [rows[roots[t]] for t in range(len(rows))]


def _image_rows(tensor: Tensor) -> int:
    image = len(tensor.shape) == 4 and tensor.shape[0] == 1 and tensor.nbytes and not tensor.is_constant
    return tensor.shape[1] if image else 1


def _votes(graph: Graph, roots: Mapping[int, int]) -> dict[int, Counter[int]]:
    """root -> rows of the images it is seen as -> operators that read it so; its own shape comes first."""
    votes: dict[int, Counter[int]] = {}
    readers = graph.consumers()
    for t in sorted(roots, key=lambda t: (roots[t] != t, t)):
        n = _image_rows(graph.tensors[t])
        if n > 1:
            count = sum(graph.operators[reader].kind != "view" for reader in readers.get(t, ()))
            votes.setdefault(roots[t], Counter())[n] += count
    return votes


def _may_have(graph: Graph, writers: Mapping[int, Operator], root: int, rows: int) -> bool:
    """Whether the root may be split so: it is a network input, or its writer can make such rows."""
    tensor = graph.tensors[root]
    if root not in writers:
        return root in graph.inputs and not tensor.is_variable
    pieces = registered(writers[root]).pieces
    return pieces is not None and pieces(tensor) % rows == 0


def _spread(graph: Graph, roots: Mapping[int, int], writers: Mapping[int, Operator], rows: list[int]) -> bool:
    """Gives rows to tensors without any from the other side of an operator; whether any got some."""
    changed = False
    for op in graph.operators:
        if op.kind == "view" or op.inputs[0] is None:
            continue
        pieces, joined_rows = registered(op).pieces, registered(op).joined_rows
        if joined_rows is not None and rows[op.outputs[0]] == 1:
            n = joined_rows(graph, op, [rows[roots[t]] for t in op.inputs if t is not None])
            rows[op.outputs[0]], changed = n, changed or n > 1
        if pieces is None:
            continue
        source, target = roots[op.inputs[0]], op.outputs[0]
        for near, far in ((source, target), (target, source)):
            n = rows[near]
            if rows[far] == 1 < n and pieces(graph.tensors[target]) % n == 0 and _may_have(graph, writers, far, n):
                rows[far] = n
                changed = True
    return changed
