# SPDX-License-Identifier: Apache-2.0
"""The row schedule of one region: which rows of which call when, the rings that follow, and the overlays it permits.

Demand-driven: the last calls ask for their next rows, and everything before them is made as late as possible; nothing
is made twice. Several last calls advance in proportion. Rings and overlays are exact for the steps that result:

- a ring keeps the rows from the oldest that a consumer still reads to the newest made;
- while a step makes rows [y, y+n) of an output Y, let q be the oldest row of a dying tensor X that this step or a later
  one reads. Y may lie below X as long as (y+n) * row(Y) <= start(X) - start(Y) + q * row(X) at every step; likewise
  above X, with the newest row still read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ingot.compiler.kernels.program import Program
from ingot.compiler.offload import KIND
from ingot.compiler.schedule.buffers import ALIGNMENT
from ingot.compiler.schedule.demand import Demand
from ingot.compiler.schedule.reads import GONE, Reads, reads_of, streams
from ingot.compiler.schedule.row_plan import RegionTensors, RowPlan


def pace(sinks: Sequence[int], folds: Sequence[int]) -> int:
    """The rows by which a region's grain counts: those of its tallest sink, or those that are folded before it.

    sinks: rows of the calls that nothing in the region reads. folds: of all calls, see Call.folds.
    """
    tallest = max(sinks)
    return tallest if tallest > 1 else max(tallest, *folds)


class RowScheduler:
    """Makes row plans for regions of one program, and keeps what they have in common."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._reads: dict[tuple[int, bool], list[Reads]] = {}
        self._plans: dict[tuple[tuple[int, ...], RegionTensors, tuple[int, ...], bool], RowPlan] = {}
        self._streams = [streams(program, call) for call in program.calls]
        self.rows = [t.rows for t in program.tensors]
        self.row_bytes = [t.row_bytes for t in program.tensors]
        self.owner = [program.owner(t) for t in range(len(program.tensors))]
        self.shared = frozenset(owner for t, owner in enumerate(self.owner) if owner != t)
        """Tensors that others lie in: they are kept whole."""
        self._in_bytes: dict[tuple[int, int, bool], Reads] = {}

    def reads(self, index: int, reverse: bool) -> list[Reads]:
        """How call `index` reads its inputs."""
        key = (index, reverse)
        if key not in self._reads:
            self._reads[key] = reads_of(self._program, index, reverse)
        return self._reads[key]

    def reads_in_bytes(self, index: int, entry: Reads, reverse: bool) -> Reads:
        """How call `index` reads a tensor, in bytes of the memory that this lies in."""
        key = (index, entry.tensor, reverse)
        if key not in self._in_bytes:
            start, width = self.start(entry.tensor, reverse), self.row_bytes[entry.tensor]
            oldest = [at if at == GONE else start + at * width for at in entry.oldest]
            newest = [at if at < 0 else start + (at + 1) * width - 1 for at in entry.newest]
            self._in_bytes[key] = replace(entry, oldest=oldest, newest=newest)
        return self._in_bytes[key]

    def start(self, tensor: int, reverse: bool) -> int:
        """Bytes from the first of the memory that it lies in to the tensor's first; from the last where rows count
        from there."""
        offset = self._program.offset(tensor)
        if not reverse:
            return offset
        whole = self._program.tensors[self.owner[tensor]].nbytes
        return whole - offset - self._program.tensors[tensor].nbytes

    def call_rows(self, index: int) -> int:
        """Rows in which the call can run: 1 when only whole."""
        return self._program.rows_of(index) if self._streams[index] else 1

    def grains(self, calls: Sequence[int], grain: int) -> tuple[int, ...]:
        """Rows that each call of a region makes at a time, at most all of them; see plan()."""
        if not grain:
            return (1,) * len(calls)
        rows = [self.call_rows(i) for i in calls]
        made_by = {t: k for k, i in enumerate(calls) for t in self._program.calls[i].outputs}
        read = (t for i in calls for t in self._program.calls[i].inputs)
        fed = {made_by[t] for tensor in read for t in self._program.written(tensor) if t in made_by}
        sinks = [height for k, height in enumerate(rows) if k not in fed]
        tallest = pace(sinks, [self._program.calls[i].folds for i in calls])
        return tuple(min(max(1, -(-grain * height // tallest)), height) for height in rows)

    def plan(self, calls: Sequence[int], tensors: RegionTensors, grain: int, reverse: bool) -> RowPlan:
        """The row plan of a region.

        grain: rows of the last call that are made at a time, and of the others in proportion; 0 makes every row of
            every call alone.
        """
        key = (tuple(calls), tensors, self.grains(calls, grain), reverse)
        if key not in self._plans:  # orders of one program have most regions in common
            run = _Run(self, self._program, calls, tensors, key[2], reverse)
            run.measure(run.permitted(self._alias_candidates(calls, tensors)))
            self._plans[key] = run.result()
        return self._plans[key]

    def _alias_candidates(self, calls: Sequence[int], tensors: RegionTensors) -> dict[int, int]:
        """tensor -> the direct input it may take over, before it is known whether rows permit it."""
        found: dict[int, int] = {}
        taken: set[int] = set()
        mine = tensors.dying | tensors.inner
        sizes = self._program.tensors
        for index in calls:
            call = self._program.calls[index]
            target = call.outputs[0]
            if not call.inplace or target not in tensors.born | tensors.inner:
                continue
            for position in call.inplace:
                source = call.inputs[position]
                elsewhere = any(t == source for p, t in enumerate(call.inputs) if p not in call.inplace)
                if source not in mine or source in taken or elsewhere or self._is_busy(source, index, calls):
                    continue
                same = sizes[source].rows == sizes[target].rows and sizes[source].row_bytes == sizes[target].row_bytes
                fits = same or (len(calls) == 1 and sizes[source].nbytes == sizes[target].nbytes)
                if fits and (target not in found or self._older(source, found[target], tensors)):
                    found[target] = source
            if target in found:
                taken.add(found[target])
        return found

    def _is_busy(self, source: int, index: int, calls: Sequence[int]) -> bool:
        """Whether calls of the region other than `index` use memory of the source in which several tensors lie."""
        others = (self._program.calls[i] for i in calls if i != index) if source in self.shared else ()
        return any(self.owner[t] == source for call in others for t in (*call.inputs, *call.outputs))

    @staticmethod
    def _older(source: int, other: int, tensors: RegionTensors) -> bool:
        return source in tensors.dying and (other not in tensors.dying or source < other)


class _Made(NamedTuple):
    """What a call makes of one tensor: rows of `width` bytes, from byte `start` of what the memory's owner `root` has.

    ring, born: whether that is a ring of the region's, or needed behind it. readers: of that memory, by their calls.
    """

    root: int
    rows: int
    width: int
    start: int
    ring: bool
    born: bool
    readers: list[tuple[int, Reads]]


class _Run:
    """The rings and overlays of one region's steps. Rows count in the direction of the region until `result`."""

    def __init__(
        self,
        owner: RowScheduler,
        program: Program,
        calls: Sequence[int],
        tensors: RegionTensors,
        grains: tuple[int, ...],
        reverse: bool,
    ) -> None:
        self._owner, self._program, self._calls, self._tensors = owner, program, calls, tensors
        self._reverse = reverse
        self._rows = [owner.call_rows(i) for i in calls]
        self._reads = [owner.reads(i, reverse) for i in calls]
        self._folds = [program.calls[i].folds for i in calls]
        made_by = {t: k for k, i in enumerate(calls) for t in program.calls[i].outputs}
        complete = [
            k
            for k, i in enumerate(calls)
            if any(t in tensors.born or owner.owner[t] != t for t in program.calls[i].outputs)
        ]
        demand = Demand(self._reads, made_by, self._rows, self._folds, grains)
        self.steps = demand.steps(complete)
        self._newest: dict[int, int] = {}
        self._kept: dict[int, int] = {}
        self._intervals: dict[tuple[int, int], list[int]] = {}

    def permitted(self, candidates: Mapping[int, int]) -> dict[int, int]:
        """Those of the aliases, tensor -> input, whose input is read no more by others where they overwrite it.

        Each is permitted or not whatever becomes of the others: the steps are the same.
        """
        readers: dict[int, list[tuple[int, list[int]]]] = {source: [] for source in candidates.values()}
        for k, entries in enumerate(self._reads):
            for entry in entries:
                if entry.tensor in readers:
                    readers[entry.tensor].append((k, entry.oldest))
        guards: dict[int, list[tuple[int, list[tuple[int, list[int]]]]]] = {}
        for k, index in enumerate(self._calls):
            for tensor in self._program.calls[index].outputs:
                others = [(c, oldest) for c, oldest in readers.get(candidates.get(tensor, -1), ()) if c != k]
                if others:
                    guards.setdefault(k, []).append((tensor, others))
        broken = set()
        done = [0] * len(self._calls)
        for k, y, n in self.steps if guards else ():
            for tensor, others in guards.get(k, ()):
                if min(oldest[done[c]] for c, oldest in others) < y + n:
                    broken.add(tensor)
            done[k] = y + n
        return {tensor: source for tensor, source in candidates.items() if tensor not in broken}

    def measure(self, aliases: Mapping[int, int]) -> None:
        """Goes through the steps and finds the rows that rings keep and the distances that overlays permit."""
        self._root = _resolve(aliases)
        self._prepare()
        done = self._done = [0] * len(self._calls)
        for k, y, n in self.steps:
            self._make(k, y, n)
            done[k] = y + n

    def _prepare(self) -> None:
        """Who reads and who shares memory with whom, so that `_make` only looks up."""
        program, tensors, owner, shared = self._program, self._tensors, self._owner.owner, self._owner.shared
        readers: dict[int, list[tuple[int, Reads]]] = {}
        members: dict[int, list[int]] = {}
        for k, entries in enumerate(self._reads):
            for entry in entries:
                tensor = owner[entry.tensor]
                if tensor in tensors.inner or tensor in tensors.dying or tensor in self._root:
                    readers.setdefault(self._root.get(tensor, tensor), []).append((k, entry))
        for tensor in (*tensors.dying, *tensors.inner, *tensors.born):
            members.setdefault(self._root.get(tensor, tensor), []).append(tensor)
        self._ringed = {
            root
            for root, group in members.items()
            if all(t in tensors.inner for t in group) and shared.isdisjoint(group)
        }
        # Memory that is given up here, but still written, is overlaid by nothing: some rows of that nobody reads.
        written = {
            self._root.get(owner[t], owner[t])
            for index in self._calls
            for t in program.calls[index].outputs
            if owner[t] != t
        }
        dying = [
            root
            for root, group in members.items()
            if any(t in tensors.dying for t in group) and not any(t in tensors.born for t in group)
            if root not in written
        ]
        born = {
            root
            for root, group in members.items()
            if any(t in tensors.born for t in group) and not any(t in tensors.dying for t in group)
        }
        self._dying = []
        for root in sorted(dying):
            users, width = readers.get(root, []), self._owner.row_bytes[root]
            if not shared.isdisjoint(members[root]):
                users, width = [(k, self._in_bytes(k, entry)) for k, entry in users], 1
            self._dying.append((root, users, width))
        self._makes: list[list[_Made]] = []
        for index in self._calls:
            makes: list[_Made] = []
            for tensor in program.calls[index].outputs:
                if owner[tensor] in tensors.inner or owner[tensor] in tensors.born:
                    root = self._root.get(owner[tensor], owner[tensor])
                    rows = self._owner.rows[root if owner[tensor] == tensor else tensor]
                    start = self._owner.start(tensor, self._reverse)
                    ring, users = root in self._ringed, readers.get(root, [])
                    makes.append(_Made(root, rows, self._owner.row_bytes[tensor], start, ring, root in born, users))
            self._makes.append(makes)

    def _in_bytes(self, k: int, entry: Reads) -> Reads:
        return self._owner.reads_in_bytes(self._calls[k], entry, self._reverse)

    def _make(self, k: int, y: int, n: int) -> None:
        done = self._done
        whole = self._rows[k] == 1 or self._folds[k] > 0
        for root, rows, width, start, ring, born, readers in self._makes[k]:
            if ring:
                begin, end = (0, rows) if whole else (y, y + n)
                newest = self._newest[root] = max(self._newest.get(root, 0), end)
                keep = end - begin
                for c, r in readers:
                    held_rows = newest - r.oldest[done[c]]
                    if held_rows > keep:
                        keep = held_rows
                if keep > self._kept.get(root, 0):
                    self._kept[root] = keep
            elif born:
                begin, end = (0, rows) if whole else (y, y + n)
                begin, end = begin * width + start, end * width + start
                for dying, users, dying_width in self._dying:
                    oldest, newest = GONE, -1
                    for c, r in users:
                        at = done[c]
                        if r.oldest[at] < oldest:
                            oldest = r.oldest[at]
                        if r.newest[at] > newest:
                            newest = r.newest[at]
                    if oldest == GONE:
                        continue
                    low, high = oldest * dying_width - end, (newest + 1) * dying_width - begin
                    held = self._intervals.setdefault((dying, root), [low, high])
                    if low < held[0]:
                        held[0] = low
                    if high > held[1]:
                        held[1] = high

    def result(self) -> RowPlan:
        """The plan, with rows in the tensors' own numbering."""
        owner, program = self._owner, self._program
        rings = {}
        for tensor in sorted(self._tensors.inner):
            root = self._root.get(tensor, tensor)
            if root in self._ringed and 0 < self._kept.get(root, 0) < owner.rows[root]:
                rings[tensor] = self._kept[root]
        overlays = {}
        for (dying, born), (low, high) in self._intervals.items():
            if self._reverse:
                shift = program.tensors[dying].nbytes - program.tensors[born].nbytes
                low, high = shift - high, shift - low
            overlays[dying, born] = (low, high)
        for dying, _, _ in self._dying:
            for tensor in sorted(self._tensors.born):
                born = self._root.get(tensor, tensor)
                if born not in self._tensors.dying and (dying, born) not in overlays:
                    overlays[dying, born] = (0, 0)
        overlays = _allowed(program, self._calls, overlays)
        heights = [program.rows_of(i) for i in self._calls]
        inside = [not any(made.born for made in makes) for makes in self._makes]
        room = [
            self._folds[k] or min((rings.get(t, owner.rows[t]) for t in program.calls[i].outputs), default=heights[k])
            for k, i in enumerate(self._calls)
        ]
        whole = [r == 1 for r in self._rows]
        return RowPlan(self.steps, heights, whole, inside, room, rings, dict(self._root), overlays, self._reverse)


def _allowed(
    program: Program, calls: Sequence[int], overlays: dict[tuple[int, int], tuple[int, int]]
) -> dict[tuple[int, int], tuple[int, int]]:
    """The overlays that leave buffers on their boundaries; none where the NPU runs, which may read behind buffers."""
    if any(program.calls[index].kernel == KIND for index in calls):
        return {}
    if program.alignment == ALIGNMENT:
        return overlays
    to = program.alignment
    return {pair: (low // to * to, -(-high // to) * to) for pair, (low, high) in overlays.items()}


def _resolve(direct: Mapping[int, int]) -> dict[int, int]:
    """Follows each alias to the tensor that owns the memory."""
    resolved = {}
    for tensor in direct:
        source = direct[tensor]
        while source in direct:
            source = direct[source]
        resolved[tensor] = source
    return resolved
