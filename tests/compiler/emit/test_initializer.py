# SPDX-License-Identifier: Apache-2.0
"""The initializer: its header, and every value where network.c looks for it."""

import itertools
import struct
import zlib

import numpy as np

from ingot.compiler.emit.initializer import HEADER_SIZE, render_initializer
from support.compiled_table import compiled_table


def test_header() -> None:
    compiled = compiled_table()
    raw = render_initializer(compiled.program, compiled.initializer, b"12345678")
    magic, version, identity, size, crc = struct.unpack_from("<4sI8sII", raw)
    assert (magic, version, identity) == (b"IGT1", 1, b"12345678")
    assert size == len(raw) == compiled.initializer.size
    assert crc == zlib.crc32(raw[HEADER_SIZE:])
    assert raw[24:HEADER_SIZE] == bytes(40)


def test_blocks_and_tables_are_where_the_layout_says() -> None:
    compiled = compiled_table(4)
    raw = render_initializer(compiled.program, compiled.initializer, bytes(8))
    for index, offset in compiled.initializer.blocks.items():
        assert offset % 16 == 0
        entries = compiled.program.calls[index].params[0].data
        assert raw[offset : offset + 256] == entries.tobytes()
    for index, table in compiled.initializer.quants.items():
        quant = compiled.program.tensors[index].quant
        assert quant is not None
        assert np.frombuffer(raw, "<f4", 1, table.scale)[0] == quant.scale[0]
        assert np.frombuffer(raw, "<i2", 1, table.zero_point)[0] == quant.zero_point[0]


def test_nothing_overlaps() -> None:
    entries = sorted(compiled_table().initializer.entries, key=lambda e: e.offset)
    assert entries[0].offset >= HEADER_SIZE
    for before, after in itertools.pairwise(entries):
        assert before.offset + before.size <= after.offset


def test_equal_blocks_are_not_shared() -> None:
    """Sharing would depend on values: two tables that happen to be equal would move everything behind them."""
    compiled = compiled_table()
    assert len(set(compiled.initializer.blocks.values())) == len(compiled.program.calls)
