"""Which buffers may share addresses, and at what distance."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.compiler.packing.problem import Problem
from ingot.compiler.schedule.buffers import Buffer
from ingot.compiler.schedule.linear import aligned_interval
from ingot.compiler.schedule.types import Schedule


def placement_problem(schedule: Schedule, buffers: Sequence[Buffer]) -> Problem:
    """The restrictions between all buffers that live together."""
    problem = Problem([b.size for b in buffers], [(b.first, b.last) for b in buffers])
    for j, later in enumerate(buffers):
        for i, earlier in enumerate(buffers[:j]):
            if not earlier.lives_with(later):
                continue
            interval = _overlay(schedule, earlier, later)
            if interval is not None:
                problem.restrict(i, j, *interval)
                continue
            interval = _overlay(schedule, later, earlier)
            if interval is not None:
                problem.restrict(j, i, *interval)
            else:
                problem.disjoint(i, j)
    return problem


def _overlay(schedule: Schedule, dying: Buffer, born: Buffer) -> tuple[int, int] | None:
    if not (dying.tensors and born.tensors and dying.last == born.first):
        return None
    interval = schedule.overlays.get((dying.tensors[0], born.tensors[0]))
    return aligned_interval(*interval) if interval else None
