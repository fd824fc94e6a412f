# SPDX-License-Identifier: Apache-2.0
"""The inputs and outputs of one operator, as the rules of shapes and options look at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy.typing as npt

from ingot.compiler.frontend.mismatch import Mismatch
from ingot.compiler.graph import Operator, Tensor

Shape = tuple[int, ...]
Result = Sequence["Shape | None"]
"""One shape an output; None where it depends on values known at run time only."""

Constants = Callable[[int], "npt.NDArray[Any] | None"]
"""Tensor id -> its values, None for values that are known at run time only."""


class Args:
    """tensors: of the graph; the shapes of the operator's inputs are right, those of its outputs as the file has them.

    constants: values of tensors, worked out where the file does not have them.
    """

    def __init__(self, tensors: Sequence[Tensor], op: Operator, constants: Constants | None = None) -> None:
        self.op = op
        self._tensors = tensors
        self._constants: Constants = constants or (lambda t: tensors[t].data)

    def __len__(self) -> int:
        return len(self.op.inputs)

    def tensor(self, position: int) -> Tensor | None:
        t = self.op.inputs[position] if position < len(self.op.inputs) else None
        return None if t is None else self._tensors[t]

    def shape(self, position: int = 0) -> Shape:
        tensor = self.tensor(position)
        return () if tensor is None else tensor.shape

    def rank4(self, position: int = 0) -> Shape:
        shape = self.shape(position)
        if len(shape) != 4:
            raise Mismatch(f"its input {position} must have 4 dimensions, not {list(shape)}")
        return shape

    def values(self, position: int) -> list[int] | None:
        """The values of a constant integer input; None when it is computed at run time."""
        t = self.op.inputs[position] if position < len(self.op.inputs) else None
        data = None if t is None else self._constants(t)
        if data is None:
            return None
        if data.dtype.kind not in "iu":
            raise Mismatch(f"its input {position} must hold integers, not {data.dtype}")
        return [int(v) for v in data.ravel()]

    def output(self, position: int = 0) -> Tensor:
        return self._tensors[self.op.outputs[position]]
