"""From a program to the order, the regions and the rows in which it runs, and a placement that proves the peak."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingot.errors import IngotError, did_you_mean
from ingot.kernels.program import Program
from ingot.schedule.arrange import Arrangement, arrange
from ingot.schedule.cuts import WHOLE, Cut, least_cost, least_peak, path_cost
from ingot.schedule.linear import LinearOrder
from ingot.schedule.order import orders
from ingot.schedule.rows import RowScheduler
from ingot.schedule.settle import settle
from ingot.schedule.types import Region, Schedule, ScheduleOptions

OPTIMIZE = ("ram", "balanced", "speed")

MARGIN = 1.25
"""optimize=balanced takes the cheapest schedule within this factor of the least peak."""

_LADDER = (1.0, 0.97, 0.94, 0.9, 0.85, 1.01, 1.03, 1.06, 1.1, 1.15, 1.2, 1.3)
"""Factors of the wanted limit that are tried in turn until a schedule's lower bound is also reached by a placement."""


def make_schedule(program: Program, options: ScheduleOptions | None = None) -> Schedule:
    """The schedule of a program under the given options. Raises IngotError when `optimize` is unknown."""
    options = options or ScheduleOptions()
    if options.optimize not in OPTIMIZE:
        raise IngotError(
            f"optimize='{options.optimize}' is not known",
            where="options",
            remedy=did_you_mean(options.optimize, OPTIMIZE),
        )
    if not program.calls:
        return Schedule((), 0)
    scheduler = RowScheduler(program)
    lines = [LinearOrder(program, order, options, scheduler) for order in orders(program, options)]
    plain = min((bound(line, unfused(line)), at) for at, line in enumerate(lines))
    if not options.fuse or (options.optimize == "speed" and (not options.fit or plain[0] <= options.fit)):
        line = lines[plain[1]]
        return _finish(line, unfused(line), plain[0], plain[0])
    peak, at = min((least_peak(line)[0], at) for at, line in enumerate(lines))
    line = lines[at]
    for limit in _limits(options, peak):
        found = least_cost(line, limit)
        if found is None:
            continue
        path = found[1]
        arranged = arrange(line, path, bound(line, path))
        if arranged is not None:
            return _assemble(line, path, arranged, plain[0])
    path = least_peak(line)[1]
    return _finish(line, path, bound(line, path), plain[0])


def _limits(options: ScheduleOptions, peak: int) -> Iterator[int]:
    """Limits for the peak, the wanted one first."""
    if options.optimize == "ram":
        wanted = peak
    elif options.optimize == "speed":
        wanted = max(options.fit, peak)
    else:
        wanted = int(peak * MARGIN)
    for factor in _LADDER:
        limit = int(wanted * factor)
        if limit >= peak:
            yield limit


def unfused(line: LinearOrder) -> list[Cut]:
    """Every call alone, over all its rows."""
    return [Cut(at, at + 1, WHOLE) for at in range(len(line.order))]


def bound(line: LinearOrder, path: Sequence[Cut]) -> int:
    """The largest need of a region, each in its better direction."""
    return max((line.best_form(cut.begin, cut.end, cut.grain).memory for cut in path), default=0)


def _finish(line: LinearOrder, path: Sequence[Cut], goal: int, plain: int) -> Schedule:
    """The schedule of a path, at its bound if a placement is found there, else as low as the searches get."""
    arranged = arrange(line, path, goal) or settle(line, path, goal)
    return _assemble(line, path, arranged, plain)


def _assemble(line: LinearOrder, path: Sequence[Cut], arranged: Arrangement, plain: int) -> Schedule:
    aliases: dict[int, int] = {}
    overlays: dict[tuple[int, int], tuple[int, int]] = {}
    scratch: dict[int, int] = {}
    regions = []
    for number, (cut, form) in enumerate(zip(path, arranged.forms, strict=True)):
        calls = line.order[cut.begin : cut.end]
        regions.append(Region(calls, tuple(form.plan.steps), form.plan.rings, form.plan.reverse))
        for tensor, owner in form.plan.aliases.items():
            aliases[tensor] = aliases.get(owner, owner)
        for (dying, born), interval in form.plan.overlays.items():
            overlays[aliases.get(dying, dying), aliases.get(born, born)] = interval
        if number in arranged.scratch:
            scratch.update({i: arranged.scratch[number] for i in calls if line.program.calls[i].scratch})
    return Schedule(
        tuple(regions),
        max(form.memory for form in arranged.forms),
        aliases,
        overlays,
        arranged.offsets,
        scratch,
        arranged.peak,
        plain,
        path_cost(line, list(path)),
    )
