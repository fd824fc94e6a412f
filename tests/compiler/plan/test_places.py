# SPDX-License-Identifier: Apache-2.0
"""Tensors that lie inside others: which do, what that saves, and that the check still finds what does not belong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.compiler.kernels.places import with_places
from ingot.compiler.kernels.program import Piece, Place, Program
from ingot.compiler.plan.planner import make_plan
from ingot.compiler.plan.pools import PlanPool
from ingot.compiler.plan.verify import verify_plan
from ingot.compiler.schedule.choice import forms
from ingot.compiler.schedule.schedule import make_schedule
from ingot.compiler.schedule.types import ScheduleOptions
from support.programs import ProgramBuilder

UNFUSED = ScheduleOptions(fuse=False)
BIG = PlanPool("big", 0x34000000, 1 << 20, 90)
WAYS = [UNFUSED, ScheduleOptions("ram"), ScheduleOptions("balanced"), ScheduleOptions("speed")]


def two_heads() -> Program:
    """A head of each of two scales, joined to be the output."""
    b = ProgramBuilder()
    large = b.conv(b.input(32, 96), 128, stride=2)
    head = b.conv(large, 320, kernel=1)
    small = b.conv(large, 128, stride=2)
    return b.build(b.join(head, b.conv(small, 320, kernel=1)))


def places(program: Program) -> dict[int, Place]:
    return {t: tensor.place for t, tensor in enumerate(program.tensors) if tensor.place is not None}


def joins(program: Program) -> int:
    return sum(call.descriptor == "concat" for call in program.calls)


@pytest.mark.parametrize("options", WAYS, ids=lambda o: f"{o.optimize}-{o.fuse:d}")
def test_heads_are_made_where_they_are_joined(options: ScheduleOptions) -> None:
    program = two_heads()
    schedule = make_schedule(program, options)
    plan = make_plan(schedule.program, schedule, [BIG], options)
    (output,) = program.outputs
    head, other = program.calls[-1].inputs
    assert joins(schedule.program) == 0
    assert plan.placements[head].offset == plan.placements[output].offset
    assert plan.placements[other].offset == plan.placements[output].offset + 16 * 320
    assert plan.peak == schedule.peak


def test_what_two_heads_save() -> None:
    """Copied, the result is there beside both heads; in places, the heads are the result."""
    placed, copied = make_schedule(two_heads(), UNFUSED), make_schedule(joined_outside(), UNFUSED)
    assert copied.unfused_peak == 2 * 24 * 320
    assert placed.unfused_peak == 16 * 128 + 24 * 320
    assert placed.cost < copied.cost


def joined_outside() -> Program:
    """The same with an input of other rows: nothing of it can have a place."""
    program = two_heads()
    call = program.calls[-1]
    return replace(program, calls=(*program.calls[:-1], replace(call, fields={**call.fields, "groups": 2})))


def test_results_are_joined_again() -> None:
    """Places are those in the outermost; pieces are of what is written."""
    b = ProgramBuilder()
    x = b.input(4, 32)
    first, second, third = b.conv(x, 32), b.conv(x, 32), b.conv(x, 32)
    inner = b.join(first, second)
    outer = b.join(third, inner, b.conv(inner, 32))
    placed = with_places(b.build(b.conv(outer, 8)), ())
    at = 4 * 32
    last = placed.written(outer)[-1]
    assert places(placed) == {
        third: Place(outer, 0),
        first: Place(outer, at),
        second: Place(outer, 2 * at),
        inner: Place(outer, at),
        last: Place(outer, 3 * at),
    }
    assert placed.tensors[outer].pieces == (
        Piece(third, 0, at),
        Piece(first, 0, at),
        Piece(second, 0, at),
        Piece(last, 0, 2 * at),
    )
    assert joins(placed) == 0
    planned(placed)


def planned(program: Program, options: ScheduleOptions = UNFUSED) -> None:
    """A plan of the program, which is replayed."""
    schedule = make_schedule(program, options)
    make_plan(schedule.program, schedule, [BIG], options)


@pytest.mark.parametrize("rows", [0, 1])
def test_what_has_no_place_is_copied_to_one(rows: int) -> None:
    """An input and a constant by one call; what stands twice, once."""
    b = ProgramBuilder()
    x = b.input(4, 32)
    made = b.conv(x, 32)
    whole = b.join(made, x, None, made, rows=rows)
    placed = with_places(b.build(b.whole(whole, 10)), ())
    assert [call.kernel for call in placed.calls] == ["conv2d_s8", "concat_2", "fully_connected_s8"]
    copy = placed.calls[1]
    assert copy.inputs == (x, made)
    assert copy.fields["inputs"] == 3 and copy.fields["constants"] == 0b10
    assert copy.fields["part"] == ((4, 1, 4) if rows == 0 else (128, 32, 128))
    assert [param.name for param in copy.params] == ["part1"]
    assert placed.tensors[copy.outputs[0]].place == Place(whole, 128)
    planned(placed)


@pytest.mark.parametrize("constant", [0, 1, 2])
def test_constants_alone_are_copied_with_a_neighbour(constant: int) -> None:
    """No call has only constants."""
    b = ProgramBuilder()
    x = b.input(8, 32)
    parts: list[int | None] = [b.conv(x, 32), b.conv(x, 32)]
    parts.insert(constant, None)
    placed = with_places(b.build(b.whole(b.join(*parts), 10)), ())
    (copy,) = (call for call in placed.calls if call.descriptor == "concat")
    assert len(copy.inputs) == 1 and len(places(placed)) == 2
    planned(placed)


def test_many_copies_for_a_few_bytes_are_one() -> None:
    b = ProgramBuilder()
    x, y = b.input(4, 16), b.input(4, 16)
    program = b.build(b.whole(b.join(x, b.conv(x, 16), y, rows=1), 8))
    assert places(with_places(program, ()))
    b = ProgramBuilder()
    x, y = b.input(4, 15), b.input(4, 15)
    program = b.build(b.whole(b.join(x, b.conv(x, 15), y, rows=1), 8))
    assert with_places(program, ()) is program


def output_too(b: ProgramBuilder) -> Program:
    made = b.conv(b.input(4, 32), 32)
    return b.build(made, b.join(made, b.input(4, 32)))


def a_state(b: ProgramBuilder) -> Program:
    return b.build(b.join(b.tensor(4, 32, "state"), b.input(4, 32)))


def the_npu(b: ProgramBuilder) -> Program:
    made = b.conv(b.input(4, 32), 32)
    b.tensors[made] = replace(b.tensors[made], spare=64)
    return b.build(b.join(made, b.input(4, 32)))


def beside_the_npu(b: ProgramBuilder) -> Program:
    whole = b.join(b.conv(b.input(4, 32), 32), b.input(4, 32))
    b.tensors[whole] = replace(b.tensors[whole], spare=64)
    return b.build(b.conv(whole, 8))


@pytest.mark.parametrize("build", [output_too, a_state, the_npu, beside_the_npu], ids=lambda f: f.__name__)
def test_has_no_place(build: Callable[[ProgramBuilder], Program]) -> None:
    program = build(ProgramBuilder())
    assert with_places(program, ()) is program


def test_the_application_s_output_has_nothing_in_it() -> None:
    options = replace(UNFUSED, io_placement="application")
    assert [len(form.calls) for form in forms(two_heads(), options)] == [5]
    planned(two_heads(), options)


@pytest.mark.parametrize("options", WAYS, ids=lambda o: f"{o.optimize}-{o.fuse:d}")
def test_what_is_worked_on_in_place_is_made_there(options: ScheduleOptions) -> None:
    """Two tables behind a head: all three tensors are one place. Who is read by another one too has its own memory."""
    b = ProgramBuilder()
    x = b.input(16, 64)
    raw = b.conv(x, 64)
    once = b.table(raw)
    head = b.table(once)
    seen = b.conv(x, 64)
    whole = b.join(head, b.table(seen))
    program = b.build(b.whole(whole, 10), b.whole(seen, 10))
    placed = with_places(program, ())
    assert [places(placed).get(t) for t in (raw, once, head, seen)] == [Place(whole, 0)] * 3 + [None]
    planned(program, options)


@pytest.mark.parametrize("options", WAYS, ids=lambda o: f"{o.optimize}-{o.fuse:d}")
def test_a_range_is_read_where_it_is(options: ScheduleOptions) -> None:
    b = ProgramBuilder()
    x = b.conv(b.input(16, 64), 64)
    upper, lower = b.cut(x, 0, 8), b.cut(x, 8, 8)
    inner = b.cut(lower, 2, 4)
    program = b.build(b.conv(upper, 16), b.conv(lower, 16), b.conv(inner, 16))
    placed = with_places(program, ())
    assert places(placed) == {upper: Place(x, 0), lower: Place(x, 512), inner: Place(x, 640)}
    assert placed.tensors[inner].pieces == (Piece(x, 640, 256),)
    assert len(placed.calls) == len(program.calls) - 3
    planned(program, options)


@pytest.mark.parametrize("optimize", ["ram", "balanced", "speed"])
def test_a_ring_is_not_given_up(optimize: str) -> None:
    """What calls read by rows is a ring in a fused region; where its whole place would be the most, it is copied."""
    b = ProgramBuilder()
    x, y = (b.conv(b.input(24, 40), 40) for _ in range(2))
    wide = b.join(b.conv(x, 2000, kernel=1), b.conv(y, 2000, kernel=1))
    program = b.build(b.conv(wide, 16, kernel=1))
    options = ScheduleOptions(optimize, fit=50_000)
    schedule = make_schedule(program, options)
    assert joins(schedule.program) == 1 and schedule.peak < 48 * 2000 < schedule.unfused_peak
    assert joins(make_schedule(program, UNFUSED).program) == 0
    planned(program, options)


def random_program(seed: int) -> Program:
    """Convolutions, tables, sums, joins and ranges behind random tensors, all of one width."""
    rng = np.random.default_rng(seed)
    b = ProgramBuilder()
    tensors = [b.input(int(rng.integers(2, 12)), 32) for _ in range(2)]
    for _ in range(int(rng.integers(4, 11))):
        source = tensors[int(rng.integers(max(0, len(tensors) - 5), len(tensors)))]
        kind = int(rng.integers(6))
        if kind == 0:
            tensors.append(b.conv(source, 32, stride=int(rng.integers(1, 3))))
        elif kind == 1:
            tensors.append(b.table(source))
        elif kind == 2:
            tensors.append(b.add(source, b.conv(source, 32)))
        elif kind == 3 and b.rows(source) > 1:
            first = int(rng.integers(b.rows(source)))
            tensors.append(b.cut(source, first, int(rng.integers(1, b.rows(source) - first + 1))))
        elif b.rows(source) < 60:
            parts: list[int | None] = [tensors[int(rng.integers(len(tensors)))] for _ in range(int(rng.integers(1, 4)))]
            parts += [None] * int(rng.integers(5) == 0)
            tensors.append(b.join(source, *(part for part in parts if part is None or b.rows(part) < 40)))
    read = {t for call in b.calls for t in call.inputs}
    outputs = [t for t in tensors[2:] if t not in read] or [b.conv(tensors[-1], 32)]
    return b.build(*outputs)


@pytest.mark.parametrize("seed", range(32))
def test_every_plan_passes_its_check(seed: int) -> None:
    """make_plan replays every step in a byte-tagged memory and raises when a row is gone."""
    program = random_program(seed)
    options = WAYS[seed % len(WAYS)]
    schedule = make_schedule(program, options)
    plan = make_plan(schedule.program, schedule, [BIG], options)
    assert plan.peak <= schedule.peak
    if not options.fuse:
        for form in forms(program, options):
            planned(form, options)


@pytest.mark.parametrize("options", WAYS[:2], ids=lambda o: f"{o.optimize}-{o.fuse:d}")
def test_the_check_notices_every_place_that_is_wrong(options: ScheduleOptions) -> None:
    """Each tensor with a place, moved by as little as a byte, is not where its readers look for it, or on others."""
    b = ProgramBuilder()
    x = b.conv(b.input(16, 64), 64)
    head, tail = b.table(b.conv(x, 64)), b.conv(x, 64)
    whole = b.join(head, tail)
    program = b.build(b.conv(whole, 8), b.conv(b.cut(x, 3, 5), 8), b.whole(tail, 10))
    program = with_places(program, ())
    schedule = make_schedule(program, options)
    plan = make_plan(schedule.program, schedule, [BIG], options)
    moved = [t for t in places(schedule.program) if t in plan.placements]
    assert len(moved) == 4
    for tensor in (*moved, whole):
        for by in (-1, 1, 64):
            place = plan.placements[tensor]
            wrong = {**plan.placements, tensor: replace(place, offset=place.offset + by)}
            with pytest.raises(IngotError, match="memory plan"):
                verify_plan(schedule.program, schedule, replace(plan, placements=wrong), [BIG], options)


def test_the_check_notices_a_reader_that_comes_before_a_piece() -> None:
    program = with_places(two_heads_read(), ())
    schedule = make_schedule(program, UNFUSED)
    plan = make_plan(program, schedule, [BIG], UNFUSED)
    reader = next(n for n, region in enumerate(schedule.regions) if region.calls == (len(program.calls) - 1,))
    regions = list(schedule.regions)
    regions[reader - 1 : reader + 1] = regions[reader], regions[reader - 1]
    with pytest.raises(IngotError, match="is needed in region"):
        verify_plan(program, replace(schedule, regions=tuple(regions)), plan, [BIG], UNFUSED)


def two_heads_read() -> Program:
    b = ProgramBuilder()
    x = b.input(16, 64)
    return b.build(b.whole(b.join(b.conv(x, 64), b.conv(x, 64)), 10))


def test_the_check_notices_pieces_in_another_order() -> None:
    """The plan is right for one order of the parts; it is wrong for the other."""
    program = with_places(two_heads_read(), ())
    schedule = make_schedule(program, UNFUSED)
    plan = make_plan(program, schedule, [BIG], UNFUSED)
    tensors = [replace(tensor, pieces=tensor.pieces[::-1]) for tensor in program.tensors]
    with pytest.raises(IngotError, match="is needed in region"):
        verify_plan(replace(program, tensors=tuple(tensors)), schedule, plan, [BIG], UNFUSED)
