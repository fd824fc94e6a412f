# SPDX-License-Identifier: Apache-2.0
"""The schedules that one program offers: unfused, with the least peak, and the cheapest within any limit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ingot.compiler.kernels.program import Program
from ingot.compiler.schedule.arrange import Arrangement, Effort, arrange
from ingot.compiler.schedule.buffers import scratch_layout
from ingot.compiler.schedule.cuts import WHOLE, Cut, least_cost, least_peak, path_cost
from ingot.compiler.schedule.linear import LinearOrder
from ingot.compiler.schedule.order import orders
from ingot.compiler.schedule.rows import RowScheduler
from ingot.compiler.schedule.settle import settle
from ingot.compiler.schedule.types import Region, Schedule, ScheduleOptions


class Choice:
    """All that schedules of one program have in common, so that asking for several is cheap."""

    def __init__(self, program: Program, options: ScheduleOptions) -> None:
        scheduler = RowScheduler(program)
        self._effort = Effort()
        self._cheapest: dict[int, tuple[int, list[Cut]] | None] = {}
        self._lines = [LinearOrder(program, order, options, scheduler) for order in orders(program, options)]
        self.unfused_peak, self._plain = min((bound(line, _singles(line)), at) for at, line in enumerate(self._lines))

    @cached_property
    def _best(self) -> tuple[int, int, list[Cut]]:
        """Least peak, the order that has it, and its cuts."""
        best = (*least_peak(self._lines[0]), 0)
        for at, line in enumerate(self._lines[1:], 1):
            peak, path = least_peak(line, best[0])
            if path:
                best = (peak, path, at)
        return best[0], best[2], best[1]

    @property
    def least_peak(self) -> int:
        """The least peak that fusing and overlaying can reach, in bytes."""
        return self._best[0]

    def unfused(self) -> Schedule:
        """Every call alone, over all its rows, in the order that needs the least."""
        line = self._lines[self._plain]
        return self._lowest(line, _singles(line))

    def least(self) -> Schedule:
        """The schedule with the least peak, as low as a placement is found."""
        _, at, path = self._best
        return self._lowest(self._lines[at], path)

    def cost_within(self, limit: int) -> int:
        """The cost of the cheapest schedule of at most `limit` bytes, which are not below the least peak; whether a
        placement is found or not."""
        found = self._cuts_within(limit)
        assert found is not None, "the schedule of the least peak is one"
        return found[0]

    def _cuts_within(self, limit: int) -> tuple[int, list[Cut]] | None:
        """See least_cost()."""
        if limit not in self._cheapest:
            self._cheapest[limit] = least_cost(self._lines[self._best[1]], limit)
        return self._cheapest[limit]

    def within(self, limit: int) -> Schedule | None:
        """The cheapest schedule of at most `limit` bytes; None when there is none, or when no placement at its lower
        bound is found."""
        line, found = self._lines[self._best[1]], self._cuts_within(limit)
        if found is None:
            return None
        path = found[1]
        arranged = arrange(line, path, bound(line, path), self._effort)
        if arranged is None or arranged.peak > max(form.memory for form in arranged.forms):
            return None
        return self._assemble(line, path, arranged)

    def cheapest(self) -> Schedule:
        """The cheapest schedule known that needs no more than the unfused one, which wins a draw."""
        unfused, fused = self.unfused(), self.within(self.unfused_peak)
        return fused if fused is not None and fused.cost < unfused.cost else unfused

    def _lowest(self, line: LinearOrder, path: Sequence[Cut]) -> Schedule:
        goal = bound(line, path)
        return self._assemble(
            line, path, arrange(line, path, goal, self._effort) or settle(line, path, goal, self._effort)
        )

    def _assemble(self, line: LinearOrder, path: Sequence[Cut], arranged: Arrangement) -> Schedule:
        aliases: dict[int, int] = {}
        overlays: dict[tuple[int, int], tuple[int, int]] = {}
        scratch: dict[int, int] = {}
        regions = []
        for number, (cut, form) in enumerate(zip(path, arranged.forms, strict=True)):
            calls = line.order[cut.begin : cut.end]
            regions.append(Region(calls, form.plan.steps, form.plan.rings, form.plan.reverse))
            for tensor, owner in form.plan.aliases.items():
                aliases[tensor] = aliases.get(owner, owner)
            for (dying, born), interval in form.plan.overlays.items():
                overlays[aliases.get(dying, dying), aliases.get(born, born)] = interval
            if number in arranged.scratch:
                _, inside = scratch_layout(line.program, calls)
                scratch.update({i: arranged.scratch[number] + offset for i, offset in inside.items()})
        return Schedule(
            tuple(regions),
            max(form.memory for form in arranged.forms),
            aliases,
            overlays,
            arranged.offsets,
            scratch,
            arranged.peak,
            self.unfused_peak,
            path_cost(line, path),
        )


def _singles(line: LinearOrder) -> list[Cut]:
    """Every call alone, over all its rows."""
    return [Cut(at, at + 1, WHOLE) for at in range(len(line.order))]


def bound(line: LinearOrder, path: Sequence[Cut]) -> int:
    """The largest need of a region, each in its better direction."""
    return max((line.best_form(cut.begin, cut.end, cut.grain).memory for cut in path), default=0)
