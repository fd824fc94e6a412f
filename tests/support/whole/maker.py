# SPDX-License-Identifier: Apache-2.0
"""Adds random operators behind random tensors of one model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from support.models.draw import Draw, Quantized, numbers, quantization
from support.tflite_builder import Builder

LARGEST = 6000
"""Elements of a tensor."""

ACTIVATIONS = ("NONE", "NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1")


class Impossible(Exception):
    """The drawn operator has no sensible form behind these tensors; another one is drawn."""


class Value(NamedTuple):
    """One tensor of the model. constant: its data."""

    id: int
    shape: tuple[int, ...]
    dtype: str
    quant: Quantized
    constant: npt.NDArray[Any] | None = None


Operand = Value | int | None


class Maker:
    """`values` are all tensors that may be read, the latest last."""

    def __init__(self, draw: Draw, codes: str) -> None:
        self.draw = draw
        self.builder = Builder(codes)
        self.values: list[Value] = []
        self.input_shape = ""

    def rarely(self, one_in: int = 12) -> bool:
        return self.draw.integer(1, one_in) == 1

    def quant(self, dtype: str) -> Quantized:
        """Mostly usual scales; sometimes far ones, and int16 and int32 with what only odd files have."""
        d = self.draw
        if dtype == "int32":
            return (None, 0) if d.integer(0, 3) else (2.0 ** d.real(-24, -4), 0)
        scale, zero = quantization(d, dtype)
        if scale is not None and self.rarely(10):
            scale = d.choice([2.0**-20, 2.0**-30, 1.0, 30.0, 1e4, 2.0 ** d.integer(-12, 3), 6 / 255])
        return scale, d.integer(-9, 9) if dtype == "int16" and self.rarely(30) else zero

    def shape(self, ranks: Sequence[int]) -> tuple[int, ...]:
        d = self.draw
        extents = [d.choice([1, 2, 3, 4, 5, 7, 8]) for _ in range(d.choice(ranks))]
        if len(extents) == 4 and d.integer(0, 3):
            extents[0] = 1
        if extents and self.rarely(6):
            extents[-1] = d.integer(1, 40)
        return tuple(extents)

    def source(self, types: Sequence[str], ranks: Sequence[int] = (4, 4, 4, 3, 2, 1, 5)) -> Value:
        """A tensor of one of these types and ranks: one that is there, mostly; else a new input or constant."""
        d = self.draw
        fitting = [v for v in self.values[-6:] if v.dtype in types and len(v.shape) in ranks]
        if fitting and d.integer(0, 5):
            return d.choice(fitting)
        alike = [v for v in self.values[-4:] if v.dtype in types and 0 < int(np.prod(v.shape)) <= LARGEST]
        if alike and d.integer(0, 3):
            return self.reshaped(d.choice(alike), d.choice(ranks))
        shape, dtype = self.shape(ranks), d.choice(types)
        if self.rarely(8):
            return self.constant(numbers(d, shape, dtype) if dtype != "bool" else self.bools(shape), self.quant(dtype))
        return self.input(shape, dtype, self.quant(dtype))

    def bools(self, shape: Sequence[int]) -> npt.NDArray[Any]:
        return np.random.default_rng(self.draw.integer(0, 9999)).integers(0, 2, tuple(shape)).astype(bool)

    def reshaped(self, value: Value, rank: int) -> Value:
        """A RESHAPE of the tensor to that rank."""
        d, left = self.draw, int(np.prod(value.shape))
        extents = []
        for _ in range(max(rank - 1, 0)):
            extents.append(d.choice([n for n in (1, 1, 2, 3, 4, 5, 7) if left % n == 0]))
            left //= extents[-1]
        if rank:
            extents.append(left)
        elif left != 1:
            raise Impossible
        shape = tuple(extents)
        return self.emit("RESHAPE", [value, self.ints(shape)], [(shape, value.dtype, value.quant)])[0]

    def input(self, shape: Sequence[int], dtype: str, quant: Quantized) -> Value:
        made = Value(self.builder.input(shape, dtype, *quant), tuple(shape), dtype, quant)
        self.values.append(made)
        return made

    def constant(self, data: npt.NDArray[Any], quant: Quantized = (None, 0)) -> Value:
        return Value(self.builder.constant(data, *quant), data.shape, data.dtype.name, quant, data)

    def ints(self, values: Any) -> Value:
        """Constant int32 arguments."""
        return self.constant(np.array(values, np.int32))

    def partner(self, value: Value, shapes: Sequence[tuple[int, ...]], quant: Quantized | None = None) -> Value:
        """Another operand of the same type and one of these shapes."""
        d = self.draw
        fitting = [v for v in self.values if v.dtype == value.dtype and v.shape in shapes]
        if quant is not None:
            fitting = [v for v in fitting if v.quant == quant]
        if fitting and d.integer(0, 2):
            return d.choice(fitting)
        shape, quant = d.choice(shapes), self.quant(value.dtype) if quant is None else quant
        if d.integer(0, 1):
            return self.input(shape, value.dtype, quant)
        data = self.bools(shape) if value.dtype == "bool" else numbers(d, shape, value.dtype)
        return self.constant(data, quant)

    def emit(
        self,
        kind: str,
        inputs: Sequence[Operand],
        outputs: Sequence[tuple[Sequence[int], str, Quantized]],
        **options: Any,
    ) -> list[Value]:
        """Adds the operator; its outputs may be read from now on."""
        made = []
        for shape, _, _ in outputs:
            if np.prod(shape, dtype=np.int64) > LARGEST or any(n < 1 for n in shape):
                raise Impossible
        for shape, dtype, quant in outputs:
            made.append(Value(self.builder.tensor(shape, dtype, *quant), tuple(shape), dtype, quant))
        ids = [v.id if isinstance(v, Value) else v for v in inputs]
        self.builder.operator(kind, ids, [v.id for v in made], **options)
        self.values += made
        return made

    def move(self, kind: str, inputs: Sequence[Operand], shapes: Sequence[Sequence[int]], **options: Any) -> None:
        """An operator whose outputs have the type and quantization of its data; rarely another quantization."""
        values = [v for v in inputs if isinstance(v, Value)]
        data = values[1] if kind == "SPLIT" else values[0]
        quant = self.quant(data.dtype) if self.rarely(25) else data.quant
        self.emit(kind, inputs, [(shape, data.dtype, quant) for shape in shapes], **options)
