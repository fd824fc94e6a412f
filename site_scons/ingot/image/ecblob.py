# SPDX-License-Identifier: Apache-2.0
"""Where the blobs of the NPU's epoch controller lie in an image, and which of their words hold addresses.

`ingot.st.npu.container` reads a blob; here it is found among other bytes. In an image blobs follow each other at
8-aligned places, in front of the params (`walk_blobs`) or among the constants.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from ingot.base.errors import IngotError
from ingot.st.npu.container import CONTAINERS, PLAIN, read_blob

Bytes = bytes | memoryview
BLOB_HEADER_WORDS = 2
ALIGNMENT = 8  # arrays of uint64_t
#: From runtime 1.1.3 on blobs begin at lines of the cache: `aligned(64)`. An image with such blobs, and the RAM that it
#: is copied to, begin there, too.
LINE = 64
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


def is_blob(data: Bytes, at: int = 0) -> bool:
    """Whether the word there begins a blob or its container."""
    return at + 4 <= len(data) and struct.unpack_from("<I", data, at)[0] in (PLAIN, *CONTAINERS)


def parse_blob(data: Bytes, where: str) -> Blob:
    """Takes the blob at the start of the data apart; more may follow it.

    Raises IngotError for an unknown magic or anything outside the data.
    """
    magic = _word(data, 0, where)
    if not is_blob(data):
        raise IngotError(f"{magic:#010x} is no magic of an epoch-controller blob", where=where, remedy=REMEDY)
    start = 0 if magic == PLAIN else _word(data, 4 * CONTAINERS[magic][1], where)
    size = 4 * (_word(data, start + 4, where) + BLOB_HEADER_WORDS)
    if start % 4 or start + size > len(data):
        raise IngotError(
            f"a blob of {size:,} bytes does not fit the {len(data) - start:,} that are there",
            where=where,
            remedy=REMEDY,
        )
    end = start + size
    try:
        relocations = read_blob(struct.unpack(f"<{end // 4}I", data[:end]), where, distinct=False).relocations
    except IngotError as error:
        raise IngotError(error.what, where=where, remedy=REMEDY) from None
    pools = (BlobPool(name, tuple(i + BLOB_HEADER_WORDS for i in words)) for name, words in relocations.items())
    return Blob(start, size, tuple(pools))


def walk_blobs(data: bytes, where: str) -> tuple[Blob, ...]:
    """The blobs at the start of the data, one behind the other; ends where no magic follows. `start` is in the data.

    Raises IngotError for a blob that reaches outside.
    """
    found: list[Blob] = []
    at, whole = 0, memoryview(data)
    while is_blob(data, at):
        name = f"{where}, blob {len(found)}"
        blob = parse_blob(whole[at:], name)
        if at + blob.end > len(data):
            raise IngotError("the blob's padding is cut", where=name, remedy=REMEDY)
        found.append(replace(blob, start=at + blob.start))
        at += blob.end
    return tuple(found)


def relocated_twice(blob: Blob) -> bool:
    """Whether a word of it holds two addresses."""
    words = [word for pool in blob.pools for word in pool.words]
    return len(set(words)) != len(words)


def _word(data: Bytes, at: int, where: str) -> int:
    if at + 4 > len(data):
        raise IngotError(f"the blob ends before byte {at + 4}", where=where, remedy=REMEDY)
    word: int = struct.unpack_from("<I", data, at)[0]
    return word
