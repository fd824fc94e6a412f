# SPDX-License-Identifier: Apache-2.0
"""Tensors, operators and the graph that holds them.

The graph is a value: a pass takes one and returns another. Tensor ids are indexes into `Graph.tensors`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError


def frozen(values: npt.NDArray[Any] | np.generic) -> npt.NDArray[Any]:
    """The array, which nobody may write into from now on; of a NumPy number, the array of no axes that holds it."""
    array = np.asarray(values)
    array.flags.writeable = False
    return array


class DType(StrEnum):
    """Element types, named as NumPy names them."""

    BOOL = "bool"
    INT8 = "int8"
    UINT8 = "uint8"
    INT16 = "int16"
    INT32 = "int32"
    INT64 = "int64"
    FLOAT32 = "float32"

    @property
    def numpy(self) -> np.dtype[Any]:
        return np.dtype(self.value)

    @property
    def size(self) -> int:
        """Bytes of one element."""
        return int(self.numpy.itemsize)


@dataclass(frozen=True)
class Quantization:
    """Affine quantization: real = scale * (q - zero_point).

    scale: float32, shape (1,) per tensor or (channels,) per channel.
    zero_point: int64, same shape.
    axis: the channel axis when per channel, else 0.
    """

    scale: npt.NDArray[np.float32]
    zero_point: npt.NDArray[np.int64]
    axis: int = 0

    @property
    def per_channel(self) -> bool:
        return self.scale.size > 1

    def same(self, other: Quantization | None) -> bool:
        """Whether both map every stored number to the same real number."""
        return (
            other is not None
            and np.array_equal(self.scale, other.scale)
            and np.array_equal(self.zero_point, other.zero_point)
            and (self.axis == other.axis or not self.per_channel)
        )


@dataclass(frozen=True)
class Tensor:
    """A typed array, constant when `data` is set.

    shape: row-major extents; images are NHWC. () is a scalar.
    data: a read-only array of exactly `shape` and `dtype`, or None for an activation.
    is_variable: state that survives from one inference to the next (LSTM, SVDF, resource variables).
    initial: what a state holds before the first inference; None for the real number zero.
    """

    name: str
    shape: tuple[int, ...]
    dtype: DType
    quant: Quantization | None = None
    data: npt.NDArray[Any] | None = field(default=None, repr=False, compare=False)
    is_variable: bool = False
    initial: npt.NDArray[Any] | None = field(default=None, repr=False, compare=False)

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        return self.elements * self.dtype.size

    @property
    def is_constant(self) -> bool:
        return self.data is not None

    @property
    def scale(self) -> float:
        """The one scale, as LiteRT uses it (a float32 value).

        Raises ValueError when there is none, ScalePerChannel when there are several.
        """
        return float(self._per_tensor().scale[0])

    @property
    def zero_point(self) -> int:
        """The one zero point. Raises as `scale` does."""
        return int(self._per_tensor().zero_point[0])

    def _per_tensor(self) -> Quantization:
        if self.quant is None:
            raise ValueError(f"tensor {self.name} has no quantization")
        if self.quant.per_channel:
            raise ScalePerChannel(self)
        return self.quant


class ScalePerChannel(IngotError):
    """Somebody wants the one scale of a tensor that has one a channel; who lowers an operator adds its place."""

    def __init__(self, tensor: Tensor) -> None:
        assert tensor.quant is not None
        self.tensor = tensor.name
        super().__init__(
            f"'{tensor.name}' has {tensor.quant.scale.size} scales along axis {tensor.quant.axis}, where one is needed",
            remedy="Quantize this tensor per tensor.",
        )


@dataclass(frozen=True)
class Operator:
    """One operator of the model.

    kind: the TFLite builtin's name, e.g. "CONV_2D"; passes add their own, written in lower case ("table").
    inputs: tensor ids; None where an optional input is absent.
    attrs: the operator's options. Frontends resolve them to plain values, see docs/architecture.md for the names.
    index: position in the source file, for messages and the layer table (-1 for one a pass made).
    origin: indexes of all source operators that this one stands for.
    """

    kind: str
    inputs: tuple[int | None, ...]
    outputs: tuple[int, ...]
    attrs: Mapping[str, Any] = field(default_factory=dict)
    index: int = -1
    origin: tuple[int, ...] = ()

    def place(self, graph: Graph) -> str:
        """How a message names this operator: `operator 12 (CONV_2D -> 'tensor name')`."""
        name = graph.tensors[self.outputs[0]].name if self.outputs else ""
        return f"operator {self.index} ({self.kind} -> '{name}')"


@dataclass(frozen=True)
class Graph:
    """A model: tensors, operators in an executable order, and its inputs and outputs (tensor ids).

    notes: sentences about the file that users should read once, such as which of its signatures this is.
    """

    name: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def producers(self) -> dict[int, int]:
        """tensor id -> index in `operators` of the operator that writes it."""
        return {t: i for i, op in enumerate(self.operators) for t in op.outputs}

    def consumers(self) -> dict[int, list[int]]:
        """tensor id -> indexes in `operators` of the operators that read it."""
        readers: dict[int, list[int]] = {}
        for i, op in enumerate(self.operators):
            for t in op.inputs:
                if t is not None:
                    readers.setdefault(t, []).append(i)
        return readers
