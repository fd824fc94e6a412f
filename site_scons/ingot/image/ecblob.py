"""Blobs of the NPU's epoch controller: what network.c hands to the NPU, taken apart and bounds-checked.

A blob without relocations is used in place and starts with BLOB. One with relocations is in a container:

    words 0..5   CONTAINER, byte offset of the relocation table, 0, 0, byte offset of the blob, 0
    table        count, then for each pool: offset of its name, how many words, offset of their list
    lists        indexes of words of the blob, counted behind its two-word header

Offsets of the table count from the table. Source: output of ST's tools as measured.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ingot.errors import IngotError

CONTAINER = 0xECBF0030
BLOB = 0xCA057A7A
HEADER_WORDS = 6
BLOB_HEADER_WORDS = 2
REMEDY = "The file is damaged, or made by a newer compiler: generate it again."


@dataclass(frozen=True)
class BlobPool:
    """The words of a blob that hold addresses in one pool. words: indexes from the blob's first word."""

    name: str
    words: tuple[int, ...]


@dataclass(frozen=True)
class Blob:
    """A blob. start: byte offset of its first word in the given data. size: bytes to the end of the data."""

    start: int
    size: int
    pools: tuple[BlobPool, ...]


def parse_blob(data: bytes, where: str) -> Blob:
    """Takes a blob apart. Raises IngotError for an unknown magic or anything outside the data."""
    if len(data) < 4 or len(data) % 4:
        raise IngotError(f"a blob of {len(data)} bytes is not one of words", where=where, remedy=REMEDY)
    magic = _word(data, 0, where)
    if magic == BLOB:
        return Blob(0, len(data), ())
    if magic != CONTAINER:
        raise IngotError(f"{magic:#010x} is no magic of an epoch-controller blob", where=where, remedy=REMEDY)
    if len(data) < 4 * HEADER_WORDS:
        raise IngotError("the blob's header is cut", where=where, remedy=REMEDY)
    _, table, zero_a, zero_b, start, zero_c = struct.unpack_from("<6I", data)
    if zero_a or zero_b or zero_c:
        raise IngotError("a reserved word of the blob's header is not zero", where=where, remedy=REMEDY)
    if table % 4 or start % 4 or not 4 * HEADER_WORDS <= table < start <= len(data) - 4 * BLOB_HEADER_WORDS:
        raise IngotError(
            f"table at {table} and blob at {start} do not lie in {len(data)} bytes in order", where=where, remedy=REMEDY
        )
    return Blob(start, len(data) - start, _pools(data, table, start, where))


def _pools(data: bytes, table: int, start: int, where: str) -> tuple[BlobPool, ...]:
    count = _word(data, table, where)
    if table + 4 + 12 * count > start:
        raise IngotError(f"a relocation table of {count} pools reaches into the blob", where=where, remedy=REMEDY)
    words = (len(data) - start) // 4
    pools = []
    used: set[int] = set()
    for number in range(count):
        name_at, length, list_at = struct.unpack_from("<3I", data, table + 4 + 12 * number)
        name = _name(data, table + name_at, start, where)
        if list_at % 4 or table + list_at + 4 * length > start:
            raise IngotError(f"the list of pool '{name}' reaches into the blob", where=where, remedy=REMEDY)
        indexes = struct.unpack_from(f"<{length}I", data, table + list_at)
        found = tuple(index + BLOB_HEADER_WORDS for index in indexes)
        for index in found:
            if index >= words:
                raise IngotError(
                    f"pool '{name}' relocates word {index} of a blob of {words} words", where=where, remedy=REMEDY
                )
        if used.intersection(found) or len(set(found)) != len(found):
            raise IngotError(f"pool '{name}' relocates a word that is relocated already", where=where, remedy=REMEDY)
        used.update(found)
        pools.append(BlobPool(name, found))
    return tuple(pools)


def _name(data: bytes, at: int, end: int, where: str) -> str:
    stop = data.find(b"\0", at, end)
    if at >= end or stop < 0:
        raise IngotError("a pool's name is outside the relocation table", where=where, remedy=REMEDY)
    return data[at:stop].decode("ascii", "replace")


def _word(data: bytes, at: int, where: str) -> int:
    if at + 4 > len(data):
        raise IngotError(f"the blob ends before byte {at + 4}", where=where, remedy=REMEDY)
    word: int = struct.unpack_from("<I", data, at)[0]
    return word
