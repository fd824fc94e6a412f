# SPDX-License-Identifier: Apache-2.0
"""Containers of epoch-controller blobs, read and written.

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
MAX_NAME = 255  # bytes of a name that the loader reads
REMEDY = "The file is damaged, or made by a compiler that nobody has read yet."


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


def read_blob(words: Sequence[int], where: str, distinct: bool = True) -> Blob:
    """Takes a blob apart; words behind its end must be padding. Raises IngotError.

    distinct: whether a word that is relocated twice is refused; the loader on the device cannot see that.
    """
    if len(words) < 2:
        raise _damaged("it has less than two words", where)
    magic = words[0]
    if magic == PLAIN:
        return Blob(_program(words, 0, where))
    if magic not in CONTAINERS:
        raise _damaged(f"{magic:#010x} is no magic of an epoch-controller blob", where)
    head, start_word = CONTAINERS[magic]
    if len(words) < head:
        raise _damaged("the container's head is cut", where)
    table, start = words[1], words[start_word]
    if table != 4 * head or start % 4 or not table < start <= 4 * len(words) - 8:
        raise _damaged(f"table at {table} and program at {start} do not lie in order", where)
    if head == 6 and words[5]:
        raise _damaged("a reserved word of the container's head is not zero", where)
    program = _program(words, start // 4, where)
    content = struct.pack(f"<{len(words)}I", *words)
    return Blob(program, _relocations(content[:start], table, len(program), where, distinct), magic)


def _program(words: Sequence[int], at: int, where: str) -> tuple[int, ...]:
    if words[at] != PLAIN:
        raise _damaged(f"there is no program at word {at}", where)
    end = at + 2 + words[at + 1]
    if end > len(words):
        raise _damaged(
            f"a program of {words[at + 1]:,} words does not fit the {len(words) - at - 2:,} there are", where
        )
    if any(words[end:]) or len(words) - end > 1:
        raise _damaged(f"{len(words) - end} words follow the program", where)
    return tuple(words[at + 2 : end])


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
