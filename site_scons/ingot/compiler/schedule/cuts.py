# SPDX-License-Identifier: Apache-2.0
"""Where to cut a linear order into regions: for the least peak, or for the least cost below a given peak."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingot.compiler.schedule.cost import FUSED, REGION
from ingot.compiler.schedule.linear import LinearOrder
from ingot.compiler.schedule.rows import pace

LONGEST = 24
"""Calls in a region at most. Longer ones help in no network we know, and each costs a search."""

FINE = 0
"""The grain that makes every row of every call alone: least memory."""

WHOLE = 1 << 20
"""The grain that makes all rows at once."""

GRAINS = (WHOLE, 16, 8, 4, 2, 1, FINE)


@dataclass(frozen=True)
class Cut:
    """One region of a path: positions [begin, end) and the grain of its rows."""

    begin: int
    end: int
    grain: int


def least_peak(linear: LinearOrder, below: int = 1 << 62, longest: int = LONGEST) -> tuple[int, list[Cut]]:
    """The least peak over all ways to cut, and one way that has it; `below` and no cuts where none has less. Exact for
    this order: bounds only skip work."""
    count = len(linear.order)
    best = [0] + [below] * count
    via: list[Cut | None] = [None] * (count + 1)
    for end in range(1, count + 1):
        for begin in _nearest(linear, best, end, longest):
            form = linear.best_form(begin, end, FINE, best[begin], best[end])
            peak = max(best[begin], form.memory)
            if peak < best[end]:
                best[end], via[end] = peak, Cut(begin, end, FINE)
    return best[count], _path(via)


def _nearest(linear: LinearOrder, best: Sequence[int], end: int, longest: int) -> Iterator[int]:
    """The begins of regions up to `end` whose bounds leave hope of less than best[end], the least bound first, and the
    shortest region where bounds are equal. What lives on either side bounds a region, too, and costs nothing."""
    heap = [(max(best[b], linear.between(b, end)), -b, False) for b in linear.begins(end, longest)]
    heapq.heapify(heap)
    while heap and heap[0][0] < best[end]:
        bound, negative, exact = heap[0]
        if exact:
            heapq.heappop(heap)
            if linear.surely(-negative, end, FINE) < best[end]:
                yield -negative
        else:
            heapq.heapreplace(heap, (max(bound, linear.least(-negative, end)), negative, True))


def least_cost(linear: LinearOrder, limit: int, longest: int = LONGEST) -> tuple[int, list[Cut]] | None:
    """The cheapest way to cut with a peak of at most `limit`, with its cost; None when there is none."""
    count = len(linear.order)
    best = [0.0] + [float("inf")] * count
    via: list[Cut | None] = [None] * (count + 1)
    for end in range(1, count + 1):
        begins = linear.begins(end, longest)
        possible = [b for b in begins if best[b] < float("inf") and linear.between(b, end) <= limit]
        options = []
        for grain in GRAINS:
            if (end, grain) not in linear.region_costs:
                linear.region_costs[end, grain] = _costs(linear, begins, end, grain)
            costs = linear.region_costs[end, grain]
            # All rows at once need no second call, and rows of one call alone no grain of their own.
            kept = [b for b in possible if grain != (WHOLE if end - b > 1 else FINE)]
            options += [(best[b] + costs[b - begins.start], -b, -grain, grain) for b in kept]
        hopeless: set[int] = set()
        for cost, negative, _, grain in sorted(options):
            begin = -negative
            if cost >= best[end]:
                break
            if begin in hopeless or linear.least(begin, end) > limit or linear.least(begin, end, grain) > limit:
                continue
            if _fits(linear, begin, end, grain, limit):
                best[end], via[end] = cost, Cut(begin, end, grain)
            elif grain != FINE and not _fits(linear, begin, end, FINE, limit):
                hopeless.add(begin)
    if via[count] is None and count:
        return None
    return int(best[count]), _path(via)


def _fits(linear: LinearOrder, begin: int, end: int, grain: int, limit: int) -> bool:
    """Whether the region needs at most `limit` bytes with that grain."""
    if linear.surely(begin, end, grain) > limit:
        return False
    return linear.best_form(begin, end, grain, limit, limit + 1).memory <= limit


def _costs(linear: LinearOrder, begins: range, end: int, grain: int) -> list[int]:
    """The cost model's instructions of the regions that begin at each of `begins` and end at `end`."""
    last = tallest = linear.scheduler.call_rows(linear.order[end - 1])

    def cost(index: int, fused: bool) -> int:
        height = linear.scheduler.call_rows(index)
        each = 1 if grain == FINE else max(1, -(-grain * height // max(tallest, 1)))
        return linear.call_cost(index, each, fused)

    total, costs = REGION + FUSED, [0] * len(begins)
    for begin in reversed(begins):
        index = linear.order[begin]
        if (paced := pace([last], [tallest, linear.program.calls[index].folds])) != tallest:
            # What is folded before them sets the pace of the calls behind it, too.
            tallest = paced
            total = REGION + FUSED + sum(cost(i, True) for i in linear.order[begin + 1 : end])
        total += cost(index, True)
        costs[begin - begins.start] = total if end - begin > 1 else REGION + cost(index, False)
    return costs


def region_cost(linear: LinearOrder, begin: int, end: int, grain: int) -> int:
    """The cost model's instructions of a region."""
    return _costs(linear, range(begin, end), end, grain)[0]


def path_cost(linear: LinearOrder, path: Sequence[Cut]) -> int:
    """The cost of all regions of a path."""
    return sum(region_cost(linear, cut.begin, cut.end, cut.grain) for cut in path)


def _path(via: list[Cut | None]) -> list[Cut]:
    path = []
    cut = via[-1]
    while cut is not None:
        path.append(cut)
        cut = via[cut.begin]
    return path[::-1]
