# SPDX-License-Identifier: Apache-2.0
"""The schedules that one program offers: unfused, with the least peak, and the cheapest within any limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

from ingot.compiler.kernels.places import with_places
from ingot.compiler.kernels.program import Program
from ingot.compiler.schedule.arrange import Arrangement, Effort, arrange
from ingot.compiler.schedule.buffers import placed_outside, scratch_layout
from ingot.compiler.schedule.cuts import WHOLE, Cut, least_cost, least_peak, path_cost
from ingot.compiler.schedule.linear import LinearOrder
from ingot.compiler.schedule.order import orders
from ingot.compiler.schedule.rows import RowScheduler
from ingot.compiler.schedule.settle import settle
from ingot.compiler.schedule.types import Region, Schedule, ScheduleOptions


class _Best(NamedTuple):
    """The least peak of one form of the program (its number), the order of calls that has it, and its cuts."""

    peak: int
    form: int
    line: LinearOrder
    path: list[Cut]


class Choice:
    """All that schedules of one program have in common, so that asking for several is cheap."""

    def __init__(self, program: Program, options: ScheduleOptions) -> None:
        self._options, self._effort = options, Effort()
        self._cheapest: dict[tuple[int, int], tuple[int, list[Cut]] | None] = {}
        self._forms = forms(program, options)
        self._lines: dict[int, list[LinearOrder]] = {}
        plain = self._least_of_all(lambda line, below: (bound(line, path := _singles(line)), path))[-1]
        self.unfused_peak, self._plain = plain.peak, plain.line

    @cached_property
    def _best(self) -> list[_Best]:
        return self._least_of_all(least_peak)

    def _least_of_all(self, cut: Callable[[LinearOrder, int], tuple[int, list[Cut]]]) -> list[_Best]:
        """Of each form of the program that needs less than those before it, the order with the least peak. The next
        form is looked at where a place may be why the ones before it need so much.

        cut: gives the peak of an order, and how it is cut for that; no cuts where it is not below a given number.
        """
        found: list[_Best] = []
        for number in range(len(self._forms)):
            best: _Best | None = None
            for line in self.orders_of(number):
                below = best.peak if best else found[-1].peak if found else 1 << 62
                peak, path = cut(line, below)
                if path and peak < below:
                    best = _Best(peak, number, line, path)
            found += [best] if best else []
            if not _places_matter(found[-1]):
                break
        return found

    def orders_of(self, form: int) -> list[LinearOrder]:
        """The orders of the calls of one form of the program."""
        if form not in self._lines:
            program = self._forms[form]
            scheduler = RowScheduler(program)
            found = orders(program, self._options)
            self._lines[form] = [LinearOrder(program, order, self._options, scheduler) for order in found]
        return self._lines[form]

    @property
    def least_peak(self) -> int:
        """The least peak that fusing and overlaying can reach, in bytes."""
        return self._best[-1].peak

    def unfused(self) -> Schedule:
        """Every call alone, over all its rows, in the order that needs the least."""
        return self._lowest(self._plain, _singles(self._plain))

    def least(self) -> Schedule:
        """The schedule with the least peak, as low as a placement is found."""
        return self._lowest(self._best[-1].line, self._best[-1].path)

    def cost_within(self, limit: int) -> int:
        """The cost of the cheapest schedule of at most `limit` bytes, which are not below the least peak; whether a
        placement is found or not."""
        found = self._cuts_within(limit)
        assert found is not None, "the schedule of the least peak is one"
        return found[0]

    def _cuts_within(self, limit: int) -> tuple[int, list[Cut], LinearOrder] | None:
        """The cheapest of all forms of the program, see least_cost(); and the order that is cut so."""
        cheapest = None
        for best in self._best:
            key = (best.form, limit)
            if key not in self._cheapest:
                self._cheapest[key] = least_cost(best.line, limit) if best.peak <= limit else None
            found = self._cheapest[key]
            if found is not None and (cheapest is None or found[0] < cheapest[0]):
                cheapest = (*found, best.line)
        return cheapest

    def within(self, limit: int) -> Schedule | None:
        """The cheapest schedule of at most `limit` bytes; None when there is none, or when no placement at its lower
        bound is found."""
        found = self._cuts_within(limit)
        if found is None:
            return None
        _, path, line = found
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
            line.program,
        )


def forms(program: Program, options: ScheduleOptions) -> list[Program]:
    """The program in the forms that are scheduled, those that copy least first: with all that may lie inside other
    tensors, without ranges, without what is read by rows, and as it is. Memory that tensors share is there from the
    first that is written to the last that is read, and is no ring: now and then that needs more."""
    outside = placed_outside(program, options)
    found = [program]
    for streamed, ranges in ((False, True), (True, False), (True, True)):
        form = with_places(program, outside, streamed, ranges)
        if [t.place for t in form.tensors] != [t.place for t in found[-1].tensors]:
            found.append(form)
    return found[::-1]


def _places_matter(best: _Best) -> bool:
    """Whether a tensor that others lie in has its memory in a region that needs the most."""
    line = best.line
    shared = line.scheduler.shared
    return any(
        not shared.isdisjoint((*line.live[cut.begin], *line.live[cut.end], *line.tensors(cut.begin, cut.end).inner))
        for cut in best.path
        if line.best_form(cut.begin, cut.end, cut.grain).memory == best.peak
    )


def _singles(line: LinearOrder) -> list[Cut]:
    """Every call alone, over all its rows."""
    return [Cut(at, at + 1, WHOLE) for at in range(len(line.order))]


def bound(line: LinearOrder, path: Sequence[Cut]) -> int:
    """The largest need of a region, each in its better direction."""
    return max((line.best_form(cut.begin, cut.end, cut.grain).memory for cut in path), default=0)
