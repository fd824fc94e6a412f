# SPDX-License-Identifier: Apache-2.0
"""Schedules: order, in-place reuse, what fusion saves, what the options mean."""

from dataclasses import replace

import pytest

from ingot.base.errors import IngotError
from ingot.compiler.kernels.program import Program
from ingot.compiler.plan.planner import make_plan
from ingot.compiler.plan.pools import PlanPool
from ingot.compiler.plan.verify import verify_plan
from ingot.compiler.schedule.schedule import MARGIN, SMALL, make_schedule
from ingot.compiler.schedule.types import ScheduleOptions, Step
from support.programs import ProgramBuilder

UNFUSED = ScheduleOptions(fuse=False)


def test_each_call_is_a_region_over_all_its_rows() -> None:
    b = ProgramBuilder()
    x = b.input(8, 32)
    program = b.build(b.conv(b.conv(x, 64), 16, stride=2))
    schedule = make_schedule(program, UNFUSED)
    assert [r.calls for r in schedule.regions] == [(0,), (1,)]
    assert [r.steps for r in schedule.regions] == [(Step(0, 0, 8),), (Step(0, 0, 4),)]
    assert schedule.lower_bound == 8 * 32 + 8 * 64


def test_a_result_takes_over_the_input_that_dies() -> None:
    b = ProgramBuilder()
    x = b.conv(b.input(8, 32), 32)
    y = b.table(x)
    program = b.build(b.conv(y, 16))
    assert make_schedule(program, UNFUSED).aliases == {y: x}


def test_a_residual_stream_stays_where_it_is() -> None:
    b = ProgramBuilder()
    stream = b.conv(b.input(8, 32), 32)
    total = b.add(stream, b.conv(stream, 32))
    last = b.add(total, b.conv(total, 32))
    program = b.build(b.conv(last, 16))
    assert make_schedule(program, UNFUSED).aliases == {total: stream, last: stream}


def test_an_input_still_wanted_is_not_overwritten() -> None:
    b = ProgramBuilder()
    x = b.conv(b.input(8, 32), 32)
    y = b.table(x)
    program = b.build(b.add(x, b.conv(y, 32)))
    assert y not in make_schedule(program, UNFUSED).aliases


def test_outputs_are_never_overwritten_and_kept_inputs_neither() -> None:
    b = ProgramBuilder()
    x = b.input(8, 32)
    y = b.table(x)
    z = b.table(y)
    program = b.build(y, z)
    assert make_schedule(program, UNFUSED).aliases == {y: x}
    kept = ScheduleOptions(fuse=False, keep_inputs=True)
    assert make_schedule(program, kept).aliases == {}


def test_the_application_s_memory_is_not_reused() -> None:
    b = ProgramBuilder()
    x = b.input(8, 32)
    y = b.table(x)
    program = b.build(b.table(b.table(y)))
    outside = ScheduleOptions(fuse=False, io_placement="application")
    aliases = make_schedule(program, outside).aliases
    assert x not in aliases.values() and program.outputs[0] not in aliases
    assert aliases == {y + 1: y}


def inverted_residuals(blocks: int = 4) -> Program:
    """Expand, filter, project, add: each block with an expansion six times as wide as its ends."""
    b = ProgramBuilder()
    x = b.conv(b.input(32, 96), 16 * 16, stride=2)
    for block in range(blocks):
        expanded = b.conv(x, 96 * 16, kernel=1)
        filtered = b.conv(expanded, 96 * 16)
        projected = b.conv(filtered, 16 * 16, kernel=1)
        x = b.add(x, projected) if block % 2 else projected
    return b.build(b.conv(x, 64, kernel=1))


def test_fusion_never_keeps_the_expansion() -> None:
    program = inverted_residuals()
    plain = make_schedule(program, UNFUSED)
    fused = make_schedule(program, ScheduleOptions("ram"))
    assert plain.lower_bound == 2 * 16 * 96 * 16 + 16 * 256  # and the skip
    assert fused.unfused_peak == plain.lower_bound
    assert fused.peak == fused.lower_bound < plain.lower_bound // 4
    assert any(region.rings for region in fused.regions)


