"""Packing plain buffers (no overlays) below a fixed capacity: a complete search with restarts, for hard cases.

Buffers are placed from the bottom up, in the order of their offsets, each at the lowest offset that its already placed
neighbours leave (a "canonical" placement; every feasible problem has one). A section is a set of buffers that all live
at one time. What prunes:

- a section's floor (no unplaced buffer of it can start lower) plus the sizes still to be placed must not exceed the
  capacity, nor may the end of its unplaced buffers when each starts at its lowest offset or on the one before;
- a buffer that would start where another unplaced one could end is not placed yet;
- parts of the timeline that no unplaced buffer connects are solved one by one.

The order among equal offsets decides how soon the search ends. It is restarted after a number of nodes with another
order; sections that failed most raise the priority of their buffers. The method follows Moffitt, "MiniMalloc: a
lightweight memory allocator for hardware-accelerated machine learning" (ASPLOS 2023); the restarts are our own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

_PLACED = 1 << 60

RESTARTS = 50
"""Attempts, each with an order of its own. Deterministic: no clock is read."""

_ORDERS = ("TAW", "WAT", "TWA", "TL", "AT")
"""Orders: T fullest section, A area, W sections spanned, L length of life; largest first."""


_LOOKS = ((3, "TAW"), (3, "WAT"), (3, "TWA"), (3, "TL"), (3, "AT"), (15, "WAT"), (30, "TAW"), (35, "TWA"))
"""The first attempts: nodes per buffer, and the order. Behind them chance disturbs the orders in turn."""

_BRIEF = 20
"""Disturbed attempts of 3 nodes per buffer; those behind them have 12."""


def _look(number: int) -> tuple[int, str]:
    """Nodes per buffer and order of an attempt."""
    if number < len(_LOOKS):
        return _LOOKS[number]
    return 3 if number < len(_LOOKS) + _BRIEF else 12, _ORDERS[number % len(_ORDERS)]


def solve(
    sizes: Sequence[int], spans: Sequence[tuple[int, int]], capacity: int, restarts: int = RESTARTS
) -> list[int] | None:
    """Offsets with a peak of at most `capacity`; None when the search finds none.

    spans: first and last (inclusive) time of each buffer.
    """
    if not sizes:
        return []
    problem = _Problem(np.asarray(sizes, np.int64), np.asarray(spans, np.int64), capacity)
    if int(problem.totals.max()) > capacity:
        return None
    source = np.random.default_rng(7)
    weight = np.zeros(len(problem.totals))
    with _deep(len(sizes)):
        for number in range(restarts):
            order = problem.order(number, weight, source)
            search = _Search(problem, order, _look(number)[0] * len(sizes))
            outcome = search.run()
            if outcome is True:
                return search.offsets()
            if outcome is False:
                return None
            weight = 0.9 * weight + search.failures / max(search.failures.sum(), 1.0)
    return None


@contextmanager
def _deep(count: int) -> Iterator[None]:
    """Room for a recursion of one level a buffer."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 2 * count + 1000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class _Problem:
    """Buffers and their sections.

    member: bool (sections, buffers). first, last: the sections [first, last) of each buffer. totals: bytes a section.
    """

    def __init__(self, sizes: Ints, spans: Ints, capacity: int) -> None:
        self.sizes, self.capacity = sizes, capacity
        self.member = _sections(spans)
        self.first = self.member.argmax(0)
        self.last = len(self.member) - self.member[::-1].argmax(0)
        self.totals: Ints = (self.member * sizes).sum(1)
        together = self.member.astype(np.int32)
        self.overlap = (together.T @ together) > 0
        np.fill_diagonal(self.overlap, False)
        fullest = self._highest(self.totals.astype(np.float64))
        length = spans[:, 1] - spans[:, 0] + 1
        self._keys = {"T": -fullest, "A": -sizes * length, "W": self.first - self.last, "L": -length}

    def _highest(self, per_section: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The largest value among each buffer's sections."""
        return np.array([per_section[a:b].max() for a, b in zip(self.first, self.last, strict=True)])

    def order(self, number: int, weight: npt.NDArray[np.float64], source: np.random.Generator) -> Ints:
        """The order of the attempt: one of the plain ones, later disturbed by failures and by chance."""
        keys = [self._keys[k] for k in _look(number)[1]]
        plain = np.lexsort(keys[::-1])
        if number < len(_LOOKS):
            return plain
        count = len(plain)
        rank = np.empty(count)
        rank[plain] = np.arange(count) / count
        blame = self._highest(weight)
        return np.argsort(rank - 0.5 * blame / max(blame.max(), 1e-9) + 0.2 * source.random(count), kind="stable")


def _sections(spans: Ints) -> npt.NDArray[np.bool_]:
    """The maximal sets of buffers that live at one time, in the order of time."""
    times = np.unique(spans[:, 0])
    member = (spans[:, 0] <= times[:, None]) & (times[:, None] <= spans[:, 1])
    kept: list[npt.NDArray[np.bool_]] = []
    for row in member:
        while kept and (kept[-1] <= row).all():
            kept.pop()
        if not kept or not (row <= kept[-1]).all():
            kept.append(row)
    return np.array(kept)


class _Search:
    """One attempt, with buffers renumbered in its order."""

    def __init__(self, problem: _Problem, order: Ints, nodes: int) -> None:
        self._problem, self._order, self._left = problem, order, nodes
        member = problem.member[:, order]
        self._sizes = problem.sizes[order]
        self._first, self._last = problem.first[order], problem.last[order]
        self._weights = member * self._sizes
        self._overlap = [np.flatnonzero(row) for row in problem.overlap[order][:, order]]
        self._flat = np.concatenate([np.flatnonzero(row) for row in member])
        self._starts = np.cumsum([0, *(int(row.sum()) for row in member)])[:-1]
        self._result = np.zeros(len(order), np.int64)
        self.failures = np.zeros(len(member))

    def offsets(self) -> list[int]:
        """The placement found, in the problem's numbering."""
        result = np.empty_like(self._result)
        result[self._order] = self._result
        return [int(at) for at in result]

    def run(self) -> bool | None:
        """True: found. False: there is none. None: out of nodes."""
        count = len(self._order)
        return self._place(
            np.arange(count),
            np.zeros(count, np.int64),
            np.zeros_like(self._problem.totals),
            self._problem.totals,
            0,
            -1,
        )

    def _place(self, waiting: Ints, lowest: Ints, floor: Ints, total: Ints, at: int, after: int) -> bool | None:
        """Places all of `waiting`, which are connected in time.

        lowest: buffer -> its lowest offset (_PLACED when placed). floor, total: of each section.
        at, after: offset and number of the buffer placed last.
        """
        self._left -= 1
        if self._left < 0:
            return None
        offsets = lowest[waiting]
        ceiling = (offsets + self._sizes[waiting]).min()
        canonical = (offsets > at) | ((offsets == at) & (waiting > after))
        choices = waiting[(offsets < ceiling) & canonical]
        for item in choices[np.argsort(lowest[choices], kind="stable")].tolist():
            outcome = self._try(item, waiting, lowest, floor, total)
            if outcome is not False:
                return outcome
            if not (lowest[self._overlap[item]] < _PLACED).any():
                return False
        return False

    def _try(self, item: int, waiting: Ints, lowest: Ints, floor: Ints, total: Ints) -> bool | None:
        """Places the item at its lowest offset, then all others."""
        at, size = int(lowest[item]), int(self._sizes[item])
        near = self._overlap[item]
        lowest = lowest.copy()
        lowest[item] = _PLACED
        lowest[near] = np.maximum(lowest[near], at + size)
        mine = slice(self._first[item], self._last[item])
        floor, total = floor.copy(), total.copy()
        floor[mine] = at + size
        total[mine] -= size
        least = np.minimum.reduceat(lowest[self._flat], self._starts)
        floor = np.maximum(floor, np.where(least < _PLACED, least, 0))
        begin, end = int(self._first[waiting].min()), int(self._last[waiting].max())
        tops = np.maximum(floor[begin:end], at) + total[begin:end]
        worst = int(tops.argmax())
        if tops[worst] > self._problem.capacity:
            self.failures[begin + worst] += 1
            return False
        rest = waiting[waiting != item]
        if len(rest):
            ends = self._ends(rest, lowest, at, begin, end)
            worst = int(ends.argmax())
            if ends[worst] > self._problem.capacity:
                self.failures[begin + worst] += 1
                return False
        self._result[item] = at
        for part in self._parts(rest):
            outcome = self._place(part, lowest, floor, total, at, item)
            if outcome is not True:
                return outcome
        return True

    def _ends(self, waiting: Ints, lowest: Ints, at: int, begin: int, end: int) -> Ints:
        """For each section, the least end of its unplaced buffers: stacked in the order of their lowest offsets."""
        late_first = waiting[np.argsort(-lowest[waiting], kind="stable")]
        weights = self._weights[begin:end, late_first]
        above = np.cumsum(weights, axis=1) + np.maximum(lowest[late_first], at)
        result: Ints = np.where(weights > 0, above, 0).max(axis=1)
        return result

    def _parts(self, waiting: Ints) -> list[Ints]:
        """The buffers in groups that share no section."""
        if not len(waiting):
            return []
        by_start = waiting[np.argsort(self._first[waiting], kind="stable")]
        reach = np.maximum.accumulate(self._last[by_start])
        breaks = np.flatnonzero(self._first[by_start[1:]] >= reach[:-1]) + 1
        if not len(breaks):
            return [waiting]
        return [np.sort(part) for part in np.split(by_start, breaks)]
