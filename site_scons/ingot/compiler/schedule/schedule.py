# SPDX-License-Identifier: Apache-2.0
"""From a program to the order, the regions and the rows in which it runs, and a placement that proves the peak."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingot.base.errors import IngotError, did_you_mean
from ingot.compiler.kernels.program import Program
from ingot.compiler.schedule.buffers import buffers_of
from ingot.compiler.schedule.choice import Choice
from ingot.compiler.schedule.types import Schedule, ScheduleOptions

OPTIMIZE = ("ram", "balanced", "speed")

MARGIN = 1.15
"""optimize=balanced takes the cheapest schedule within this factor of the least peak."""

ROWS_MARGINS = (1.0, MARGIN, 1.3, 1.5)
"""The same for inputs that come by rows, which leave so little that some more is worth fewer steps."""

SMALL = 1.005
"""optimize=balanced takes the least margin at which a schedule costs no more than this factor of the cheapest's."""

_LADDER = (1.0, 0.97, 0.94, 0.9, 0.85, 1.01, 1.03, 1.06, 1.1, 1.15, 1.2, 1.3)
"""Factors of the wanted limit that are tried in turn until a schedule's lower bound is also reached by a placement."""


def make_schedule(program: Program, options: ScheduleOptions | None = None) -> Schedule:
    """The schedule of a program under the given options; `Schedule.program` is the form of the program that it is of.
    Raises IngotError when `optimize` is unknown."""
    options = options or ScheduleOptions()
    if options.optimize not in OPTIMIZE:
        what = f"optimize='{options.optimize}' is not known"
        raise IngotError(what, where="options", remedy=did_you_mean(options.optimize, OPTIMIZE))
    if not program.calls:
        return _without_calls(program, options)
    choice = Choice(program, options)
    if not options.fuse:
        return choice.unfused()
    if options.optimize == "speed" and (not options.fit or choice.unfused_peak <= options.fit):
        return choice.cheapest()
    schedule = _within_limits(choice, options)
    if options.optimize == "ram" and schedule.peak > choice.unfused_peak:  # calls alone may be placed in less
        return min(schedule, choice.unfused(), key=lambda candidate: candidate.peak)
    return schedule


def _without_calls(program: Program, options: ScheduleOptions) -> Schedule:
    """Inputs and state one after the other: nothing else is there."""
    offsets: dict[int, int] = {}
    size = 0
    for buffer in buffers_of(program, (), {}, options):
        offsets[buffer.tensors[0]] = size
        size += buffer.size
    return Schedule((), size, offsets=offsets, peak=size, unfused_peak=size, program=program)


def _within_limits(choice: Choice, options: ScheduleOptions) -> Schedule:
    """The schedule of the first limit that a placement reaches; without one, that of the least peak."""
    for limit in _limits(options, choice):
        schedule = choice.within(limit)
        if schedule is not None:
            return schedule
    return choice.least()


def _balanced(choice: Choice, margins: Sequence[float]) -> int:
    """The least limit at which a schedule costs hardly more than at the largest. margins: factors of the least peak."""
    limits = [int(choice.least_peak * margin) for margin in margins]
    costs = [choice.cost_within(limit) for limit in limits]
    return next(limit for limit, cost in zip(limits, costs, strict=True) if cost <= SMALL * costs[-1])


def _limits(options: ScheduleOptions, choice: Choice) -> Iterator[int]:
    """Limits for the peak, the wanted one first."""
    peak = choice.least_peak
    if options.optimize == "ram":
        wanted = peak
    elif options.optimize == "speed":
        wanted = max(options.fit, peak)
    else:
        wanted = _balanced(choice, ROWS_MARGINS if options.input_rows else (1.0, MARGIN))
    for factor in _LADDER:
        limit = int(wanted * factor)
        if limit >= peak:
            yield limit
