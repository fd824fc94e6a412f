# SPDX-License-Identifier: Apache-2.0
"""Works out the shape of every tensor that an operator writes. Stored shapes count for inputs and constants only.

Converters write 1 for what they did not know when they wrote the file (a free batch, shapes that the model computes
for itself from SHAPE), so a stored shape of an intermediate tensor says nothing. Where a shape depends on values that
are known at run time only, the file's is taken, unless its shape_signature says that nobody knew it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.compiler.frontend.arguments import Args, Shape
from ingot.compiler.frontend.arity import check_arity
from ingot.compiler.frontend.flatbuffer import DAMAGED
from ingot.compiler.frontend.mismatch import Mismatch
from ingot.compiler.frontend.plain_values import from_shape, plain_values
from ingot.compiler.frontend.resolve import resolve_attrs
from ingot.compiler.frontend.shapes import result_shapes
from ingot.compiler.graph import Graph, Operator, Tensor

LARGEST_TENSOR = 1 << 30
"""Bytes. Nothing that runs on a microcontroller comes near; shapes beyond are damage."""
MOST_ROWS = 1 << 20
"""Of an image: a schedule takes time and memory for each of them."""

LARGEST_CONSTANT = 1 << 12
"""Elements of constants that are worked out here: shapes and what they are made of have a few."""


def infer_shapes(graph: Graph, signatures: Mapping[int, Shape], where: str) -> Graph:
    """The graph with the shapes of all operators' outputs, and options that depend on shapes resolved.

    signatures: the shape_signature of each tensor that has one with -1.
    Raises IngotError at the first operator whose inputs do not fit together.
    """
    check_arity(graph, where)
    tensors = list(graph.tensors)
    constants = _Constants(tensors, graph)
    operators: list[Operator] = []
    unknown: dict[int, Operator] = {}
    for index, op in enumerate(graph.operators):
        place = f"{where}: {op.place(graph)}"
        source = next((unknown[t] for t in op.inputs if t in unknown), None)
        try:
            op = resolve_attrs(Args(tensors, op, constants))
            shapes = result_shapes(Args(tensors, op, constants))
        except Mismatch as mismatch:
            raise _refusal(str(mismatch), source, place, graph) from None
        if shapes is None or source is not None:
            unknown |= dict.fromkeys(op.outputs, source or op)
        for t, shape in zip(op.outputs, shapes or (), strict=False):
            if shape is None:
                _check_known(tensors[t], signatures.get(t), place)
            else:
                check_size(shape, tensors[t], place)
                tensors[t] = replace(tensors[t], shape=tuple(int(n) for n in shape))
        operators.append(op)
        constants.operators[index] = op
    return replace(graph, tensors=tuple(tensors), operators=tuple(operators))


def check_size(shape: Shape, tensor: Tensor, place: str) -> None:
    """Raises IngotError for a shape beyond all memories."""
    many_rows = len(shape) == 4 and shape[1] > MOST_ROWS
    if many_rows or len(shape) > 8 or math.prod(shape) * tensor.dtype.size > LARGEST_TENSOR:
        raise IngotError(
            f"the shape {list(shape)} is larger than anything a microcontroller holds.", where=place, remedy=DAMAGED
        )


def _check_known(tensor: Tensor, signature: Shape | None, place: str) -> None:
    if signature is not None:
        raise IngotError(
            f"the shape of its output '{tensor.name}' depends on values that are known at run time only "
            f"(shape_signature {list(signature)}).",
            where=place,
            remedy="Export the model with fixed shapes.",
        )


def _refusal(what: str, source: Operator | None, place: str, graph: Graph) -> IngotError:
    """source: an operator without a rule on which the inputs depend; their shapes are the file's."""
    if source is None:
        return IngotError(f"{what}.", where=place, remedy=DAMAGED)
    return IngotError(
        f"{what}; its inputs depend on {source.place(graph)}, which is not supported.",
        where=place,
        remedy="docs/operators.md lists what is supported.",
    )


class _Constants:
    """The values of tensors that follow from constants and shapes, worked out when a rule asks for them."""

    def __init__(self, tensors: Sequence[Tensor], graph: Graph) -> None:
        self.operators = list(graph.operators)
        self._tensors = tensors
        self._producers = graph.producers()
        self._values: dict[int, npt.NDArray[Any] | None] = {}

    def __call__(self, t: int) -> npt.NDArray[Any] | None:
        """The tensor's values; None when they are known at run time only, or no shape is made of that many."""
        waiting = [t]
        while waiting:  # a chain may be longer than Python's stack is deep
            current = waiting[-1]
            missing = [] if current in self._values else self._unworked(current)
            if missing:
                waiting += missing
                continue
            if current not in self._values:
                self._values[current] = self._worked_out(current)
            waiting.pop()
        return self._values[t]

    def _operator(self, t: int) -> Operator | None:
        tensor, producer = self._tensors[t], self._producers.get(t)
        if tensor.data is not None or tensor.is_variable or producer is None or tensor.elements > LARGEST_CONSTANT:
            return None
        return self.operators[producer]

    def _unworked(self, t: int) -> list[int]:
        """The inputs whose values must be known before this tensor's."""
        op = self._operator(t)
        if op is None or op.kind in ("SHAPE", "RANK"):
            return []
        return [i for i in op.inputs if i is not None and i not in self._values]

    def _worked_out(self, t: int) -> npt.NDArray[Any] | None:
        op = self._operator(t)
        if op is None:
            return self._tensors[t].data
        results = from_shape(self._tensors, op)
        if results is None:
            arrays = [self._values[i] for i in op.inputs if i is not None]
            if not arrays or any(a is None for a in arrays):
                return None
            results = plain_values(self._tensors, op, [a for a in arrays if a is not None])
        if results is None:
            return None
        value = np.asarray(results[op.outputs.index(t)])
        tensor = self._tensors[t]
        return value if value.shape == tensor.shape and value.dtype == tensor.dtype.numpy else None
