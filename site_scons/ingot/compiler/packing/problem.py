"""Placing buffers at offsets in one block: the search behind both the schedule and the plan.

Two buffers i and j that live together restrict the distance d = offset[j] - offset[i]: it must not lie strictly
between `low` and `high`. Plain disjointness is low = -size[j], high = size[i]; an overlay permits more. `same` permits
d == 0 as well, whatever the interval says.

The search is deterministic: fixed seeds, and limits on iterations rather than on time.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

Neighbour = tuple[int, int, int, bool]
"""(j, low, high, same): offset[j] - offset[i] must not lie strictly between low and high."""


@dataclass
class Problem:
    """Buffers 0..n-1 with sizes, and for each the restrictions against others (stored for both directions)."""

    sizes: list[int]
    spans: list[tuple[int, int]]
    neighbours: list[list[Neighbour]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.neighbours:
            self.neighbours = [[] for _ in self.sizes]

    def restrict(self, i: int, j: int, low: int, high: int, same: bool = False) -> None:
        """Forbids low < offset[j] - offset[i] < high (except 0, with `same`)."""
        self.neighbours[i].append((j, low, high, same))
        self.neighbours[j].append((i, -high, -low, same))

    def disjoint(self, i: int, j: int) -> None:
        self.restrict(i, j, -self.sizes[j], self.sizes[i])

    def peak(self, offsets: Sequence[int]) -> int:
        """The highest byte used by any buffer, plus one."""
        return max((o + s for o, s in zip(offsets, self.sizes, strict=True)), default=0)


def disjoint_problem(sizes: Sequence[int], spans: Sequence[tuple[int, int]]) -> Problem:
    """The plain problem: buffers whose spans (first, last; inclusive) meet must not overlap."""
    problem = Problem(list(sizes), list(spans))
    for j in range(len(sizes)):
        for i in range(j):
            if spans[i][0] <= spans[j][1] and spans[j][0] <= spans[i][1]:
                problem.disjoint(i, j)
    return problem


def load_bound(sizes: Sequence[int], spans: Sequence[tuple[int, int]]) -> int:
    """The largest sum of sizes that live at one time: no disjoint placement goes below it."""
    events: list[tuple[int, int]] = []
    for size, (first, last) in zip(sizes, spans, strict=True):
        events += [(first, size), (last + 1, -size)]
    live = best = 0
    for _, change in sorted(events):
        live += change
        best = max(best, live)
    return best


def lowest(problem: Problem, item: int, offsets: Sequence[int], floor: int = 0) -> int:
    """The lowest offset >= floor at which `item` respects every already placed neighbour (offset -1: not placed)."""
    forbidden = []
    points = []
    for j, low, high, same in problem.neighbours[item]:
        place = offsets[j]
        if place >= 0:
            if place - low > floor:
                forbidden.append((place - high, place - low))
            if same:
                points.append(place)
    forbidden.sort()
    at = floor
    for begin, end in forbidden:
        if begin >= at:
            break
        if end > at:
            at = end
    for point in sorted(points):
        if floor <= point < at and _allowed(problem, item, point, offsets):
            return point
    return at


def _allowed(problem: Problem, item: int, at: int, offsets: Sequence[int]) -> bool:
    for j, low, high, same in problem.neighbours[item]:
        if offsets[j] >= 0:
            distance = offsets[j] - at
            if low < distance < high and not (same and distance == 0):
                return False
    return True


def respects(problem: Problem, offsets: Sequence[int]) -> bool:
    """Whether a complete placement breaks no restriction."""
    return all(_allowed(problem, item, at, offsets) for item, at in enumerate(offsets))


def greedy(problem: Problem, order: Sequence[int]) -> list[int]:
    """Places the buffers in this order, each as low as it can be."""
    offsets = [-1] * len(problem.sizes)
    for item in order:
        offsets[item] = lowest(problem, item, offsets)
    return offsets


def pack(problem: Problem, goal: int, iterations: int = 300, seed: int = 1) -> list[int]:
    """A placement with a peak as low as the search finds; it stops at `goal`, which should be a lower bound."""
    count = len(problem.sizes)
    if not count:
        return []
    length = [last - first for first, last in problem.spans]
    keys = (
        lambda i: (-problem.sizes[i], -length[i], i),
        lambda i: (-length[i], -problem.sizes[i], i),
        lambda i: (-problem.sizes[i] * (length[i] + 1), i),
        lambda i: (problem.spans[i][0], -problem.sizes[i], i),
    )
    best: list[int] = []
    best_peak = -1
    order: list[int] = []
    for key in keys:
        candidate = sorted(range(count), key=key)
        offsets = greedy(problem, candidate)
        peak = problem.peak(offsets)
        if best_peak < 0 or peak < best_peak:
            best, best_peak, order = offsets, peak, candidate
        if best_peak <= goal:
            return best
    return _improve(problem, order, best, goal, iterations, seed)


def _improve(problem: Problem, order: list[int], best: list[int], goal: int, iterations: int, seed: int) -> list[int]:
    """Local search over placement orders: buffers that stick out above the goal move towards the front."""
    source = random.Random(seed)
    best_peak = problem.peak(best)
    current, offsets = list(order), best
    for _ in range(iterations):
        if best_peak <= goal:
            break
        high = [i for i in range(len(order)) if offsets[i] + problem.sizes[i] > max(goal, 0)]
        trial = list(current)
        for _ in range(source.randint(1, 3)):
            chosen = source.choice(high) if high and source.random() < 0.7 else source.choice(trial)
            at = trial.index(chosen)
            trial.insert(source.randint(0, at), trial.pop(at))
        placed = greedy(problem, trial)
        peak = problem.peak(placed)
        if peak <= best_peak:
            current, offsets = trial, placed
            if peak < best_peak:
                best, best_peak = placed, peak
    return best
