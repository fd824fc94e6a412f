"""Schedules without fusion: order, in-place reuse, lower bound."""

from support.programs import ProgramBuilder

from ingot.schedule.schedule import make_schedule
from ingot.schedule.types import ScheduleOptions, Step

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
