"""The search of search.c, node for node, for machines without a C compiler: slower, and with the same result.

Names and order of the code are those of search.c; a change belongs into both. tests/compiler/packing/test_below.py
compares them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

NONE, FOUND, STOPPED = 0, 1, 2

_FRAMES = 5
"""Of the interpreter's stack, at most, for each buffer on trial."""


@dataclass
class _Search:
    """The fields of search_t that are not lists of working space."""

    size: Sequence[int]
    spans: Sequence[tuple[int, int]]
    capacity: int
    renew: bool
    left: int
    offset: list[int] = field(default_factory=list)
    lowest: list[int] = field(default_factory=list)
    placed: list[bool] = field(default_factory=list)
    rank: list[int] = field(default_factory=list)
    total: list[int] = field(default_factory=list)
    crossing: list[int] = field(default_factory=list)
    neighbours: list[list[int]] = field(default_factory=list)

    def by_lowest(self, items: Sequence[int]) -> list[int]:
        return sorted(items, key=lambda item: (self.lowest[item], self.rank[item]))

    def fits(self, waiting: Sequence[int], at: int) -> bool:
        """Whether in each section the waiting buffers end below the capacity when those that start late are stacked on
        the lowest offset of the first of them.
        """
        stacked = [0] * len(self.total)
        for item in reversed(waiting):
            first, last = self.spans[item]
            for i in range(first, last):
                stacked[i] += self.size[item]
            if max(stacked[first:last]) > self.capacity - max(self.lowest[item], at):
                return False
        return True

    def place_renewed(self, part: Sequence[int]) -> int:
        """Places an independent part, ranked anew by fullest section, then by number."""
        fullest = {item: max(self.total[slice(*self.spans[item])]) for item in part}
        numbers = sorted(part, key=lambda item: (-fullest[item], item))
        saved = [self.rank[item] for item in numbers]
        for rank, item in enumerate(numbers):
            self.rank[item] = rank
        outcome = self.place(self.by_lowest(part), 0, -1)
        for item, rank in zip(numbers, saved, strict=True):
            self.rank[item] = rank
        return outcome

    def place_parts(self, rest: Sequence[int], begin: int, end: int, at: int, after: int) -> int:
        """Places the parts of the list that no waiting buffer connects, one by one."""
        whole = all(self.crossing[begin : end - 1])
        start: int | None = None
        for i in range(begin, end):
            is_last = i + 1 == end
            if not is_last and self.crossing[i]:
                continue
            members = [
                item
                for item in rest
                if (start is None or self.spans[item][0] >= start) and (is_last or self.spans[item][0] < i + 1)
            ]
            if members:
                anew = self.renew and (not whole or after < 0)
                outcome = self.place_renewed(members) if anew else self.place(members, at, after)
                if outcome != FOUND:
                    return outcome
            start = i + 1
        return FOUND

    def try_item(self, item: int, waiting: Sequence[int]) -> tuple[int, bool]:
        """Puts the item at its lowest offset, then places all others; and whether no waiting buffer lies above."""
        used_up = self.left <= 0
        self.left -= 1
        if used_up:
            return STOPPED, False
        at, (first, last) = self.lowest[item], self.spans[item]
        top = at + self.size[item]
        self.placed[item], self.offset[item] = True, at
        above = [other for other in self.neighbours[item] if not self.placed[other]]
        before = [(other, self.lowest[other]) for other in above if self.lowest[other] < top]
        for other, _ in before:
            self.lowest[other] = top
        others = self.by_lowest([other for other in waiting if other != item])
        outcome = NONE
        if self.fits(others, at):
            self._count(item, -1)
            outcome = self.place_parts(others, first, last, at, self.rank[item])
            self._count(item, 1)
        for other, lowest in before:
            self.lowest[other] = lowest
        self.placed[item] = False
        return outcome, not above

    def place(self, waiting: Sequence[int], at: int, after: int) -> int:
        """Places all waiting buffers, which are in the order of their lowest offsets. at, after: offset and rank of the
        buffer placed last.
        """
        ceiling = min((self.lowest[item] + self.size[item] for item in waiting), default=0)
        for item in waiting:
            if self.lowest[item] >= ceiling:
                break
            if self.lowest[item] < at or (self.lowest[item] == at and self.rank[item] < after):
                continue
            outcome, lonely = self.try_item(item, waiting)
            if outcome != NONE or lonely:
                return outcome
        return NONE

    def connect(self, sections: int) -> None:
        """Finds each buffer's neighbours, and what lives in each section and crosses to the next."""
        count = len(self.size)
        self.offset, self.lowest, self.placed = [0] * count, [0] * count, [False] * count
        self.rank, self.total, self.crossing = list(range(count)), [0] * sections, [0] * sections
        self.neighbours = [
            [j for j, (c, d) in enumerate(self.spans) if i != j and a < d and c < b]
            for i, (a, b) in enumerate(self.spans)
        ]
        for item in range(count):
            self._count(item, 1)

    def _count(self, item: int, sign: int) -> None:
        """A buffer that waits (1), or waits no longer (-1)."""
        first, last = self.spans[item]
        for i in range(first, last):
            self.total[i] += sign * self.size[item]
            self.crossing[i] += sign * (i + 1 < last)


def search(
    sizes: Sequence[int], spans: Sequence[tuple[int, int]], sections: int, capacity: int, renew: bool, limit: int
) -> tuple[int, int, list[int]]:
    """What ingot_pack() of search.c returns: outcome, nodes, offsets. spans: sections [first, last) of each buffer."""
    state = _Search(sizes, spans, capacity, renew, limit)
    state.connect(sections)
    everything = list(range(len(sizes)))
    if not state.fits(everything, 0):
        return NONE, 0, state.offset
    with _deep(len(sizes)):
        outcome = state.place_parts(everything, 0, sections, 0, -1)
    return outcome, limit - max(state.left, 0), state.offset


@contextmanager
def _deep(buffers: int) -> Iterator[None]:
    """Room on the interpreter's stack for all buffers on trial at once."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(usual + _FRAMES * buffers)
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)
