# SPDX-License-Identifier: Apache-2.0
"""Blobs of the NPU's epoch controller: what network.c hands to the NPU, taken apart and bounds-checked.

A blob is BLOB, the number of words that follow, and those. One without relocations is used in place. One with
relocations is in a container:

    words 0..5   CONTAINER, byte offset of the relocation table, of the patches and of debug information (0: there are
                 none), byte offset of the blob, 0
    table        count, then for each pool: offset of its name, how many words, offset of their list
    lists        indexes of words of the blob, counted behind its two-word header

Offsets of the table count from the table. Source: output of ST's tools as measured. In an image blobs follow each other
at 8-aligned places, in front of the params (`walk_blobs`) or among the constants.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from ingot.base.errors import IngotError

CONTAINER = 0xECBF0030
BLOB = 0xCA057A7A
HEADER_WORDS = 6
BLOB_HEADER_WORDS = 2
ALIGNMENT = 8  # arrays of uint64_t
REMEDY = "The file is damaged, or made by a newer compiler: generate it again."


@dataclass(frozen=True)
class BlobPool:
    """The words of a blob that hold addresses in one pool. words: indexes from the blob's first word."""

    name: str
    words: tuple[int, ...]


@dataclass(frozen=True)
class Blob:
    """A blob. start: byte offset of its first word in the given data. size: its bytes, with its two-word header."""

    start: int
    size: int
    pools: tuple[BlobPool, ...]

    @property
    def end(self) -> int:
        """Byte offset behind the blob and its container, in the given data; a multiple of 8."""
        return -(-(self.start + self.size) // ALIGNMENT) * ALIGNMENT


def parse_blob(data: bytes, where: str) -> Blob:
    """Takes the blob at the start of the data apart; more may follow it.

    Raises IngotError for an unknown magic or anything outside the data.
    """
    magic = _word(data, 0, where)
    if magic == BLOB:
        return Blob(0, _blob_size(data, 0, where), ())
    if magic != CONTAINER:
        raise IngotError(f"{magic:#010x} is no magic of an epoch-controller blob", where=where, remedy=REMEDY)
    if len(data) < 4 * HEADER_WORDS:
        raise IngotError("the blob's header is cut", where=where, remedy=REMEDY)
    _, table, patches, debug, start, zero = struct.unpack_from("<6I", data)
    if zero:
        raise IngotError("a reserved word of the blob's header is not zero", where=where, remedy=REMEDY)
    order = [4 * HEADER_WORDS, table, *(offset for offset in (patches, debug) if offset), start, len(data)]
    if any(offset % 4 for offset in order[:-1]) or order != sorted(order) or table == order[2]:
        raise IngotError(
            f"table at {table} and blob at {start} do not lie in {len(data)} bytes in order", where=where, remedy=REMEDY
        )
    if _word(data, start, where) != BLOB:
        raise IngotError("there is no blob where the header says", where=where, remedy=REMEDY)
    size = _blob_size(data, start, where)
    return Blob(start, size, _pools(data, table, order[2], size // 4, where))


def walk_blobs(data: bytes, where: str) -> tuple[Blob, ...]:
    """The blobs at the start of the data, one behind the other; ends where no magic follows. `start` is in the data.

    Raises IngotError for a blob that reaches outside.
    """
    found: list[Blob] = []
    at = 0
    while at + 4 <= len(data) and struct.unpack_from("<I", data, at)[0] in (BLOB, CONTAINER):
        blob = parse_blob(data[at:], f"{where}, blob {len(found)}")
        found.append(replace(blob, start=at + blob.start))
        at += blob.end
    return tuple(found)


def _blob_size(data: bytes, start: int, where: str) -> int:
    """Bytes of the blob with its header. Raises IngotError when they are not all there."""
    size = 4 * (_word(data, start + 4, where) + BLOB_HEADER_WORDS)
    if start + size > len(data):
        raise IngotError(
            f"a blob of {size:,} bytes does not fit the {len(data) - start:,} that are there",
            where=where,
            remedy=REMEDY,
        )
    return size


def _pools(data: bytes, table: int, end: int, words: int, where: str) -> tuple[BlobPool, ...]:
    """The relocation table. end: where it must have ended. words: of the blob, with its header."""
    count = _word(data, table, where)
    if table + 4 + 12 * count > end:
        raise IngotError(f"a relocation table of {count} pools reaches into the blob", where=where, remedy=REMEDY)
    pools = []
    used: set[int] = set()
    for number in range(count):
        name_at, length, list_at = struct.unpack_from("<3I", data, table + 4 + 12 * number)
        name = _name(data, table + name_at, end, where)
        if list_at % 4 or table + list_at + 4 * length > end:
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
