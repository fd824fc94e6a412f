# SPDX-License-Identifier: Apache-2.0
"""Which buffers may share addresses, at what distance, and where one more of them fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingot.compiler.schedule.buffers import Buffer
from ingot.compiler.schedule.linear import aligned_interval
from ingot.compiler.schedule.types import Schedule

Neighbour = tuple[int, int, int]
"""(j, low, high): offset[j] - offset[i] must not lie strictly between low and high."""


@dataclass
class Restrictions:
    """Buffers 0..n-1 with sizes, and for each the restrictions against others (stored for both directions)."""

    sizes: list[int]
    neighbours: list[list[Neighbour]] = field(init=False)

    def __post_init__(self) -> None:
        self.neighbours = [[] for _ in self.sizes]

    def restrict(self, i: int, j: int, low: int, high: int) -> None:
        """Forbids low < offset[j] - offset[i] < high."""
        self.neighbours[i].append((j, low, high))
        self.neighbours[j].append((i, -high, -low))

    def disjoint(self, i: int, j: int) -> None:
        self.restrict(i, j, -self.sizes[j], self.sizes[i])

    def lowest(self, item: int, offsets: Sequence[int]) -> int:
        """The lowest offset at which `item` respects every neighbour that has a place (offset -1: it has none)."""
        placed = [(offsets[j], low, high) for j, low, high in self.neighbours[item] if offsets[j] >= 0]
        at = 0
        for begin, end in sorted((place - high, place - low) for place, low, high in placed if place > low):
            if begin >= at:
                break
            at = max(at, end)
        return at


def restrictions(schedule: Schedule, buffers: Sequence[Buffer]) -> Restrictions:
    """The restrictions between all buffers that live together."""
    found = Restrictions([b.size for b in buffers])
    for j, later in enumerate(buffers):
        for i, earlier in enumerate(buffers[:j]):
            if not earlier.lives_with(later):
                continue
            interval = _overlay(schedule, earlier, later)
            if interval is not None:
                found.restrict(i, j, *interval)
                continue
            interval = _overlay(schedule, later, earlier)
            if interval is not None:
                found.restrict(j, i, *interval)
            else:
                found.disjoint(i, j)
    return found


def _overlay(schedule: Schedule, dying: Buffer, born: Buffer) -> tuple[int, int] | None:
    if not (dying.tensors and born.tensors and dying.last == born.first):
        return None
    interval = schedule.overlays.get((dying.tensors[0], born.tensors[0]))
    return aligned_interval(*interval) if interval else None
