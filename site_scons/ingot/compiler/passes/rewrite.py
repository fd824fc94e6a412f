# SPDX-License-Identifier: Apache-2.0
"""Small steps that passes share. A graph is a value: a pass returns a new one, or the same when nothing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingot.compiler.graph import Graph, Operator, Tensor


def with_operators(graph: Graph, operators: Sequence[Operator | None]) -> Graph:
    """The graph with these operators, without the None among them."""
    return replace(graph, operators=tuple(op for op in operators if op is not None))


def with_tensor(graph: Graph, tensor: Tensor) -> tuple[Graph, int]:
    """The graph with one more tensor, and its id. Ids of the others stay: those of the file are the file's."""
    return replace(graph, tensors=(*graph.tensors, tensor)), len(graph.tensors)


def redirect(operators: Sequence[Operator | None], new_reads: Mapping[int, int]) -> list[Operator | None]:
    """The operators with every read of a key replaced by a read of its value."""
    return [op if op is None else _redirect(op, new_reads) for op in operators]


def _redirect(op: Operator, new_reads: Mapping[int, int]) -> Operator:
    if not any(t in new_reads for t in op.inputs):
        return op
    return replace(op, inputs=tuple(new_reads.get(t, t) if t is not None else None for t in op.inputs))


def only_reader(graph: Graph, tensor: int, consumers: Mapping[int, Sequence[int]]) -> int | None:
    """The index of the one operator that reads the tensor; None when others do, or when it leaves the network."""
    readers = consumers.get(tensor, ())
    return readers[0] if len(readers) == 1 and tensor not in graph.outputs else None


def constant_ints(graph: Graph, op: Operator, position: int) -> list[int] | None:
    """The values of a constant integer input; None when it is absent or not constant."""
    t = op.inputs[position] if position < len(op.inputs) else None
    data = None if t is None else graph.tensors[t].data
    return None if data is None or data.dtype.kind not in "iu" else [int(v) for v in data.ravel()]


def joined(*operators: Operator) -> tuple[int, ...]:
    """The origins of operators that become one."""
    return tuple(sorted({i for op in operators for i in op.origin}))


def same_quantization(a: Tensor, b: Tensor) -> bool:
    """Whether equal bytes in both mean equal numbers."""
    return a.dtype is b.dtype and (a.quant.same(b.quant) if a.quant is not None else b.quant is None)
