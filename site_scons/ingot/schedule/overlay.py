"""Which buffers may share addresses, and at what distance."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.kernels.program import Program
from ingot.schedule.buffers import Buffer
from ingot.schedule.packing import Problem
from ingot.schedule.types import Region


def placement_problem(program: Program, regions: Sequence[Region], buffers: Sequence[Buffer]) -> Problem:
    """The restrictions between all buffers that live together."""
    problem = Problem([b.size for b in buffers], [(b.first, b.last) for b in buffers])
    for j, later in enumerate(buffers):
        for i, earlier in enumerate(buffers[:j]):
            if earlier.lives_with(later):
                problem.disjoint(i, j)
    return problem
