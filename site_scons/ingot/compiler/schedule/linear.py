# SPDX-License-Identifier: Apache-2.0
"""A linear order of calls cut into regions: what lives where, and what each possible region needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingot.compiler.kernels.program import Program
from ingot.compiler.kernels.rows import MAX_ROWS
from ingot.compiler.schedule.buffers import ALIGNMENT, align, kept_to_the_end, lifetimes, placed_outside, scratch_layout
from ingot.compiler.schedule.cost import call_cost
from ingot.compiler.schedule.extent import extent
from ingot.compiler.schedule.row_plan import RegionTensors, RowPlan
from ingot.compiler.schedule.rows import RowScheduler
from ingot.compiler.schedule.types import ScheduleOptions

_NONE: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Form:
    """One way to run a region: its row plan and the bytes it needs, everything that lives through it included.

    through: tensors (memory owners) that live before and behind; dying, born: the owners that may overlay each other.
    overlaid: bytes that dying and born need together.
    rings: owner -> aligned bytes, for all that lives in the region only. scratch: aligned bytes.
    """

    plan: RowPlan
    memory: int
    dying: tuple[int, ...]
    born: tuple[int, ...]
    overlaid: int
    rings: dict[int, int]
    scratch: int


def aligned_interval(low: int, high: int) -> tuple[int, int]:
    """The forbidden interval for distances that are multiples of ALIGNMENT."""
    return low // ALIGNMENT * ALIGNMENT, -(-high // ALIGNMENT) * ALIGNMENT


class LinearOrder:
    """An order of calls with its lifetimes; regions are ranges [begin, end) of positions in it."""

    def __init__(
        self, program: Program, order: Sequence[int], options: ScheduleOptions, scheduler: RowScheduler
    ) -> None:
        self.program = program
        self.order = tuple(order)
        self.scheduler = scheduler
        self.options = options
        self._outside = placed_outside(program, options)
        kept = kept_to_the_end(program, options)
        self.spans = lifetimes(program, [(i,) for i in order], options)
        self._owned = {t: span for t, span in self.spans.items() if t not in self._outside and program.owner(t) == t}
        end = len(order)
        self._state = frozenset(i for i, t in enumerate(program.tensors) if t.role == "state")
        given = {*program.inputs} | self._state
        self.live: list[frozenset[int]] = []
        for cut in range(end + 1):
            alive = set()
            for tensor, (first, last) in self._owned.items():
                born_before = tensor in given or first < cut
                needed_after = last >= cut if cut < end else False
                if born_before and (needed_after or tensor in kept):
                    alive.add(tensor)
            self.live.append(frozenset(alive))
        self.bytes = [align(t.nbytes + t.spare, program.alignment) for t in program.tensors]
        self.live_bytes = [sum(self.bytes[t] for t in alive) for alive in self.live]
        self._forms: dict[tuple[int, int, int, bool], Form] = {}
        self._alike: dict[tuple[int, int, tuple[int, ...], bool], Form] = {}
        self._sources = _possible_sources(program)
        self._costs: dict[tuple[int, int, bool], int] = {}
        self.region_costs: dict[tuple[int, int], list[int]] = {}
        """Of all regions with that end and grain, as least_cost() has worked them out."""
        self._least: dict[tuple[int, int, int], int] = {}
        self._surely: dict[tuple[int, int, int], int] = {}
        self._first = self._first_begins()

    def begins(self, end: int, longest: int) -> range:
        """Where a region that ends there may begin: calls that run alone are regions of their own."""
        return range(max(self._first[end], end - longest), end)

    def _first_begins(self) -> list[int]:
        first = [0]
        for position, index in enumerate(self.order):
            before = position > 0 and self._is_alone(self.order[position - 1])
            first.append(position if before or self._is_alone(index) else first[-1])
        return first

    def _is_alone(self, index: int) -> bool:
        """Whether a call is a region of its own: it says so, or has more rows than a region counts."""
        return self.program.calls[index].alone or self.program.rows_of(index) > MAX_ROWS

    def tensors(self, begin: int, end: int) -> RegionTensors:
        """The region's tensors by what becomes of them; those of the application are none of these."""
        before, after = self.live[begin], self.live[end]
        owner = self.scheduler.owner
        made = {owner[t] for at in range(begin, end) for t in self.program.calls[self.order[at]].outputs}
        inner = made - before - after - self._outside - self._state
        return RegionTensors(before - after, after - before, frozenset(inner))

    def between(self, begin: int, end: int) -> int:
        """Bytes of what lives before the region, or behind it if that is more: a lower bound of least()."""
        return max(self.live_bytes[begin], self.live_bytes[end])

    def least(self, begin: int, end: int, grain: int = 0) -> int:
        """Bytes the region needs with that grain, whatever its steps: a quick lower bound of Form.memory. That of
        grain 0, every row alone, holds for every grain."""
        key = (begin, end, grain)
        if key not in self._least:
            parts, calls = self.tensors(begin, end), self.order[begin:end]
            sizes = self._ring_bytes(calls, grain, parts)
            self._least[key] = self.between(begin, end) + self._rings_at_least(calls, sizes, parts)
        return self._least[key]

    def surely(self, begin: int, end: int, grain: int) -> int:
        """A closer bound, which costs more. It comes second: regions are looked at in the order of least()."""
        key = (begin, end, grain)
        if key not in self._surely:
            parts, calls = self.tensors(begin, end), self.order[begin:end]
            rings = self._owners_at_least(calls, self._ring_bytes(calls, grain, parts), parts)
            self._surely[key] = self.between(begin, end) + rings + scratch_layout(self.program, calls)[0]
        return self._surely[key]

    def _ring_bytes(self, calls: Sequence[int], grain: int, parts: RegionTensors) -> dict[int, int]:
        """Bytes that the ring of each inner tensor has at least, whatever the steps are."""
        sizes: dict[int, int] = {}
        for index, rows in zip(calls, self.scheduler.grains(calls, grain), strict=True):
            for tensor in self.program.calls[index].outputs:
                if tensor in parts.inner:
                    sizes[tensor] = max(sizes.get(tensor, 0), rows)
            for entry in self.scheduler.reads(index, False):
                if entry.tensor in parts.inner:
                    sizes[entry.tensor] = max(sizes.get(entry.tensor, 0), entry.held(rows))
        rows_of, widths = self.scheduler.rows, self.scheduler.row_bytes
        bytes_of = {tensor: min(rows, rows_of[tensor]) * widths[tensor] for tensor, rows in sizes.items()}
        return bytes_of | {t: rows_of[t] * widths[t] for t in parts.inner & self.scheduler.shared}

    def _rings_at_least(self, calls: Sequence[int], sizes: dict[int, int], parts: RegionTensors) -> int:
        """Bytes that rings of these sizes have together at least. Of tensors that may share memory only the largest
        counts, and none where that may be memory of a tensor that dies or is born."""
        shared: dict[int, int] = {}  # tensor -> one that it may share memory with; its own end at the last
        for index in calls:
            target = self.program.calls[index].outputs[0]
            for source in self._sources[index]:
                if source in parts.inner or source in parts.dying:
                    shared[_last(shared, target)] = _last(shared, source)
        groups: dict[int, int] = {}
        for tensor, size in sizes.items():
            group = _last(shared, tensor)
            groups[group] = max(groups.get(group, 0), size)
        for tensor in (*parts.dying, *parts.born):
            groups.pop(_last(shared, tensor), None)
        return sum(groups.values())

    def _owners_at_least(self, calls: Sequence[int], sizes: dict[int, int], parts: RegionTensors) -> int:
        """The same, of the rings of tensors that can take over no other's memory: each has its own. What is born takes
        over one of them at most."""
        owners: dict[int, frozenset[int]] = {}  # tensor -> those whose memory it may lie in
        total = 0
        for index in calls:
            for position, tensor in enumerate(self.program.calls[index].outputs):
                sources = [t for t in self._sources[index] if t in owners or t in parts.dying] if position == 0 else []
                if sources:
                    owners[tensor] = frozenset[int]().union(*(owners.get(t, _NONE) for t in sources))
                elif tensor in parts.inner:
                    total += sizes[tensor]
                    owners[tensor] = frozenset((tensor,))
                if tensor in parts.born:
                    total -= max((sizes[t] for t in owners.get(tensor, _NONE)), default=0)
        return total

    def form(self, begin: int, end: int, grain: int, reverse: bool = False) -> Form:
        """The region [begin, end) with that grain (see RowScheduler.plan)."""
        key = (begin, end, grain, reverse)
        if key not in self._forms:
            alike = (begin, end, self.scheduler.grains(self.order[begin:end], grain), reverse)
            if alike not in self._alike:
                self._alike[alike] = self._make_form(begin, end, grain, reverse)
            self._forms[key] = self._alike[alike]
        return self._forms[key]

    def best_form(self, begin: int, end: int, grain: int, enough: int = 0, useless: int = 1 << 62) -> Form:
        """The direction that needs less memory; top-down when both need the same, or when it needs at most `enough`.

        Bottom-up is not looked at where even perfect overlays would leave it at `useless` bytes or more: rings are
        nearly the same either way.
        """
        down = self.form(begin, end, grain)
        if not self.turns(begin, end, down) or down.memory <= max(enough, self.least(begin, end)):
            return down
        ideal = max(sum(self.bytes[t] for t in down.dying), sum(self.bytes[t] for t in down.born))
        if down.memory - down.overlaid + ideal >= useless:
            return down
        up = self.form(begin, end, grain, reverse=True)
        return up if up.memory < down.memory else down

    def turns(self, begin: int, end: int, form: Form) -> bool:
        """Whether the region may run bottom-up, and the direction makes a difference: something that is born overlays
        something that dies."""
        sizes = self.program.tensors
        in_order = any(self.program.calls[i].in_order for i in self.order[begin:end])
        return not in_order and any(
            low > -sizes[y].nbytes or high < sizes[x].nbytes for (x, y), (low, high) in form.plan.overlays.items()
        )

    def call_cost(self, index: int, grain: int, fused: bool) -> int:
        """The cost model's instructions of a call, see ingot.compiler.schedule.cost."""
        key = (index, grain, fused)
        if key not in self._costs:
            call = self.program.calls[index]
            self._costs[key] = call_cost(self.program, call, self.scheduler.call_rows(index), grain, fused)
        return self._costs[key]

    def _make_form(self, begin: int, end: int, grain: int, reverse: bool) -> Form:
        parts = self.tensors(begin, end)
        calls = self.order[begin:end]
        plan = self.scheduler.plan(calls, parts, grain, reverse)
        root = plan.aliases
        owners_born = {root.get(t, t) for t in parts.born}
        owners_dying = {root.get(t, t) for t in parts.dying}
        dying = tuple(sorted(owners_dying - owners_born))
        born = tuple(sorted(owners_born - owners_dying))
        rings = {}
        for tensor in sorted(parts.inner):
            owner = root.get(tensor, tensor)
            if owner in parts.inner and owner not in owners_born:
                rows = plan.rings.get(owner, self.scheduler.rows[owner])
                rings[owner] = align(rows * self.scheduler.row_bytes[owner], self.program.alignment)
        scratch = scratch_layout(self.program, calls)[0]
        through = self.live_bytes[begin] - sum(self.bytes[t] for t in dying)
        overlaid = self._extent(dying, born, plan)
        memory = through + sum(rings.values()) + scratch + overlaid
        return Form(plan, memory, dying, born, overlaid, rings, scratch)

    def _extent(self, dying: tuple[int, ...], born: tuple[int, ...], plan: RowPlan) -> int:
        both = (*dying, *born)
        at = {t: i for i, t in enumerate(both)}
        intervals = {
            (at[x], at[y]): aligned_interval(*interval)
            for (x, y), interval in plan.overlays.items()
            if x in at and y in at
        }
        return extent([self.bytes[t] for t in both], intervals)


def _possible_sources(program: Program) -> list[list[int]]:
    """For each call, the inputs whose memory its output may take over.

    Not one that another call needs together with the output, element by element: it is still read when the output is
    there. A tensor with a place in another one takes over nobody's memory, and nobody its.
    """
    readers: dict[int, set[int]] = {}
    for index, call in enumerate(program.calls):
        for position in call.inplace:
            readers.setdefault(call.inputs[position], set()).add(index)
    return [
        [
            source
            for source in dict.fromkeys(call.inputs[position] for position in call.inplace)
            if not readers[source] & readers.get(call.outputs[0], set()) - {index}
            and program.owner(source) == source
            and program.owner(call.outputs[0]) == call.outputs[0]
        ]
        for index, call in enumerate(program.calls)
    ]


def _last(links: dict[int, int], tensor: int) -> int:
    """The end of the chain of links."""
    while tensor in links and links[tensor] != tensor:
        tensor = links[tensor]
    return tensor
