# SPDX-License-Identifier: Apache-2.0
"""From a schedule and pools to a place for every tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingot.base.errors import IngotError
from ingot.compiler.kernels.program import Program
from ingot.compiler.plan.pools import PlanPool, candidates, usable
from ingot.compiler.plan.spill import spill, traffic
from ingot.compiler.plan.types import Placement, Plan
from ingot.compiler.plan.verify import verify_plan
from ingot.compiler.schedule.buffers import Buffer, buffers_of, placed_outside
from ingot.compiler.schedule.types import Schedule, ScheduleOptions


def make_plan(
    program: Program, schedule: Schedule, pools: Sequence[PlanPool], options: ScheduleOptions | None = None
) -> Plan:
    """Places everything, and verifies the result.

    pools: what may be used, in order of preference among equal scores. The best pool (or run of contiguous pools, as
    one virtual pool) takes everything if it holds everything. Else the least used buffers spill into pools with a lower
    score, unless a single pool with a lower score does better. Raises IngotError when the pools are too small.
    """
    options = options or ScheduleOptions()
    buffers = buffers_of(program, schedule.regions, schedule.aliases, options)
    arenas = candidates(pools)
    offsets = [_offset(schedule, buffer) for buffer in buffers]
    need = max((o + b.size for o, b in zip(offsets, buffers, strict=True)), default=0)
    home = next((pool for pool in arenas if usable(pool, pools) >= need), None)
    where = [(home.name, offset) for offset in offsets] if home else None
    if home is None or home.score < max(pool.score for pool in arenas):
        spilled = spill(program, schedule, buffers, pools)
        scores = {pool.name: pool.score for pool in arenas}
        both = [w for w in (where, spilled) if w is not None]
        where = min(both, key=lambda w: _slowness(program, buffers, w, scores), default=None)
    if where is None:
        raise _too_small(program, buffers, need, schedule.lower_bound, pools)
    plan = _assemble(program, buffers, where, schedule, options)
    verify_plan(program, schedule, plan, arenas, options)
    return plan


def _offset(schedule: Schedule, buffer: Buffer) -> int:
    """Where the schedule's own placement has the buffer, in one block."""
    if buffer.tensors:
        return schedule.offsets[buffer.tensors[0]]
    return schedule.scratch_offsets[buffer.calls[0]]


def _slowness(
    program: Program, buffers: Sequence[Buffer], where: Sequence[tuple[str, int]], scores: Mapping[str, int]
) -> int:
    """Bytes moved, weighted by how far their pool is below the best score."""
    best = max(scores.values())
    return sum(traffic(program, b) * (best - scores[pool]) for b, (pool, _) in zip(buffers, where, strict=True))


def _assemble(
    program: Program,
    buffers: Sequence[Buffer],
    where: Sequence[tuple[str, int]],
    schedule: Schedule,
    options: ScheduleOptions,
) -> Plan:
    placements: dict[int, Placement] = {}
    scratch: dict[int, Placement] = {}
    used: dict[str, int] = {}
    for buffer, (pool, offset) in zip(buffers, where, strict=True):
        used[pool] = max(used.get(pool, 0), offset + buffer.size)
        for tensor in buffer.tensors:
            lies = program.owner(tensor) != tensor
            at, size = offset + program.offset(tensor), program.tensors[tensor].nbytes if lies else buffer.used
            placements[tensor] = Placement(tensor, pool, at, size, buffer.first, buffer.last, buffer.ring)
        for call in buffer.calls:
            scratch[call] = Placement(-1, pool, offset, buffer.used, buffer.first, buffer.last)
    for tensor in placed_outside(program, options):
        last = max(len(schedule.regions) - 1, 0)
        placements[tensor] = Placement(tensor, "", 0, program.tensors[tensor].nbytes, 0, last)
    return Plan(
        dict(sorted(placements.items())), dict(sorted(scratch.items())), sum(used.values()), schedule.lower_bound, used
    )


def _too_small(
    program: Program, buffers: Sequence[Buffer], need: int, bound: int, pools: Sequence[PlanPool]
) -> IngotError:
    largest = max(buffers, key=lambda b: b.size)
    name = program.tensors[largest.tensors[0]].name if largest.tensors else f"scratch of call {largest.calls[0]}"
    total = sum(p.size for p in pools)
    return IngotError(
        f"the activations of '{program.name}' do not fit: they need {need:,} bytes (at least {bound:,} with this "
        f"schedule; the largest is '{name}' with {largest.size:,}), the pools have {total:,}",
        where="memory plan",
        remedy="Use a larger pool in the board's .mpool file, or optimize=ram.",
    )
