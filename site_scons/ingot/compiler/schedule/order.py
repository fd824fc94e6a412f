# SPDX-License-Identifier: Apache-2.0
"""Orders in which the calls may run."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from ingot.compiler.kernels.program import Program
from ingot.compiler.schedule.buffers import kept_to_the_end, placed_outside
from ingot.compiler.schedule.types import ScheduleOptions

_STATES = 20_000
"""Sets of finished calls that the search for the best order looks at, at most."""


def dependencies(program: Program) -> list[set[int]]:
    """For each call, the calls that must run before it: those that make what it reads, and those that read a state
    which it overwrites."""
    states = {t for t, tensor in enumerate(program.tensors) if tensor.role == "state"}
    producer = {tensor: i for i, call in enumerate(program.calls) for tensor in call.outputs if tensor not in states}
    readers: dict[int, set[int]] = {}
    for i, call in enumerate(program.calls):
        for tensor in states.intersection(call.inputs):
            readers.setdefault(tensor, set()).add(i)
    needs: list[set[int]] = []
    for i, call in enumerate(program.calls):
        made = {producer[t] for read in call.inputs for t in program.written(read) if t in producer}
        overwritten = {reader for t in call.outputs for reader in readers.get(t, ())}
        needs.append((made | overwritten) - {i})
    return needs


def orders(program: Program, options: ScheduleOptions) -> list[tuple[int, ...]]:
    """Some executable orders, without repetition: the program's own, the one with the least whole-tensor peak, and
    those that finish one branch before they begin the next, by either end. Of one that says so, its own alone."""
    own = tuple(range(len(program.calls)))
    if program.in_order:
        return [own]
    found = [own, least_memory_order(program, options), _depth_first(program, False), _depth_first(program, True)]
    return list(dict.fromkeys(order for order in found if order is not None))


def _depth_first(program: Program, last_first: bool) -> tuple[int, ...]:
    """Calls in the order in which the outputs ask for them, depth first."""
    needs = dependencies(program)
    done: list[int] = []
    seen: set[int] = set()
    wanted = {i for i in range(len(needs))} - {d for n in needs for d in n}
    stack = [(i, False) for i in sorted(wanted, reverse=not last_first)]
    while stack:
        index, ready = stack.pop()
        if ready:
            done.append(index)
        elif index not in seen:
            seen.add(index)
            stack.append((index, True))
            stack += [(d, False) for d in sorted(needs[index] - seen, reverse=not last_first)]
    return tuple(done)


class _Memory:
    """Live bytes of whole tensors as calls finish; element-wise results reuse a dying input. Tensors are counted by the
    memory that they lie in."""

    def __init__(self, program: Program, options: ScheduleOptions) -> None:
        self._program = program
        self._outside = placed_outside(program, options)
        self._kept = kept_to_the_end(program, options)
        self._readers: dict[int, set[int]] = {}
        self._writers: dict[int, set[int]] = {}
        for i, call in enumerate(program.calls):
            for t in call.inputs:
                self._readers.setdefault(program.owner(t), set()).add(i)
            for t in call.outputs:
                self._writers.setdefault(program.owner(t), set()).add(i)
        self._inputs = [list(dict.fromkeys(map(program.owner, call.inputs))) for call in program.calls]
        self._outputs = [list(dict.fromkeys(map(program.owner, call.outputs))) for call in program.calls]
        given = {*program.inputs, *(i for i, t in enumerate(program.tensors) if t.role == "state")}
        self.start = sum(self._bytes(t) for t in given)

    def _bytes(self, tensor: int) -> int:
        return 0 if tensor in self._outside else self._program.tensors[tensor].nbytes

    def run(self, index: int, done: int, live: int) -> tuple[int, int]:
        """Peak while call `index` runs after the calls of the bit set `done`, and live bytes behind it."""
        call = self._program.calls[index]
        after = done | 1 << index
        made, unread = 0, []
        for t in self._outputs[index]:
            if self._program.tensors[t].role != "state" and not any(done >> w & 1 for w in self._writers[t]):
                made += self._bytes(t)
            if t not in self._kept and not self._readers.get(t):
                unread.append(t)
        freed = [t for t in self._inputs[index] if t not in self._kept and self._is_done(t, after)]
        target = call.outputs[0]
        reused = self._program.owner(target) == target and any(
            call.inputs[p] in freed
            and call.inputs[p] not in self._outside
            and target not in self._outside
            and self._bytes(call.inputs[p]) == self._bytes(target)
            for p in call.inplace
        )
        peak = live + made - (self._bytes(target) if reused else 0)
        return peak, live + made - sum(self._bytes(t) for t in (*freed, *unread))

    def _is_done(self, tensor: int, after: int) -> bool:
        """Whether none of the calls left, those not in the bit set, reads or writes in the tensor's memory."""
        return all(after >> i & 1 for users in (self._readers, self._writers) for i in users.get(tensor, ()))


def least_memory_order(program: Program, options: ScheduleOptions) -> tuple[int, ...] | None:
    """The order with the least peak of whole tensors; None when the search would take too long.

    Best first over sets of finished calls. A call that raises neither the peak nor the live bytes goes at once: no
    order gets worse by it.
    """
    needs = dependencies(program)
    count = len(needs)
    masks = [sum(1 << d for d in n) for n in needs]
    memory = _Memory(program, options)
    heap: list[tuple[int, int, int, int, tuple[int, ...]]] = [(memory.start, 0, 0, memory.start, ())]
    seen: set[int] = set()
    while heap and len(seen) < _STATES:
        peak, _, done, live, order = heapq.heappop(heap)
        if done in seen:
            continue
        seen.add(done)
        if len(order) == count:
            return order
        ready = [i for i in range(count) if not done >> i & 1 and masks[i] & done == masks[i]]
        results = [(i, *memory.run(i, done, live)) for i in ready]
        free = next((r for r in results if r[1] <= peak and r[2] <= live), None)
        for index, high, left in [free] if free else results:
            entry = (max(peak, high), -len(order) - 1, done | 1 << index, left, (*order, index))
            if entry[2] not in seen:
                heapq.heappush(heap, entry)
    return None


def check_order(program: Program, order: Sequence[int]) -> bool:
    """Whether every call runs once and behind all that it needs."""
    at = {index: position for position, index in enumerate(order)}
    needs = dependencies(program)
    return sorted(order) == list(range(len(needs))) and all(at[d] < at[i] for i in at for d in needs[i])
