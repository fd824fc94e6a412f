# SPDX-License-Identifier: Apache-2.0
"""What lowering produces: a list of kernel calls over activation tensors.

A `Call` is one C function call on the target. Its descriptor holds only numbers that follow from shapes; everything
that retraining or requantizing can change is in its parameter block, which lives in the initializer (`.raw`).
The schedule decides in what order, and how many rows at a time, calls run; the memory plan decides where tensors live.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Quantization


class Place(NamedTuple):
    """Where a tensor lies inside another one: `offset` bytes behind the first byte of tensor `whole`."""

    whole: int
    offset: int


class Piece(NamedTuple):
    """Bytes [start, start + size) of tensor `tensor`."""

    tensor: int
    start: int
    size: int


@dataclass(frozen=True)
class Activation:
    """A tensor that lives in RAM during inference.

    rows: how many rows it is produced and consumed in (see ingot.compiler.kernels.row_splits).
    row_bytes: bytes of one row; rows * row_bytes == nbytes.
    role: "input", "output", "activation" or "state" (survives from one inference to the next).
    graph_id: the tensor's id in the graph it came from.
    initial: what a state holds before the first inference; None for the real number zero.
    spare: bytes behind it that belong to it, too.
    place: for a tensor without memory of its own, where it lies in one that has some (and so no place itself).
    pieces: for a tensor that no call writes, what its bytes are, in order, of tensors that are written.
    """

    name: str
    shape: tuple[int, ...]
    dtype: DType
    quant: Quantization | None
    rows: int
    row_bytes: int
    role: str = "activation"
    graph_id: int = -1
    initial: npt.NDArray[Any] | None = field(default=None, repr=False, compare=False)
    spare: int = 0
    place: Place | None = None
    pieces: tuple[Piece, ...] = ()

    @property
    def nbytes(self) -> int:
        return self.rows * self.row_bytes


@dataclass(frozen=True)
class Param:
    """One array of a parameter block. Its shape and dtype follow from shapes alone, its values need not.

    name: the member's name in the kernel's layout, for the map of the initializer.
    """

    name: str
    data: npt.NDArray[Any]


@dataclass(frozen=True)
class Call:
    """One kernel call.

    kernel: C name without the prefix: "conv2d_s8" is ingot_conv2d_s8() in firmware/kernels/conv2d.c,
        with the descriptor type ingot_conv2d.
    descriptor: C name of the descriptor type without the prefix ("conv2d").
    inputs, outputs: indexes into Program.tensors, in the order of the C arguments.
    fields: members of the descriptor; numbers, or tuples of numbers for array members. From shapes only.
        Members named `<x>_ring` are added by the emitter after planning.
    params: the parameter block, in the kernel's order; members start 4-aligned, the block 16-aligned.
    macs: multiply-accumulates of the whole call; lower() counts them.
    windows: per input, int array (rows of outputs[0], 2): first and last input row (inclusive) that output row y reads.
        None for an input that is needed whole before the first output row.
    inplace: inputs (positions) whose memory outputs[0] may take over element by element when the input dies here.
        Only for equal nbytes and element order.
    scratch: bytes of scratch the kernel wants during the call (0 for almost all).
    folds: rows of the input that the call adds up, some at a time, in its scratch, to write its outputs, of one row,
        with the last; 0 for calls that make rows. Its steps, and the rows of its windows, are rows of the input.
    cuts: per input, how many of the kernel's rows one row of that input is; () where each is one.
    stack: bytes of the kernel's arrays on the stack whose length follows from the shapes.
    origin: indexes of the source operators it stands for.
    in_order: its rows run from the first to the last: the application hands them over (ingot.compiler.kernels.io_rows).
    alone: runs in a region of its own, behind all calls that read its outputs: it overwrites a state.
    same_from: the byte of inputs[0] from which on that is outputs[0], byte by byte; -1 where it is not.
    """

    kernel: str
    descriptor: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    fields: Mapping[str, int | tuple[int, ...]]
    params: tuple[Param, ...] = ()
    macs: int = 0
    windows: tuple[npt.NDArray[np.int32] | None, ...] = ()
    inplace: tuple[int, ...] = ()
    scratch: int = 0
    stack: int = 0
    folds: int = 0
    cuts: tuple[int, ...] = ()
    origin: tuple[int, ...] = ()
    in_order: bool = False
    alone: bool = False
    same_from: int = -1


@dataclass(frozen=True)
class Program:
    """The whole network as kernel calls, in an executable order.

    inputs, outputs: indexes into tensors.
    alignment: of everything that the plan places, in bytes. in_order: the calls run as they stand here.
    """

    name: str
    tensors: tuple[Activation, ...]
    calls: tuple[Call, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    alignment: int = 16
    in_order: bool = False

    def rows_of(self, index: int) -> int:
        """The rows that call `index` runs over: those of its outputs, or those that it folds."""
        call = self.calls[index]
        return call.folds or self.tensors[call.outputs[0]].rows

    def owner(self, tensor: int) -> int:
        """The tensor in whose memory this one lies: itself, unless it has a place in another one."""
        place = self.tensors[tensor].place
        return tensor if place is None else place.whole

    def offset(self, tensor: int) -> int:
        """Bytes from the first of that memory to the tensor's first."""
        place = self.tensors[tensor].place
        return 0 if place is None else place.offset

    def written(self, tensor: int) -> tuple[int, ...]:
        """The tensors that somebody writes whose bytes are this one's: itself, unless it is made of pieces."""
        pieces = self.tensors[tensor].pieces
        return tuple(dict.fromkeys(piece.tensor for piece in pieces)) if pieces else (tensor,)
