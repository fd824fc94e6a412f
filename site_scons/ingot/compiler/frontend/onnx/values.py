# SPDX-License-Identifier: Apache-2.0
"""Values of an ONNX graph, and in which order their axes are stored.

ONNX counts axes with the channels before the image (0 batch, 1 channels, 2 height, 3 width); kernels want the channels
last. So each value knows the order in which its axes lie in memory. A Transpose then only renames axes, a Reshape that
keeps groups of axes together keeps their order, and bytes are moved where an operator needs another order than its
input has: nowhere in most models.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Quantization

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Signed:
    """How numbers without a sign are stored: as `dtype`, with `least` added."""

    dtype: DType
    least: int

    def of(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The numbers as they are stored."""
        return (array.astype(np.int32) + self.least).astype(self.dtype.numpy)


UNSIGNED = {"uint8": Signed(DType.INT8, -128), "uint16": Signed(DType.INT16, -32768)}


@dataclass(frozen=True)
class Value:
    """tensor: of the graph. shape: as ONNX has it. order: the ONNX axis that each stored axis is.

    columns: of a matrix whose rows are images that were flattened as they are stored: the number that ONNX gives to
    each stored column. None where both count alike.
    """

    tensor: int
    shape: Shape
    order: Shape
    columns: npt.NDArray[np.intp] | None = None

    @property
    def stored_shape(self) -> Shape:
        return tuple(self.shape[axis] for axis in self.order)

    def stored_axis(self, axis: int) -> int:
        """Where the ONNX axis lies."""
        return self.order.index(axis % len(self.shape))


@dataclass(frozen=True)
class Constant:
    """data: in ONNX's order; the stored numbers where there is a quantization. small: four bits in the file."""

    data: npt.NDArray[Any]
    quant: Quantization | None = None
    small: bool = False

    @property
    def shape(self) -> Shape:
        return tuple(self.data.shape)

    def real(self) -> npt.NDArray[Any]:
        """The numbers that it stands for."""
        if self.quant is None:
            return self.data
        shape = [1] * self.data.ndim
        if self.quant.per_channel:
            shape[self.quant.axis] = -1
        scale, zero_point = (a.reshape(shape) if self.quant.per_channel else a.reshape(()) for a in (
            self.quant.scale, self.quant.zero_point))  # fmt: skip
        return (self.data.astype(np.int64) - zero_point).astype(np.float32) * scale

    def transposed(self, axes: Shape) -> Constant:
        quant = self.quant
        if quant is not None and quant.per_channel:
            quant = replace(quant, axis=axes.index(quant.axis))
        return Constant(np.ascontiguousarray(self.data.transpose(axes)), quant, self.small)


def same_order(rank: int) -> Shape:
    """Axes as ONNX counts them."""
    return tuple(range(rank))


def channels_last(rank: int) -> Shape:
    """Batch, image, channels."""
    return (0, *range(2, rank), 1) if rank > 2 else same_order(rank)


def transposed(value: Value, axes: Shape) -> Value:
    """The value with its axes renamed: axis i of the result is axis axes[i]."""
    shape = tuple(value.shape[axis] for axis in axes)
    return replace(value, shape=shape, order=tuple(axes.index(axis) for axis in value.order))


def order_after_reshape(value: Value, shape: Shape) -> Shape | None:
    """The order in which axes of the reshaped value lie when no byte moves; None where they would have to."""
    place = {axis: i for i, axis in enumerate(axis for axis in value.order if value.shape[axis] != 1)}
    ones: list[int] = []
    groups: list[tuple[int, list[int]]] = []
    for old, new in _groups(value.shape, shape):
        long = [axis for axis in old if value.shape[axis] != 1]
        if not long:
            ones += new
            continue
        places = [place[axis] for axis in long]
        if places != list(range(places[0], places[0] + len(places))):
            return None
        groups.append((places[0], new))
    return (*ones, *(axis for _, new in sorted(groups) for axis in new))


def order_for_reshape(value: Value, shape: Shape) -> Shape:
    """The order nearest to the value's in which it can become `shape`: axes that are joined or split lie together."""
    place = {axis: i for i, axis in enumerate(value.order)}
    groups = sorted((min(place[axis] for axis in old), old) for old, _ in _groups(value.shape, shape) if old)
    return tuple(axis for _, old in groups for axis in old)


def long_axes(shape: Shape, order: Shape) -> list[int]:
    """The axes of more than one element, as they are stored."""
    return [axis for axis in order if shape[axis] != 1]


def _groups(old: Shape, new: Shape) -> list[tuple[list[int], list[int]]]:
    """The smallest groups of neighbouring axes of both shapes that have as many elements."""
    groups: list[tuple[list[int], list[int]]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        a, b = ([i], [j]) if i < len(old) and j < len(new) else (list(range(i, len(old))), list(range(j, len(new))))
        i, j = i + len(a), j + len(b)
        while (left := math.prod(old[axis] for axis in a)) != (right := math.prod(new[axis] for axis in b)):
            if left < right:
                a.append(i)
                i += 1
            else:
                b.append(j)
                j += 1
        groups.append((a, b))
    return groups


def flattened_columns(value: Value) -> npt.NDArray[np.intp]:
    """Of an image flattened as it is stored: ONNX's number of each column. The batch is one."""
    numbers = np.arange(math.prod(value.shape), dtype=np.intp).reshape(value.shape)
    return numbers.transpose(value.order).reshape(-1)
