# SPDX-License-Identifier: Apache-2.0
"""Containers of epoch-controller blobs, read and written: alone (`read_blob`), or among other bytes (`first_blob`).

    plain        CA057A7A, n, then n words of the program
    ECBF0020     the container's magic, then byte offsets: of the relocation table (0x10), of debug information, and of
                 the plain blob
    ECBF0030/50  byte offset of the relocation table (0x18), of patches, of debug information, of the plain blob, 0
    table        count; for each name: its byte offset, how many words, byte offset of their list (all from the table)

A list has indexes of the program's words, counted behind the plain blob's two. The base of the pool, or the address of
the buffer of that name, is added to them.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingot.base.errors import IngotError

PLAIN = 0xCA057A7A
#: Magic -> words of the head, which of them is the byte offset of the plain blob.
CONTAINERS: Mapping[int, tuple[int, int]] = {0xECBF0020: (4, 3), 0xECBF0030: (6, 4), 0xECBF0050: (6, 4)}
HEAD = 2  # words in front of a program: the magic, and how many follow
ALIGNMENT = 8  # arrays of uint64_t
MAX_NAME = 255  # bytes of a name that the loader reads
REMEDY = "The file is damaged, or made by a newer compiler: generate it again."
Bytes = bytes | memoryview


@dataclass(frozen=True)
class Blob:
    """words: of the program. relocations: name -> indexes of words. magic: of its container, or PLAIN."""

    words: tuple[int, ...]
    relocations: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    magic: int = PLAIN

    @property
    def container(self) -> str:
        """Name of the kind of container."""
        return "plain" if self.magic == PLAIN else f"{self.magic:08X}"

    @property
    def relocated_twice(self) -> bool:
        """Whether a word of it holds two addresses."""
        indexes = [index for found in self.relocations.values() for index in found]
        return len(set(indexes)) != len(indexes)


@dataclass(frozen=True)
class PlacedBlob:
    """A blob among other bytes. start: byte offset of its program's head, which stands behind its container's."""

    start: int
    blob: Blob

    @property
    def size(self) -> int:
        """Bytes of the program with its head of two words: what the epoch controller is given."""
        return 4 * (len(self.blob.words) + HEAD)

    @property
    def stop(self) -> int:
        """Byte offset behind the program."""
        return self.start + self.size

    @property
    def end(self) -> int:
        """Byte offset behind the program and its padding; a multiple of 8."""
        return -(-self.stop // ALIGNMENT) * ALIGNMENT


def is_blob(data: Bytes, at: int = 0) -> bool:
    """Whether the word there begins a blob or its container."""
    return at + 4 <= len(data) and struct.unpack_from("<I", data, at)[0] in (PLAIN, *CONTAINERS)


def first_blob(data: Bytes, where: str, *, distinct: bool = False) -> PlacedBlob:
    """Takes the blob at the start of the data apart; anything may follow it.

    distinct: whether a word that is relocated twice is refused; the loader on the device cannot see that.

    Raises IngotError for an unknown magic or anything outside the data.
    """
    magic = _word(data, 0, where)
    if not is_blob(data):
        raise _damaged(f"{magic:#010x} is no magic of an epoch-controller blob", where)
    start = table = 0
    if magic != PLAIN:
        head, start_word = CONTAINERS[magic]
        words = [_word(data, 4 * number, where) for number in range(head)]
        table, start = words[1], words[start_word]
        if table != 4 * head or start % 4 or start <= table:
            raise _damaged(f"table at {table} and program at {start} do not lie in order", where)
        if head == 6 and words[5]:
            raise _damaged("a reserved word of the container's head is not zero", where)
    if _word(data, start, where) != PLAIN:
        raise _damaged(f"there is no program at word {start // 4}", where)
    count = _word(data, start + 4, where)
    size = 4 * (count + HEAD)
    if start + size > len(data):
        raise _damaged(f"a blob of {size:,} bytes does not fit the {len(data) - start:,} that are there", where)
    program = struct.unpack_from(f"<{count}I", data, start + 4 * HEAD)
    relocations = _relocations(bytes(data[:start]), table, count, where, distinct) if table else {}
    return PlacedBlob(start, Blob(program, relocations, magic))


def read_blob(words: Sequence[int], where: str) -> Blob:
    """Takes a blob apart that a compiler wrote: one word of padding may follow it, no word is relocated twice.

    Raises IngotError.
    """
    found = first_blob(struct.pack(f"<{len(words)}I", *words), where, distinct=True)
    rest = words[found.stop // 4 :]
    if any(rest) or len(rest) > 1:
        raise _damaged(f"{len(rest)} words follow the program", where)
    return found.blob


def _word(data: Bytes, at: int, where: str) -> int:
    if at + 4 > len(data):
        raise _damaged(f"the blob ends before byte {at + 4}", where)
    word: int = struct.unpack_from("<I", data, at)[0]
    return word


def _relocations(content: bytes, table: int, size: int, where: str, distinct: bool) -> dict[str, tuple[int, ...]]:
    (count,) = struct.unpack_from("<I", content, table) if table + 4 <= len(content) else (0,)
    if table + 4 + 12 * count > len(content):
        raise _damaged(f"a relocation table of {count} names reaches into the program", where)
    found: dict[str, tuple[int, ...]] = {}
    used: set[int] = set()
    left = (len(content) - table) // 4  # the lists are together not longer than the table: each word is read once
    for number in range(count):
        name_at, length, list_at = struct.unpack_from("<3I", content, table + 4 + 12 * number)
        stop = content.find(b"\0", table + name_at, table + name_at + MAX_NAME + 1)
        if stop < 0:
            raise _damaged("a name is outside of the relocation table, or too long", where)
        name = content[table + name_at : stop].decode("ascii", "replace")
        left -= length
        if list_at % 4 or table + list_at + 4 * length > len(content) or left < 0:
            raise _damaged(f"the list of '{name}' reaches into the program", where)
        indexes = struct.unpack_from(f"<{length}I", content, table + list_at)
        wrong = [index for index in indexes if index >= size]
        if wrong:
            raise _damaged(f"'{name}' relocates word {wrong[0]} of a program of {size} words", where)
        if distinct and (name in found or used.intersection(indexes) or len(set(indexes)) < length):
            raise _damaged(f"'{name}' relocates a word that is relocated already", where)
        used.update(indexes)
        found[name] = found.get(name, ()) + indexes
    return found


def write_blob(blob: Blob) -> list[int]:
    """The words of a blob in its container."""
    program = [PLAIN, len(blob.words), *blob.words]
    if blob.magic == PLAIN:
        if blob.relocations:
            raise ValueError("a plain blob has no relocations")
        return program
    head, start_word = CONTAINERS[blob.magic]
    lists = [index for indexes in blob.relocations.values() for index in indexes]
    first = 4 + 12 * len(blob.relocations)
    names = b""
    table = struct.pack("<I", len(blob.relocations))
    at = first
    for name, indexes in blob.relocations.items():
        table += struct.pack("<3I", first + 4 * len(lists) + len(names), len(indexes), at)
        at += 4 * len(indexes)
        names += name.encode("ascii") + b"\0"
    table += struct.pack(f"<{len(lists)}I", *lists) + names
    table += bytes(-(4 * head + len(table)) % 8)
    words = [0] * head
    words[0], words[1], words[start_word] = blob.magic, 4 * head, 4 * head + len(table)
    return [*words, *struct.unpack(f"<{len(table) // 4}I", table), *program]


def _damaged(what: str, where: str) -> IngotError:
    return IngotError(what, where=where, remedy=REMEDY)
