# SPDX-License-Identifier: Apache-2.0
"""How many bytes a few buffers that partly overlay need: exact, by trying who lies above whom.

Each pair is decided one way or the other: second below first by at least `-low`, or above it by at least `high`. Every
decision is a difference constraint; the longest path through those taken is the extent. Branches that are already no
better than the best known are cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    """Depth-first over the pairs, largest first; `gap[a][b]` is the least start[b] - start[a] known so far."""
    count = len(sizes)
    ordered = sorted(pairs, key=lambda p: (-min(p[3], -p[2]), p))
    none = -(1 << 60)

    def descend(depth: int, starts: list[int], edges: list[tuple[int, int, int]], best: int) -> int:
        top = max(s + z for s, z in zip(starts, sizes, strict=True))
        if top >= best:
            return best
        if depth == len(ordered):
            return top
        i, j, low, high = ordered[depth]
        for edge in ((j, i, -low), (i, j, high)):
            moved = _relax(starts, [*edges, edge], none)
            if moved is not None:
                best = descend(depth + 1, moved, [*edges, edge], best)
        return best

    return descend(0, [0] * count, [], best)


def _relax(starts: list[int], edges: list[tuple[int, int, int]], none: int) -> list[int] | None:
    """Least starts with start[b] - start[a] >= gap for all edges (a, b, gap); None when they contradict each other."""
    starts = list(starts)
    for _ in range(len(starts) + 1):
        changed = False
        for a, b, gap in edges:
            if starts[a] + gap > starts[b]:
                starts[b] = starts[a] + gap
                changed = True
        if not changed:
            return starts
    return None


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
