# SPDX-License-Identifier: Apache-2.0
"""Address ranges as files write them: half-open, in bytes.

Two addresses may reach the same bytes, so a `Range` cannot be compared with another one: ask ingot.board.aliases for
the bytes first. What is here compares addresses alone, within one view of one memory or within one file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20}


def parse_size(text: str) -> int:
    """`448 KiB` in bytes; a schema has checked the form."""
    number, unit = text.split(" ")
    return int(number) * UNITS[unit]


class Range(NamedTuple):
    """Addresses start <= a < end."""

    start: int
    end: int

    @property
    def size(self) -> int:
        return max(0, self.end - self.start)

    def moved(self, offset: int) -> Range:
        """The range `offset` bytes higher."""
        return Range(self.start + offset, self.end + offset)

    def contains_addresses(self, other: Range) -> bool:
        """Whether each address of `other` is one of these; says nothing about other addresses of the same bytes."""
        return self.start <= other.start and other.end <= self.end

    def common_addresses(self, other: Range) -> Range:
        """The addresses in both; empty (start >= end, size 0) when there are none. Not the common bytes."""
        return Range(max(self.start, other.start), min(self.end, other.end))

    def __str__(self) -> str:
        """As memory maps print it: first byte to last byte."""
        return f"0x{self.start:08X}-0x{self.end - 1:08X}" if self.size else f"0x{self.start:08X} (empty)"


def merged_addresses(ranges: Iterable[Range]) -> list[Range]:
    """The same addresses as sorted ranges that neither overlap nor touch."""
    result: list[Range] = []
    for item in sorted(r for r in ranges if r.size):
        if result and item.start <= result[-1].end:
            result[-1] = Range(result[-1].start, max(result[-1].end, item.end))
        else:
            result.append(item)
    return result


def addresses_without(whole: Range, taken: Iterable[Range]) -> list[Range]:
    """What is left of `whole` when the addresses of `taken` are cut out, sorted."""
    left: list[Range] = []
    start = whole.start
    for item in merged_addresses(taken):
        if item.common_addresses(whole).size:
            if item.start > start:
                left.append(Range(start, item.start))
            start = max(start, item.end)
    if start < whole.end:
        left.append(Range(start, whole.end))
    return left


def size_text(size: int) -> str:
    """`448 KiB`, `61 MiB`, `1,023 B`: the largest unit that is exact, else bytes."""
    for unit, factor in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size and size % factor == 0:
            return f"{size // factor:,} {unit}"
    return f"{size:,} B"
