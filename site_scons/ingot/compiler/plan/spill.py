# SPDX-License-Identifier: Apache-2.0
"""Sharing buffers out over several pools when no single one holds them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingot.compiler.kernels.program import Program
from ingot.compiler.plan.pools import PlanPool, contiguous_runs, span, usable
from ingot.compiler.plan.restrictions import Restrictions, restrictions
from ingot.compiler.schedule.buffers import Buffer
from ingot.compiler.schedule.types import Schedule


def traffic(program: Program, buffer: Buffer) -> int:
    """Bytes that calls read from and write to the buffer in one inference, rows that are read again counted once."""
    if not buffer.tensors:
        return 2 * buffer.size
    mine = frozenset(buffer.tensors)
    used = (t for call in program.calls for t in (*call.inputs, *call.outputs) if t in mine)
    return sum(program.tensors[t].nbytes for t in used)


def spill(
    program: Program, schedule: Schedule, buffers: Sequence[Buffer], pools: Sequence[PlanPool]
) -> list[tuple[str, int]] | None:
    """For each buffer a pool and an offset, or None when they do not fit.

    Contiguous pools serve as one. Several orders of placing are tried; the one that moves the fewest bytes through
    pools of lower scores wins.
    """
    runs = contiguous_runs(pools)
    joined = {pool.name for run in runs for pool in run}
    arenas = [span(run) for run in runs] + [p for p in pools if p.size and p.name not in joined]
    arenas.sort(key=lambda p: -p.score)
    between = restrictions(schedule, buffers)
    busy = [traffic(program, b) for b in buffers]
    keys: tuple[Callable[[int], tuple[float, ...]], ...] = (
        lambda i: (-busy[i] / max(buffers[i].size, 1) / (buffers[i].last - buffers[i].first + 1), i),
        lambda i: (-busy[i] / max(buffers[i].size, 1), i),
        lambda i: (-busy[i], i),
        lambda i: (-buffers[i].size, i),
        lambda i: (buffers[i].first, -buffers[i].size, i),
    )
    best: list[tuple[str, int]] | None = None
    best_cost = 0
    for key in keys:
        order = sorted(range(len(buffers)), key=key)
        placed = _share_out(between, order, arenas, [usable(a, pools) for a in arenas])
        if placed is None:
            continue
        cost = sum(busy[i] * placed[i][0] for i in range(len(buffers)))
        if best is None or cost < best_cost:
            best = [(arenas[arena].name, offset) for arena, offset in placed]
            best_cost = cost
    return best


def _share_out(
    between: Restrictions, order: Sequence[int], arenas: Sequence[PlanPool], room: Sequence[int]
) -> list[tuple[int, int]] | None:
    """Each buffer in the first arena with a gap for it; arena number and offset."""
    offsets = [[-1] * len(order) for _ in arenas]
    result: dict[int, tuple[int, int]] = {}
    for item in order:
        for arena in range(len(arenas)):
            at = between.lowest(item, offsets[arena])
            if at + between.sizes[item] <= room[arena]:
                offsets[arena][item] = at
                result[item] = (arena, at)
                break
        else:
            return None
    return [result[item] for item in range(len(order))]
