# SPDX-License-Identifier: Apache-2.0
"""Packing plain buffers with OR-tools' CP-SAT, where it is installed: a last attempt for the hardest cases."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from ingot.base.errors import IngotError

EFFORT = 60.0
"""CP-SAT's deterministic time: the same on every machine, unlike seconds."""


def solve_exactly(
    sizes: Sequence[int], spans: Sequence[tuple[int, int]], capacity: int, effort: float = EFFORT
) -> list[int] | None:
    """Offsets with a peak of at most `capacity`; None when there is none or none was found.

    spans: first and last (inclusive) time of each buffer. Raises IngotError when OR-tools is not installed.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        what = "the exact packing needs OR-tools, which is not installed"
        raise IngotError(what, remedy="pip install -r bench/planner/requirements.txt") from None
    unit = gcd(capacity, *sizes)
    model = cp_model.CpModel()
    times, places, starts = [], [], []
    for size, (first, last) in zip(sizes, spans, strict=True):
        start = model.new_int_var(0, (capacity - size) // unit, "")
        starts.append(start)
        places.append(model.new_fixed_size_interval_var(start, size // unit, ""))
        times.append(model.new_fixed_size_interval_var(first, last - first + 1, ""))
    model.add_no_overlap_2d(times, places)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return [solver.value(start) * unit for start in starts]
