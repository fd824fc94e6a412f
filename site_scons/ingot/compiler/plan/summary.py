# SPDX-License-Identifier: Apache-2.0
"""What a plan amounts to, for reports and the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingot.compiler.kernels.program import Program
from ingot.compiler.plan.types import Plan
from ingot.compiler.schedule.types import Schedule


@dataclass(frozen=True)
class RegionSummary:
    """One region: its calls, its rings as (tensor name, rows kept, rows of the tensor), the bytes alive in it."""

    number: int
    calls: tuple[int, ...]
    rings: tuple[tuple[str, int, int], ...]
    steps: int
    reverse: bool
    live: int


def summarize_regions(program: Program, schedule: Schedule, plan: Plan) -> list[RegionSummary]:
    """A line for each region; `live` counts every used byte once, also where buffers overlay."""
    return [
        RegionSummary(
            number,
            region.calls,
            tuple((program.tensors[t].name, rows, program.tensors[t].rows) for t, rows in sorted(region.rings.items())),
            len(region.steps),
            region.reverse,
            live_bytes(plan, number),
        )
        for number, region in enumerate(schedule.regions)
    ]


def live_bytes(plan: Plan, number: int) -> int:
    """Bytes of all pools that belong to someone during region `number`."""
    ranges = sorted(
        {
            (p.pool, p.offset, p.offset + p.size)
            for p in (*plan.placements.values(), *plan.scratch.values())
            if p.pool and p.first <= number <= p.last
        }
    )
    return _covered(ranges)


def _covered(ranges: Sequence[tuple[str, int, int]]) -> int:
    total = 0
    pool, end = "", 0
    for name, begin, stop in ranges:
        if name != pool:
            pool, end = name, 0
        total += max(0, stop - max(begin, end))
        end = max(end, stop)
    return total
