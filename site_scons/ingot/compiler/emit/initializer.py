# SPDX-License-Identifier: Apache-2.0
"""The initializer: where each parameter block is in it, and its bytes.

Where things are follows from shapes alone, so that new weights, scales or zero points never move anything. Equal blocks
are not shared for the same reason: whether two blocks are equal depends on their values.

Layout: the header (docs/architecture.md), the calls' parameter blocks in the order of the calls, each 16-aligned, then
scales (float32) and zero points (int16) of every quantized tensor, which the buffer tables of network.c point to, then
what states with a start value hold at the start.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.emit.parameters import parameter_block
from ingot.compiler.kernels.program import Program

HEADER_SIZE = 64
MAGIC = b"IGT1"
FORMAT = 1
"""Raised when anything but the kernels' blocks is written in another way: header, order, alignment, scales and zero
points. It is in the header and in the layout id; the blocks have numbers of their own
(ingot.compiler.kernels.registry.packs).
"""
ALIGNMENT = 16


@dataclass(frozen=True)
class Entry:
    """One stretch of the initializer, for its map: offset and size in bytes, and what it is."""

    offset: int
    size: int
    owner: str
    member: str


@dataclass(frozen=True)
class QuantTable:
    """Where a tensor's scales and zero points are: offsets in the initializer, and how many of each."""

    scale: int
    zero_point: int
    count: int


@dataclass(frozen=True)
class StartValue:
    """What a state holds at the start: all its bytes, or one byte that all of them are. data: those that are stored."""

    offset: int
    data: bytes


def start_bytes(initial: npt.NDArray[Any]) -> bytes:
    """One byte where all are equal: states mostly start as zeros, and retraining does not change that."""
    content = np.ascontiguousarray(initial).tobytes()
    return content[:1] if content == content[:1] * len(content) else content


@dataclass(frozen=True)
class InitializerLayout:
    """blocks: call index -> offset of its parameter block; calls without parameters are missing.

    quants: tensor index -> its table. states: tensor index -> where its start value is. size: bytes of the whole file.
    """

    blocks: Mapping[int, int]
    quants: Mapping[int, QuantTable]
    states: Mapping[int, StartValue]
    entries: tuple[Entry, ...]
    size: int


def lay_out_initializer(program: Program) -> InitializerLayout:
    """Assigns an offset to everything that retraining or requantizing can change."""
    position = HEADER_SIZE
    blocks: dict[int, int] = {}
    entries: list[Entry] = []
    for index, call in enumerate(program.calls):
        block = parameter_block(call)
        if not block.data:
            continue
        position += -position % ALIGNMENT
        blocks[index] = position
        owner = f"call {index} {call.kernel}"
        entries += [Entry(position + offset, size, owner, name) for name, offset, size in block.members]
        position += len(block.data)
    quants: dict[int, QuantTable] = {}
    position += -position % ALIGNMENT
    for index, tensor in enumerate(program.tensors):
        if tensor.quant is None:
            continue
        count = tensor.quant.scale.size
        quants[index] = QuantTable(position, position + 4 * count, count)
        entries.append(Entry(position, 4 * count, f"tensor {index}", "scale"))
        entries.append(Entry(position + 4 * count, 2 * count, f"tensor {index}", "zero_point"))
        position += 6 * count
        position += -position % 4
    states: dict[int, StartValue] = {}
    for index, tensor in enumerate(program.tensors):
        if tensor.initial is None:
            continue
        states[index] = StartValue(position, start_bytes(tensor.initial))
        entries.append(Entry(position, len(states[index].data), f"tensor {index}", "start"))
        position += len(states[index].data)
        position += -position % 4
    return InitializerLayout(blocks, quants, states, tuple(entries), position)


def render_initializer(program: Program, layout: InitializerLayout, identity: bytes) -> bytes:
    """The raw file's bytes."""
    data = bytearray(layout.size)
    for index, offset in layout.blocks.items():
        block = parameter_block(program.calls[index]).data
        data[offset : offset + len(block)] = block
    for index, table in layout.quants.items():
        quant = program.tensors[index].quant
        assert quant is not None
        scales = np.asarray(quant.scale, "<f4").tobytes()
        # int32 biases and the like have zero point 0; anything else fits 16 bits.
        zeros = np.asarray(np.clip(quant.zero_point, -32768, 32767), "<i2").tobytes()
        data[table.scale : table.scale + len(scales)] = scales
        data[table.zero_point : table.zero_point + len(zeros)] = zeros
    for start in layout.states.values():
        data[start.offset : start.offset + len(start.data)] = start.data
    body = bytes(data[HEADER_SIZE:])
    header = struct.pack("<4sI8sII40x", MAGIC, FORMAT, identity, layout.size, zlib.crc32(body))
    return header + body
