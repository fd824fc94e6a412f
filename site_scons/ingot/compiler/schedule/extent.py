# SPDX-License-Identifier: Apache-2.0
"""How many bytes a few buffers that partly overlay need: exact, by trying who lies above whom.

Each pair that lies wrong is decided one way or the other: second below first by at least `-low`, or above it by at
least `high`. Every decision is a difference constraint; the longest path through those taken is the extent. Branches
that are already no better than the best known are cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import add

_LIMIT = 6
"""Up to so many buffers the answer is exact; beyond, the greedy one is given."""


def extent(sizes: Sequence[int], intervals: Mapping[tuple[int, int], tuple[int, int]]) -> int:
    """The least block that holds all buffers.

    intervals: (i, j) with i < j -> forbidden open interval of start[j] - start[i]; pairs not listed are disjoint.
    """
    count = len(sizes)
    if count == 0:
        return 0
    if count == 1:
        return sizes[0]
    pairs = [(i, j, *intervals.get((i, j), (-sizes[j], sizes[i]))) for j in range(count) for i in range(j)]
    pairs = [(i, j, low, high) for i, j, low, high in pairs if low < high]
    plain = all(low == -sizes[j] and high == sizes[i] for i, j, low, high in pairs)
    if plain and len(pairs) == count * (count - 1) // 2:
        return sum(sizes)
    if count == 2:
        return _two(sizes, pairs)
    if count > _LIMIT:
        return _lowest_first(sizes, pairs)
    return _search(sizes, pairs, sum(sizes))


def _two(sizes: Sequence[int], pairs: Sequence[tuple[int, int, int, int]]) -> int:
    if not pairs:
        return max(sizes)
    _, _, low, high = pairs[0]
    below = max(sizes[1], -low + sizes[0]) if low <= 0 else max(sizes)
    above = max(sizes[0], high + sizes[1]) if high >= 0 else max(sizes)
    return min(below, above)


def _search(sizes: Sequence[int], pairs: Sequence[tuple[int, int, int, int]], best: int) -> int:
    """Depth-first over the pairs that lie wrong, those first that move most."""
    ordered = sorted(pairs, key=lambda p: (-min(p[3], -p[2]), p))

    def descend(starts: list[int], edges: list[tuple[int, int, int]], best: int) -> int:
        top: int = max(map(add, starts, sizes))
        if top >= best:
            return best
        wrong = next((pair for pair in ordered if pair[2] < starts[pair[1]] - starts[pair[0]] < pair[3]), None)
        if wrong is None:
            return top
        i, j, low, high = wrong
        for edge in ((j, i, -low), (i, j, high)):
            held = [*edges, edge]
            moved = _relax(starts, held)
            if moved is not None:
                best = descend(moved, held, best)
        return best

    return descend([0] * len(sizes), [], best)


def _relax(starts: list[int], edges: list[tuple[int, int, int]]) -> list[int] | None:
    """Least starts with start[b] - start[a] >= gap for all edges (a, b, gap), of those for all edges but the last; None
    when the last contradicts the others."""
    starts = list(starts)
    source, moved, gap = edges[-1]
    starts[moved] = starts[source] + gap
    waiting = [moved]
    while waiting:
        at = waiting.pop()
        for a, b, gap in edges:
            if a == at and starts[a] + gap > starts[b]:
                if b == moved:
                    return None
                starts[b] = starts[a] + gap
                waiting.append(b)
    return starts


def _lowest_first(sizes: Sequence[int], pairs: Sequence[tuple[int, int, int, int]]) -> int:
    """Largest first, each as low as it can be."""
    starts: dict[int, int] = {}
    for item in sorted(range(len(sizes)), key=lambda i: (-sizes[i], i)):
        forbidden = []
        for i, j, low, high in pairs:
            if j == item and i in starts:
                forbidden.append((starts[i] + low, starts[i] + high))
            if i == item and j in starts:
                forbidden.append((starts[j] - high, starts[j] - low))
        at = 0
        for begin, end in sorted(forbidden):
            if begin < at < end:
                at = end
        starts[item] = at
    return max(s + sizes[i] for i, s in starts.items())
