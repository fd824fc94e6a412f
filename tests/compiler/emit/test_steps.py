# SPDX-License-Identifier: Apache-2.0
"""Step tables say exactly the schedule, and the C interpreter runs exactly what they say."""

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingot.compiler.emit.step_table import StepTable, encode_steps
from ingot.compiler.schedule.types import Region, Step
from ingot.device.run.host_kernels import host_kernels


def executed(table: StepTable, reverse: bool) -> list[Step]:
    """What ingot_run_region() calls."""
    seen: list[Step] = []
    callback = ctypes.CFUNCTYPE(None, ctypes.c_uint, ctypes.c_uint, ctypes.c_uint)
    at = (ctypes.c_uint16 * len(table.at))(*table.at)
    data = (ctypes.c_uint8 * max(len(table.data), 1)).from_buffer_copy(table.data or b"\0")
    run = callback(lambda call, y, n: seen.append(Step(call, y, n)))
    host_kernels().function("run_region")(data, ctypes.c_uint(len(table.data)), at, ctypes.c_int(reverse), run)
    return seen


@st.composite
def regions(draw: st.DrawFn) -> Region:
    """A region with repetitive or random steps, forwards or backwards; calls may begin anywhere."""
    calls = draw(st.integers(1, 5))
    pattern = draw(st.lists(st.tuples(st.integers(0, calls - 1), st.integers(1, 3)), min_size=1, max_size=6))
    steps = pattern * draw(st.integers(1, 400))
    steps += draw(st.lists(st.tuples(st.integers(0, calls - 1), st.integers(1, 300)), max_size=20))
    at = [draw(st.sampled_from([0, 0, 5])) for _ in range(calls)]
    made = []
    for call, count in steps:
        made.append(Step(call, at[call], count))
        at[call] += count
    reverse = draw(st.booleans())
    if reverse:
        made = [Step(call, at[call] - row - count, count) for call, row, count in made]
    return Region(tuple(range(calls)), tuple(made), reverse=reverse)


@given(regions())
def test_the_interpreter_runs_the_schedule(region: Region) -> None:
    ran = executed(encode_steps(region), region.reverse)
    split = []
    for call, row, count in region.steps:
        while count:
            part = min(count, 255)
            split.append(Step(call, row + count - part if region.reverse else row, part))
            row += 0 if region.reverse else part
            count -= part
    assert ran == split


def test_a_steady_state_is_a_loop() -> None:
    steps = tuple(Step(call, row, 1) for row in range(100) for call in (0, 1, 2))
    assert len(encode_steps(Region((4, 5, 6), steps)).data) == 3 + 6


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((Step(0, 1, 1), Step(0, 0, 1)), "out of order"),
        ((Step(0, 0, 1), Step(0, 2, 1)), "out of order"),
        ((Step(0, 0, 0),), "does not fit"),
        ((Step(0, 65535, 1),), "does not fit"),
    ],
)
def test_a_schedule_that_the_table_cannot_say_is_refused(steps: tuple[Step, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encode_steps(Region((0,), steps))
