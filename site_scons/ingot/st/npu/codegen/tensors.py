# SPDX-License-Identifier: Apache-2.0
"""Tensors of the NPU's layers as bytes: how large they are, where their pixels lie, the stream that moves all of them.

A tensor may lie in another one, as some columns of an image do, or the channels that a CONCATENATION joins: then there
are bytes between its pixels, or between its lines, that are not its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingot.st.npu.codegen.units import raster_stream, raw_stream
from ingot.st.npu.machine import Registers

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Numbers:
    """A tensor of int8, or the uint8 input of a Requantized: height, width, channels; real = scale * (q - zero).

    pixel, line: bytes from one pixel or line to the next; 0 where its own follow each other.
    """

    tensor: int
    shape: Shape
    scale: float
    zero: int
    pixel: int = 0
    line: int = 0

    @property
    def bytes(self) -> int:
        """How many of its own."""
        return self.shape[0] * self.shape[1] * self.shape[2]

    @property
    def step(self) -> int:
        """Bytes to the next pixel."""
        return self.pixel or self.shape[2]

    @property
    def row(self) -> int:
        """Bytes to the next line."""
        return self.line or self.shape[1] * self.step

    @property
    def extent(self) -> int:
        """Bytes from its first to behind its last."""
        height, width, channels = self.shape
        return (height - 1) * self.row + (width - 1) * self.step + channels

    @property
    def dense(self) -> bool:
        """Whether all bytes in between are its own."""
        return self.extent == self.bytes

    def offset(self, first: Shape) -> int:
        """Bytes to an element. first: its row, column and channel."""
        return first[0] * self.row + first[1] * self.step + first[2]

    def window(self, shape: Shape) -> Numbers:
        """A part of that shape, with the distances of the whole."""
        return replace(self, shape=shape, pixel=self.step, line=self.row)


def tensor_stream(numbers: Numbers, address: int, **fields: int) -> Registers:
    """A stream of all elements of a tensor, one after the other."""
    if numbers.dense:
        return raw_stream(address, numbers.bytes, **fields)
    last = address + numbers.extent - 1
    return raster_stream(address, numbers.shape, numbers.step, last, line=numbers.row, **fields)


def channel_stream(numbers: Numbers, address: int, depth: int, frames: int) -> Registers:
    """A stream of some channels of each pixel, and again of as many behind them, so many times."""
    if frames == 1:
        return tensor_stream(numbers, address)
    height, width, _ = numbers.shape
    last = address + numbers.extent - 1
    again = {"LIMIT": frames, "FOFFSET": depth}
    return raster_stream(address, (height, width, depth), numbers.step, last, line=numbers.row, **again)
