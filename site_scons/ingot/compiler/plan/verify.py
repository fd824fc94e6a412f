# SPDX-License-Identifier: Apache-2.0
"""The check of a finished plan: separate from the planner, and always on."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.base.errors import IngotError
from ingot.compiler.kernels.program import Program
from ingot.compiler.plan.pools import PlanPool
from ingot.compiler.plan.types import Placement, Plan
from ingot.compiler.schedule.buffers import ALIGNMENT, BASE_ALIGNMENT, kept_to_the_end, placed_outside
from ingot.compiler.schedule.replay import Place, Replay
from ingot.compiler.schedule.types import Schedule, ScheduleOptions


def verify_plan(
    program: Program, schedule: Schedule, plan: Plan, arenas: Sequence[PlanPool], options: ScheduleOptions
) -> None:
    """Raises IngotError, naming both owners, unless the network can run in this plan.

    Every tensor that a call uses has a place; every place and every row is aligned to its elements; every place is
    large enough and inside its pool with the bytes that kernels may read past it; and a replay of all steps finds every
    row intact whenever it is read.
    arenas: the real and virtual pools that placements name.
    """
    rings = {tensor: rows for region in schedule.regions for tensor, rows in region.rings.items()}
    outside = placed_outside(program, options)
    known = {pool.name: pool for pool in arenas}
    used = {t for region in schedule.regions for i in region.calls for t in _tensors(program, i)} | {*program.inputs}
    for tensor in sorted(used):
        place = plan.placements.get(tensor)
        if place is None:
            raise _error(program, tensor, "has no place")
        if (place.pool == "") != (tensor in outside):
            raise _error(
                program, tensor, "is the application's, but was placed" if place.pool == "" else "was not placed"
            )
        rows = rings.get(tensor, 0)
        if place.ring != rows:
            raise _error(program, tensor, f"has a ring of {place.ring} rows, its schedule needs {rows}")
        data = program.tensors[tensor]
        if data.row_bytes % data.dtype.size:
            raise _error(
                program, tensor, f"has rows of {data.row_bytes} bytes, not whole elements of {data.dtype.size}"
            )
        _inside(program, tensor, place, (rows or data.rows) * data.row_bytes, known, _alignment(program, tensor))
    for index, place in plan.scratch.items():
        call = program.calls[index]
        _inside(program, call.outputs[0], place, call.scratch, known, ALIGNMENT)
    _replay(program, schedule, plan, options)


def _tensors(program: Program, index: int) -> tuple[int, ...]:
    return (*program.calls[index].inputs, *program.calls[index].outputs)


def _alignment(program: Program, tensor: int) -> int:
    """Of the tensor's first byte: that of its elements where it lies in another tensor, as a row of that would."""
    data = program.tensors[tensor]
    return ALIGNMENT if data.place is None else data.dtype.size


def _inside(
    program: Program, tensor: int, place: Placement, size: int, known: dict[str, PlanPool], alignment: int
) -> None:
    if place.size < size:
        raise _error(program, tensor, f"has {place.size} bytes, it needs {size}")
    if place.pool == "":
        return
    pool = known.get(place.pool)
    if pool is None:
        raise _error(program, tensor, f"was placed in a pool '{place.pool}' that does not exist")
    if place.offset % alignment:
        raise _error(program, tensor, f"starts at offset {place.offset}, not a multiple of {alignment}")
    if (pool.base or 0) % BASE_ALIGNMENT:
        raise _error(program, tensor, f"is in pool '{pool.name}', whose base is not a multiple of {BASE_ALIGNMENT}")
    if place.offset < 0 or place.offset + size > pool.size:
        raise _error(
            program,
            tensor,
            f"takes bytes {place.offset}..{place.offset + size - 1} of pool '{pool.name}' ({pool.size})",
        )


def _replay(program: Program, schedule: Schedule, plan: Plan, options: ScheduleOptions) -> None:
    """Pools that overlap as addresses (a virtual one and its parts) are one memory in the replay."""
    places: dict[int, Place] = {}
    sizes: dict[str, int] = {}
    for tensor, place in plan.placements.items():
        name = place.pool or f"application:{tensor}"
        places[tensor] = Place(name, place.offset, place.ring)
        sizes[name] = max(sizes.get(name, 0), place.offset + place.size)
    scratch = {}
    for index, place in plan.scratch.items():
        scratch[index] = (place.pool, place.offset)
        sizes[place.pool] = max(sizes.get(place.pool, 0), place.offset + place.size)
    Replay(program, places, scratch, sizes).run(schedule.regions, sorted(kept_to_the_end(program, options)))


def _error(program: Program, tensor: int, what: str) -> IngotError:
    return IngotError(
        f"tensor '{program.tensors[tensor].name}' {what}",
        where="memory plan",
        remedy="This is a fault in Ingot's planner, not in the model: please report it.",
    )
