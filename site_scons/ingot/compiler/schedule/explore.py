# SPDX-License-Identifier: Apache-2.0
"""What RAM costs: the schedules of a program that no other beats in both peak memory and instructions."""

from __future__ import annotations

from dataclasses import dataclass

from ingot.compiler.kernels.program import Program
from ingot.compiler.schedule.choice import Choice
from ingot.compiler.schedule.types import Schedule, ScheduleOptions

LIMITS = 8
"""Limits for the peak that are tried, in equal ratios from the least peak to the unfused one."""


@dataclass(frozen=True)
class Point:
    """One schedule. `ScheduleOptions(optimize="speed", fit=fit)` makes it again.

    peak: bytes. cost: the cost model's instructions. fused: calls in regions of several. steps: kernel calls in all.
    """

    fit: int
    peak: int
    cost: int
    fused: int
    steps: int
    schedule: Schedule


def explore(program: Program, options: ScheduleOptions | None = None, limits: int = LIMITS) -> list[Point]:
    """The Pareto points, the smallest peak first. options: those that say what may be overwritten and placed."""
    options = options or ScheduleOptions()
    if not program.calls:
        return []
    choice = Choice(program, options)
    schedules = [(choice.unfused_peak, choice.cheapest() if options.fuse else choice.unfused())]
    if options.fuse:
        ratio = max(choice.unfused_peak / max(choice.least_peak, 1), 1.0)
        for number in range(limits):
            limit = round(choice.least_peak * ratio ** (number / limits))
            schedule = choice.within(limit)
            if schedule is not None:
                schedules.append((limit, schedule))
    return _pareto([point_of(fit, schedule) for fit, schedule in schedules])


def point_of(fit: int, schedule: Schedule) -> Point:
    """What a schedule costs; fit: the limit it was made for."""
    fused = sum(len(region.calls) for region in schedule.regions if len(region.calls) > 1)
    steps = sum(len(region.steps) for region in schedule.regions)
    return Point(fit, schedule.peak, schedule.cost, fused, steps, schedule)


def _pareto(points: list[Point]) -> list[Point]:
    result: list[Point] = []
    for point in sorted(points, key=lambda p: (p.peak, p.cost, -p.fit)):
        if not result or point.cost < result[-1].cost:
            result.append(point)
    return result
