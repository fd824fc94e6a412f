# SPDX-License-Identifier: Apache-2.0
"""Plans: places, pools, spilling, and what the check refuses."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.compiler.graph import DType
from ingot.compiler.kernels.program import Program
from ingot.compiler.plan.planner import make_plan
from ingot.compiler.plan.pools import PlanPool
from ingot.compiler.plan.verify import verify_plan
from ingot.compiler.schedule.schedule import make_schedule
from ingot.compiler.schedule.types import ScheduleOptions
from support.programs import ProgramBuilder

UNFUSED = ScheduleOptions(fuse=False)
BIG = PlanPool("big", 0x34000000, 1 << 20, 90)


def residual() -> Program:
    b = ProgramBuilder()
    stream = b.conv(b.input(16, 48), 64)
    total = b.add(stream, b.conv(b.conv(stream, 200), 64))
    return b.build(b.conv(total, 10))


def test_reaches_the_lower_bound() -> None:
    program = residual()
    schedule = make_schedule(program, UNFUSED)
    plan = make_plan(program, schedule, [BIG], UNFUSED)
    assert plan.peak == plan.lower_bound == 16 * (64 + 200 + 64)
    assert plan.used == {"big": plan.peak}


def test_a_program_without_calls() -> None:
    """Its inputs are its outputs: they lie one after the other."""
    b = ProgramBuilder()
    x, y = b.input(4, 20), b.input(2, 16)
    program = b.build(x, y)
    plan = make_plan(program, make_schedule(program), [BIG])
    assert [plan.placements[t].offset for t in (x, y)] == [0, 80]
    assert plan.peak == plan.lower_bound == 112


def test_scratch_counts() -> None:
    b = ProgramBuilder()
    program = b.build(b.conv(b.input(4, 16), 16, scratch=100))
    plan = make_plan(program, make_schedule(program, UNFUSED), [BIG], UNFUSED)
    assert plan.scratch[0].size == 100
    assert plan.lower_bound == 64 + 64 + 112


def test_state_lives_for_ever() -> None:
    b = ProgramBuilder()
    state = b.tensor(1, 64, "state")
    x = b.conv(b.input(4, 16), 16)
    b.calls[-1] = replace(b.calls[-1], inputs=(0 + 1, state), windows=(*b.calls[-1].windows, None))
    program = b.build(b.conv(b.conv(x, 64), 16))
    plan = make_plan(program, make_schedule(program, UNFUSED), [BIG], UNFUSED)
    assert (plan.placements[state].first, plan.placements[state].last) == (0, 2)


def test_the_best_pool_that_holds_everything_takes_it() -> None:
    program = residual()
    schedule = make_schedule(program, UNFUSED)
    need = schedule.lower_bound
    small = PlanPool("small", 0x20000000, need + 15, 60)
    fits = PlanPool("fits", 0x30000000, need + 16, 60)
    plan = make_plan(program, schedule, [fits, BIG], UNFUSED)
    assert set(plan.used) == {"big"}
    plan = make_plan(program, schedule, [small, fits], UNFUSED)
    assert set(plan.used) == {"fits"}


def test_a_better_pool_that_is_too_small_takes_what_it_can() -> None:
    program = residual()
    schedule = make_schedule(program, UNFUSED)
    best = PlanPool("best", 0x20000000, schedule.lower_bound, 99)
    plan = make_plan(program, schedule, [BIG, best], UNFUSED)
    assert set(plan.used) == {"best", "big"}


def test_contiguous_pools_serve_as_one() -> None:
    program = residual()
    schedule = make_schedule(program, UNFUSED)
    a = PlanPool("a", 0x34000000, 4096, 94)
    b = PlanPool("b", 0x34001000, 4096, 84)
    far = PlanPool("far", 0x90000000, 1 << 20, 50)
    plan = make_plan(program, schedule, [far, b, a], UNFUSED)
    assert {p.pool for p in plan.placements.values()} == {"a_b"}


def test_spills_the_least_used_into_the_lower_pool() -> None:
    program = residual()
    schedule = make_schedule(program, UNFUSED)
    fast = PlanPool("fast", 0x20000000, 16 * (64 + 64) + 16, 90)
    slow = PlanPool("slow", 0x90000000, 16 * 200 + 16, 50)
    plan = make_plan(program, schedule, [fast, slow], UNFUSED)
    pools = {p.pool for p in plan.placements.values()}
    assert pools == {"fast", "slow"}
    assert plan.placements[program.calls[1].outputs[0]].pool == "slow"
    assert plan.peak == sum(plan.used.values())


def test_too_small_is_one_message() -> None:
    program = residual()
    schedule = make_schedule(program, UNFUSED)
    with pytest.raises(IngotError, match=r"do not fit: they need 5,248 bytes .* the pools have 1,000"):
        make_plan(program, schedule, [PlanPool("tiny", 0, 1000, 1)], UNFUSED)


def test_the_application_places_its_own() -> None:
    program = residual()
    options = ScheduleOptions(fuse=False, io_placement="application")
    plan = make_plan(program, make_schedule(program, options), [BIG], options)
    for tensor in (*program.inputs, *program.outputs):
        assert plan.placements[tensor].pool == ""
    assert plan.placements[program.calls[0].outputs[0]].pool == "big"


def test_the_check_names_both_owners() -> None:
    program = residual()
    schedule = make_schedule(program, UNFUSED)
    plan = make_plan(program, schedule, [BIG], UNFUSED)
    wide = program.calls[1].outputs[0]
    other = program.calls[0].outputs[0]
    broken = dict(plan.placements)
    broken[wide] = replace(broken[wide], offset=broken[other].offset)
    with pytest.raises(IngotError, match=rf"'{program.tensors[other].name}'.*'{program.tensors[wide].name}'"):
        verify_plan(program, schedule, replace(plan, placements=broken), [BIG], UNFUSED)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"offset": 8}, "not a multiple of 16"),
        ({"offset": 1 << 20}, "takes bytes"),
        ({"pool": "nowhere"}, "does not exist"),
        ({"size": 10}, "it needs"),
        ({"ring": 3}, "ring of 3 rows"),
        ({"pool": ""}, "is the application's"),
    ],
)
def test_the_check_refuses(change: dict[str, object], message: str) -> None:
    program = residual()
    schedule = make_schedule(program, UNFUSED)
    plan = make_plan(program, schedule, [BIG], UNFUSED)
    tensor = program.calls[1].outputs[0]
    broken = {**plan.placements, tensor: replace(plan.placements[tensor], **change)}
    if change == {"pool": ""}:
        message = "was not placed|is the application's"
    with pytest.raises(IngotError, match=message):
        verify_plan(program, schedule, replace(plan, placements=broken), [BIG], UNFUSED)


def test_the_check_refuses_a_base_between_words() -> None:
    program = residual()
    schedule = make_schedule(program, UNFUSED)
    plan = make_plan(program, schedule, [BIG], UNFUSED)
    with pytest.raises(IngotError, match="is in pool 'big', whose base is not a multiple of 8"):
        verify_plan(program, schedule, plan, [replace(BIG, base=BIG.base + 4)], UNFUSED)


def test_the_check_refuses_rows_that_end_between_elements() -> None:
    program = residual()
    schedule = make_schedule(program, UNFUSED)
    plan = make_plan(program, schedule, [BIG], UNFUSED)
    tensor = program.inputs[0]
    tensors = list(program.tensors)
    tensors[tensor] = replace(tensors[tensor], dtype=DType.INT16, row_bytes=47)
    with pytest.raises(IngotError, match="has rows of 47 bytes, not whole elements of 2"):
        verify_plan(replace(program, tensors=tuple(tensors)), schedule, plan, [BIG], UNFUSED)


def random_program(recipe: list[tuple[int, int, int]]) -> Program:
    b = ProgramBuilder()
    tensors = [b.input(12, 24)]
    for kind, width, pick in recipe:
        source = tensors[-1 - pick % len(tensors)]
        partner = [t for t in tensors if b.rows(t) == b.rows(source) and b.width(t) == b.width(source)]
        if kind == 0:
            tensors.append(b.add(source, partner[0]))
        elif kind == 1:
            tensors.append(b.table(source))
        elif kind == 2 and b.rows(source) > 1:
            tensors.append(b.conv(source, width, stride=2, scratch=width))
        elif kind == 3:
            tensors.append(b.conv(source, 3 * width, kernel=1))
        else:
            tensors.append(b.conv(source, width))
    read = {t for call in b.calls for t in call.inputs}
    return b.build(*[t for t in tensors if t not in read])


OPTIONS = [
    ScheduleOptions(optimize, fuse, keep, io)
    for optimize, fuse in (("ram", True), ("balanced", True), ("speed", True), ("balanced", False))
    for keep in (False, True)
    for io in ("activations", "application")
]


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 70), st.integers(0, 5)), min_size=1, max_size=12),
    st.sampled_from(OPTIONS),
)
def test_every_plan_passes_its_check(recipe: list[tuple[int, int, int]], options: ScheduleOptions) -> None:
    """make_plan replays every step in a byte-tagged memory and raises when a row is gone."""
    program = random_program(recipe)
    schedule = make_schedule(program, options)
    plan = make_plan(program, schedule, [BIG], options)
    assert plan.peak == schedule.peak >= schedule.lower_bound
    if options.optimize != "balanced":
        assert schedule.peak <= make_schedule(program, replace(options, fuse=False)).peak


def test_the_least_ram_is_never_more_than_without_fusing() -> None:
    """No placement reaches the least peak of this program; the next limit with one is above the unfused peak."""
    recipe = [(3, 4, 1), (3, 47, 2), (2, 37, 2), (2, 34, 4), (4, 2, 1), (3, 37, 4), (4, 2, 4), (2, 8, 4), (1, 6, 2)]
    program = random_program([*recipe, (4, 46, 3), (1, 6, 5), (0, 67, 5)])
    least, unfused = (make_schedule(program, ScheduleOptions("ram", fuse)) for fuse in (True, False))
    assert least.peak <= unfused.peak == unfused.unfused_peak


@pytest.mark.slow
@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 70), st.integers(0, 5)), min_size=2, max_size=10),
    st.sampled_from(OPTIONS),
    st.integers(3, 9),
)
def test_every_spilled_plan_passes_its_check(
    recipe: list[tuple[int, int, int]], options: ScheduleOptions, tenths: int
) -> None:
    program = random_program(recipe)
    schedule = make_schedule(program, options)
    fast = PlanPool("fast", 0x20000000, schedule.peak * tenths // 10 + 16, 90)
    slow = PlanPool("slow", 0x90000000, 1 << 20, 50)
    plan = make_plan(program, schedule, [fast, slow], options)
    fits = [p for p in plan.placements.values() if p.pool and p.size + 16 <= fast.size]
    assert not fits or "fast" in plan.used
    assert all(used <= pool.size for pool in (fast, slow) for name, used in plan.used.items() if name == pool.name)