def test_balanced_is_cheaper_than_ram_and_speed_cheaper_still() -> None:
    program = inverted_residuals()
    ram, balanced, speed = (make_schedule(program, ScheduleOptions(o)) for o in ("ram", "balanced", "speed"))
    assert ram.peak <= balanced.peak <= MARGIN * ram.peak
    assert speed.cost <= balanced.cost <= ram.cost
    assert all(len(r.calls) == 1 for r in speed.regions)


def test_balanced_takes_the_least_peak_where_it_costs_next_to_nothing() -> None:
    """The work of these filters makes steps cheap; without it they are not."""
    for macs, same in ((1 << 24, True), (0, False)):
        b = ProgramBuilder()
        x = b.input(64, 32)
        for width in (64, 128, 32):
            x = b.conv(x, width, macs=macs)
        program = b.build(x)
        ram, balanced = (make_schedule(program, ScheduleOptions(o)) for o in ("ram", "balanced"))
        assert (ram.peak == balanced.peak) is same, macs
        assert (ram.cost <= SMALL * balanced.cost) is same, macs


def test_speed_fuses_only_to_fit() -> None:
    program = inverted_residuals()
    plain = make_schedule(program, UNFUSED).peak
    assert make_schedule(program, ScheduleOptions("speed", fit=plain)).peak == plain
    fitted = make_schedule(program, ScheduleOptions("speed", fit=plain // 2))
    assert fitted.peak <= plain // 2


def test_what_is_folded_is_never_whole() -> None:
    """The image in front of a global average keeps one row, in both directions, and its sums a scratch of their own."""
    b = ProgramBuilder()
    wide = b.conv(b.conv(b.input(20, 16), 256), 512, kernel=1, scratch=1024)
    program = b.build(b.whole(b.fold(wide, 512, scratch=2048), 10))
    schedule = make_schedule(program, ScheduleOptions(optimize="ram"))
    whole = make_schedule(program, ScheduleOptions(optimize="ram", fuse=False))
    assert [len(region.calls) for region in schedule.regions] == [4]
    assert schedule.regions[0].rings == {1: 1, 2: 1}
    # The output lies where the input was.
    assert (schedule.peak, whole.peak) == (320 + 256 + 512 + 1024 + 2048 + 512, 20 * (256 + 512) + 1024)
    make_plan(program, schedule, [PlanPool("ram", 0, 1 << 16, 10)])
    first, second = schedule.scratch_offsets[1], schedule.scratch_offsets[2]
    assert second >= first + 1024 or first >= second + 2048


def test_sums_that_are_overwritten_are_noticed() -> None:
    """Two calls of a region that use the same scratch, where one keeps its sums from step to step."""
    b = ProgramBuilder()
    program = b.build(b.fold(b.conv(b.input(8, 16), 32, scratch=64), 32))
    schedule = make_schedule(program, ScheduleOptions(optimize="ram"))
    plan = make_plan(program, schedule, [PlanPool("ram", 0, 4096, 10)])
    broken = replace(plan, scratch={**plan.scratch, 1: plan.scratch[0]})
    with pytest.raises(IngotError, match="byte 0 of its sums holds the scratch of call 0"):
        verify_plan(program, schedule, broken, [PlanPool("ram", 0, 4096, 10)], ScheduleOptions())


def test_unknown_optimize_suggests_the_nearest() -> None:
    with pytest.raises(IngotError, match=r"(?s)optimize='balance' is not known.*'balanced'"):
        make_schedule(inverted_residuals(), ScheduleOptions("balance"))


def test_the_same_program_gives_the_same_schedule() -> None:
    assert make_schedule(inverted_residuals()) == make_schedule(inverted_residuals())


def test_no_calls() -> None:
    b = ProgramBuilder()
    x = b.input(4, 16)
    assert make_schedule(b.build(x)).regions == ()
