"""From a program to the order, the regions and the rows in which it runs."""

from __future__ import annotations

from ingot.kernels.program import Program
from ingot.schedule.alias import in_place
from ingot.schedule.bound import lower_bound
from ingot.schedule.buffers import buffers_of
from ingot.schedule.order import program_order
from ingot.schedule.types import Region, Schedule, ScheduleOptions, Step


def make_schedule(program: Program, options: ScheduleOptions | None = None) -> Schedule:
    """The schedule of a program under the given options."""
    options = options or ScheduleOptions()
    order = program_order(program)
    regions = tuple(whole_region(program, index) for index in order)
    aliases = in_place(program, order, options)
    bound = lower_bound(buffers_of(program, regions, aliases, options))
    return Schedule(regions, bound, aliases, unfused_peak=bound)


def whole_region(program: Program, index: int) -> Region:
    """A region of one call over all its rows."""
    outputs = program.calls[index].outputs
    rows = program.tensors[outputs[0]].rows if outputs else 1
    return Region((index,), (Step(0, 0, rows),))
