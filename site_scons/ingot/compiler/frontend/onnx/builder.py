# SPDX-License-Identifier: Apache-2.0
"""Collects the graph while nodes are read: tensors, operators, and conversions between orders of axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.frontend.onnx.values import (
    UNSIGNED,
    Constant,
    Shape,
    Value,
    long_axes,
    order_after_reshape,
    order_for_reshape,
)
from ingot.compiler.graph import DType, Operator, Quantization, Tensor, frozen
from ingot.compiler.graph.arithmetic import MOVED_FOR

_WANTS = {
    **dict.fromkeys(
        ("Reshape", "Flatten", "Squeeze", "Unsqueeze"), "joins or splits axes that do not lie side by side"
    ),
    **dict.fromkeys(("MatMul", "Gemm"), "multiplies along an axis that does not lie last"),
    **dict.fromkeys(("Softmax", "LogSoftmax"), "goes along an axis that does not lie last"),
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "Min", "Max", "Concat"), "joins tensors whose axes lie differently"),
    **dict.fromkeys(
        ("Conv", "MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool", "Resize"),
        "sees an image, and what is computed before has channels elsewhere than last",
    ),
}
"""Operator -> why it may need its input in another order, for the report."""


class Builder:
    """tensors, operators: so far. Operators carry the index of the node that is being read: node, kind, name; kind is
    "" at outputs.

    small: constants of four bits. places: by tensor, the file's name of the value that it holds, and how it lies there.
    """

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.operators: list[Operator] = []
        self.places: dict[int, tuple[str, Value]] = {}
        self.small: set[int] = set()
        self.node = -1
        self.kind = ""
        self.name = ""

    def tensor(self, name: str, shape: Shape, dtype: DType, quant: Quantization | None = None) -> int:
        self.tensors.append(Tensor(name, tuple(int(n) for n in shape), dtype, quant))
        return len(self.tensors) - 1

    def constant(self, data: npt.NDArray[Any], quant: Quantization | None = None, name: str = "") -> int:
        """A tensor that is constant, in the order of the array. Quantized numbers get a sign (UNSIGNED)."""
        array = np.ascontiguousarray(data)
        signed = UNSIGNED.get(array.dtype.name)
        if signed is not None and quant is not None:
            array = signed.of(array)
            quant = replace(quant, zero_point=frozen(quant.zero_point + signed.least))
        shape = tuple(data.shape)
        name = name or f"{self.name}/constant"
        self.tensors.append(Tensor(name, shape, DType(array.dtype.name), quant, frozen(array.reshape(shape))))
        return len(self.tensors) - 1

    def emit(
        self, kind: str, inputs: Sequence[int | None], outputs: Sequence[int], attrs: Mapping[str, Any] | None = None
    ) -> None:
        origin = (self.node,) if self.node >= 0 else ()
        self.operators.append(Operator(kind, tuple(inputs), tuple(outputs), dict(attrs or {}), self.node, origin))

    def result(
        self,
        kind: str,
        inputs: Sequence[int | None],
        shape: Shape,
        order: Shape,
        attrs: Mapping[str, Any] | None = None,
        name: str = "",
    ) -> Value:
        """An operator with one result of the type of its first input. shape: ONNX's. order: as it is stored."""
        first = inputs[0]
        assert first is not None
        source = self.tensors[first]
        stored = tuple(shape[axis] for axis in order)
        t = self.tensor(name or self.name, stored, source.dtype, source.quant)
        self.emit(kind, inputs, (t,), attrs)
        return Value(t, tuple(shape), order)

    def ordered(self, value: Value, order: Shape) -> Value:
        """The value with its axes stored in that order; a TRANSPOSE, with its reason, where they are not."""
        if value.order == order:
            return value
        if long_axes(value.shape, value.order) == long_axes(value.shape, order):
            stored = tuple(value.shape[axis] for axis in order)
            inputs = (value.tensor, self.constant(np.asarray(stored, np.int32)))
            return self.result("RESHAPE", inputs, value.shape, order)
        moves = np.asarray([value.order.index(axis) for axis in order], np.int32)
        name = f"{self.tensors[value.tensor].name}/transposed"
        return self.result(
            "TRANSPOSE", (value.tensor, self.constant(moves)), value.shape, order, {MOVED_FOR: self._reason()}, name
        )

    def _reason(self) -> str:
        if not self.kind:
            return f"the output '{self.name}' has its axes as the file has them"
        return f"{self.kind} '{self.name}' {_WANTS.get(self.kind, 'takes its axes in another order than they lie in')}"

    def reshaped(self, value: Value, shape: Shape) -> Value:
        """The value under another shape; with a TRANSPOSE before where its order does not allow that."""
        order = order_after_reshape(value, shape)
        if order is None:
            value = self.ordered(value, order_for_reshape(value, shape))
            order = order_after_reshape(value, shape)
            assert order is not None
        stored = tuple(shape[axis] for axis in order)
        if stored == value.stored_shape:
            return Value(value.tensor, shape, order)
        return self.result("RESHAPE", (value.tensor, self.constant(np.asarray(stored, np.int32))), shape, order)

    def real_constant(self, constant: Constant, order: Shape, name: str = "") -> int:
        """The tensor of a constant as float32, dequantized by an operator where it is quantized."""
        turned = constant.transposed(order)
        if turned.quant is None:
            return self.constant(turned.data.astype(np.float32), name=name)
        codes = self.constant(turned.data, turned.quant, name)
        if turned.small:
            self.small.add(codes)
        real = self.tensor(f"{self.tensors[codes].name}/real", turned.shape, DType.FLOAT32)
        self.emit("DEQUANTIZE", (codes,), (real,))
        return real
