# SPDX-License-Identifier: Apache-2.0
"""What the readers of operators share: the values so far, and the table of readers.

A reader is a function of a Reading and a Node, registered with @reads(kind, ...). It takes the node's inputs from the
Reading, emits operators whose kinds and options are TFLite's, and returns the node's values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.compiler.frontend.onnx.builder import Builder
from ingot.compiler.frontend.onnx.proto import Node
from ingot.compiler.frontend.onnx.values import Constant, Shape, Value

Result = Value | Constant
Reader = Callable[["Reading", Node], Sequence[Result]]

READERS: dict[str, Reader] = {}


def reads(*kinds: str) -> Callable[[Reader], Reader]:
    """Registers the reader of these operators of ONNX."""

    def register(function: Reader) -> Reader:
        for kind in kinds:
            READERS[kind] = function
        return function

    return register


@dataclass
class Reading:
    """where: how messages call the file. values: by name. consumers: name -> the nodes that read it."""

    where: str
    opset: int
    consumers: Mapping[str, Sequence[Node]]
    outputs: frozenset[str]
    builder: Builder = field(default_factory=Builder)
    values: dict[str, Result] = field(default_factory=dict)

    def error(self, node: Node, what: str, remedy: str = "") -> IngotError:
        return IngotError(what, where=node.place(self.where), remedy=remedy or "docs/onnx.md lists what is read.")

    def get(self, node: Node, position: int) -> Result:
        """The node's input. Raises IngotError where it is absent."""
        if not node.has(position):
            raise self.error(node, f"it has no input {position}.")
        return self.values[node.inputs[position]]

    def value(self, node: Node, position: int = 0) -> Value:
        """The node's input as a value that is computed; of a constant, the tensor of its real numbers."""
        found = self.get(node, position)
        if isinstance(found, Constant):
            order = tuple(range(found.data.ndim))
            return Value(self.builder.real_constant(found, order, node.inputs[position]), found.shape, order)
        return found

    def constant(self, node: Node, position: int, what: str) -> Constant:
        """The node's input, which has to be constant."""
        found = self.get(node, position)
        if not isinstance(found, Constant):
            raise self.error(node, f"'{node.inputs[position]}', {what}, is computed; it has to be constant.")
        return found

    def integers(self, node: Node, position: int, what: str) -> list[int]:
        """A constant list of integers."""
        return [int(n) for n in self.constant(node, position, what).data.reshape(-1)]

    def list_of(self, node: Node, name: str, position: int) -> list[int] | None:
        """A list that is an attribute in old opsets and an input in new ones; None where there is neither."""
        if name in node.attrs:
            return [int(n) for n in node.attrs[name]]
        return self.integers(node, position, name) if node.has(position) else None

    def axis(self, node: Node, axis: int, rank: int) -> int:
        if not -rank <= axis < rank:
            raise self.error(node, f"axis {axis} does not exist among {rank} dimensions.")
        return axis % rank


def ints(values: Sequence[int]) -> npt.NDArray[np.int32]:
    return np.asarray(values, np.int32)


def option(node: Node, name: str, default: Any) -> Any:
    return node.attrs.get(name, default)


def same_shape(a: Shape, b: Shape) -> bool:
    return tuple(a) == tuple(b)
