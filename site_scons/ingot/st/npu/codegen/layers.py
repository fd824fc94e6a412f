# SPDX-License-Identifier: Apache-2.0
"""Layers that the generator knows, as numbers. Which operators they are made of is in operators.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.st.npu.codegen.tensors import Numbers, Shape

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Convolution:
    """weights: (outputs, rows, columns, inputs) of int8; of depthwise ones (1, rows, columns, channels).

    bias: int64, one an output, in units of the source's scale times the weights'. scales: of the weights, one an
    output. pads: top, bottom, left, right. strides: down, across. skips: of how many pixels, down and across, it reads
    one: 1x1 kernels with a stride have it in place of the stride. crop: lines at the top that no kernel reaches. frame:
    zeros around the image beside the pads, in their order.
    """

    source: Numbers
    target: Numbers
    weights: Array
    bias: Array
    scales: Array
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    strides: tuple[int, int] = (1, 1)
    depthwise: bool = False
    skips: tuple[int, int] = (1, 1)
    crop: int = 0
    frame: tuple[int, int, int, int] = (0, 0, 0, 0)

    @property
    def read(self) -> Shape:
        """Height, width and channels of the pixels that it reads."""
        height, width, channels = self.source.shape
        return -(-height // self.skips[0]), -(-width // self.skips[1]), channels

    @property
    def kernel(self) -> tuple[int, int]:
        """Rows and columns."""
        return int(self.weights.shape[1]), int(self.weights.shape[2])

    @property
    def products(self) -> int:
        """Multiplications of the layer, as the model has them."""
        height, width, channels = self.target.shape
        return height * width * channels * int(np.prod(self.weights.shape[1:])) // self._shared

    @property
    def _shared(self) -> int:
        return int(self.weights.shape[3]) if self.depthwise else 1


@dataclass(frozen=True)
class Addition:
    """one + other, of the same shape."""

    one: Numbers
    other: Numbers
    target: Numbers


@dataclass(frozen=True)
class Mean:
    """The average of each channel."""

    source: Numbers
    target: Numbers


@dataclass(frozen=True)
class Largest:
    """The largest of windows. window, strides: down, across."""

    source: Numbers
    target: Numbers
    window: tuple[int, int]
    strides: tuple[int, int]


@dataclass(frozen=True)
class Requantized:
    """The same real numbers with another scale or zero point. unsigned: whether the source is of uint8."""

    source: Numbers
    target: Numbers
    unsigned: bool = False


@dataclass(frozen=True)
class Function:
    """A function of each number alone. values: what LiteRT's kernel makes of -128 to 127."""

    source: Numbers
    target: Numbers
    values: Array


@dataclass(frozen=True)
class Product:
    """one * other, of the same shape."""

    one: Numbers
    other: Numbers
    target: Numbers


@dataclass(frozen=True)
class Joined:
    """Tensors one after the other. axis: 0 for rows, 1 for columns, 2 for channels."""

    parts: tuple[Numbers, ...]
    target: Numbers
    axis: int

    @property
    def placed(self) -> Iterator[tuple[Numbers, Shape]]:
        """Each, and the row, column and channel of the result where it begins."""
        before = 0
        for part in self.parts:
            rows, columns, channel = (before if axis == self.axis else 0 for axis in range(3))
            yield part, (rows, columns, channel)
            before += part.shape[self.axis]


@dataclass(frozen=True)
class Sliced:
    """A part of a tensor. first: its row, column and channel."""

    source: Numbers
    target: Numbers
    first: Shape


@dataclass(frozen=True)
class Fused:
    """A convolution, and the layer that takes its result in the same epoch: the tensor between is in no memory.

    copied: whether an ARITH that changes nothing stands between the two.
    """

    first: Convolution
    then: Addition | Function
    copied: bool = False

    @property
    def target(self) -> Numbers:
        """The result."""
        return self.then.target


Layer = Convolution | Addition | Product | Mean | Largest | Requantized | Function | Joined | Sliced | Fused


def convolution_of(layer: Layer | None) -> Convolution | None:
    """The convolution in a layer's epochs, if there is one."""
    layer = layer.first if isinstance(layer, Fused) else layer
    return layer if isinstance(layer, Convolution) else None


def sources_of(layer: Layer) -> tuple[Numbers, ...]:
    """The tensors that a layer reads."""
    if isinstance(layer, Joined):
        return layer.parts
    if isinstance(layer, Fused):
        between = layer.first.target.tensor
        return layer.first.source, *(side for side in sources_of(layer.then) if side.tensor != between)
    return (layer.one, layer.other) if isinstance(layer, Addition | Product) else (layer.source,)


def with_folded_zero(layer: Convolution) -> Convolution:
    """A convolution of 1x1 without padding that reads q + 128: what its zero point adds is in the bias, exactly."""
    source = layer.source
    flat = layer.weights.reshape(len(layer.weights), -1).astype(np.int64)
    bias = layer.bias - (source.zero + 128) * flat.sum(axis=1)
    return replace(layer, source=replace(source, zero=-128), bias=bias)


class Refusal(Exception):
    """Why an operator does not run on the NPU."""
