# SPDX-License-Identifier: Apache-2.0
"""Row schedules of regions: rings and overlays are enough, and not a row or a byte more than enough.

The judge is the replay in a byte-tagged memory, which shares no code with the row scheduler.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.compiler.kernels.program import Program
from ingot.compiler.schedule.linear import LinearOrder
from ingot.compiler.schedule.replay import Place, Replay
from ingot.compiler.schedule.row_plan import RegionTensors, RowPlan
from ingot.compiler.schedule.rows import RowScheduler
from ingot.compiler.schedule.types import Region, ScheduleOptions, Step
from support.programs import ProgramBuilder


def region_tensors(program: Program) -> RegionTensors:
    """The whole program as one region; its inputs die in it."""
    made = {t for call in program.calls for t in call.outputs}
    outputs = frozenset(program.outputs)
    return RegionTensors(frozenset(program.inputs), outputs, frozenset(made - outputs))


def plan(program: Program, grain: int = 0, reverse: bool = False) -> RowPlan:
    return RowScheduler(program).plan(range(len(program.calls)), region_tensors(program), grain, reverse)


def replay(program: Program, rows: RowPlan, pair: tuple[int, int] | None = None, distance: int = 0) -> None:
    """Every owner in a memory of its own, except that `pair` shares one, the second `distance` above the first."""
    places: dict[int, Place] = {}
    sizes: dict[str, int] = {}
    for index, tensor in enumerate(program.tensors):
        owner = rows.aliases.get(index, index)
        ring = rows.rings.get(index, 0)
        memory, offset = str(owner), 0
        if pair and owner in pair:
            memory = "shared"
            offset = max(0, -distance) + (distance if owner == pair[1] else 0)
        places[index] = Place(memory, offset, ring)
        sizes[memory] = max(sizes.get(memory, 0), offset + (ring or tensor.rows) * tensor.row_bytes)
    region = Region(tuple(range(len(program.calls))), rows.steps, rows.rings, rows.reverse)
    Replay(program, places, {}, sizes).run([region], program.outputs)


def chain() -> Program:
    b = ProgramBuilder()
    x = b.input(24, 40)
    return b.build(b.conv(b.conv(b.conv(x, 96, kernel=1), 96, stride=2), 16, kernel=1))


def residual() -> Program:
    b = ProgramBuilder()
    x = b.conv(b.input(20, 32), 32, kernel=1)
    return b.build(b.conv(b.add(x, b.conv(b.conv(x, 100), 32)), 24, stride=2))


def test_a_chain_keeps_exactly_the_rows_that_windows_reach() -> None:
    program = chain()
    rows = plan(program)
    assert [rows.rings[t] for t in (1, 2)] == [3, 1]
    assert len([s for s in rows.steps if s.call == 2]) == 12


def test_a_skip_keeps_the_rows_of_its_delay() -> None:
    """Two 3x3 filters lie between the skip and its ADD, which runs two rows behind."""
    program = residual()
    rows = plan(program)
    skip = program.calls[0].outputs[0]
    assert rows.rings[skip] == 5


def test_an_add_works_in_place_inside_a_ring() -> None:
    program = residual()
    rows = plan(program)
    total = program.calls[3].outputs[0]
    assert rows.aliases[total] in program.calls[3].inputs
    replay(program, rows)


def test_neighbouring_steps_of_inner_calls_merge() -> None:
    rows = plan(chain())
    assert all(a.call != b.call or a.call == 2 for a, b in zip(rows.steps, rows.steps[1:], strict=False))


def test_whole_calls_run_once() -> None:
    b = ProgramBuilder()
    x = b.conv(b.input(8, 16), 16)
    program = b.build(b.whole(x, 10))
    rows = plan(program)
    assert x not in rows.rings
    assert rows.steps == (Step(0, 0, 8), Step(1, 0, 1))


def build(recipe: list[tuple[int, int, int]], sinks: int) -> Program:
    """A program of windowed, element-wise and resizing calls; the last unread tensors are its outputs."""
    b = ProgramBuilder()
    tensors = [b.input(12, 24)]
    for kind, width, pick in recipe:
        source = tensors[-1 - pick % min(len(tensors), 4)]
        partner = [t for t in tensors if b.rows(t) == b.rows(source) and b.width(t) == b.width(source) and t != source]
        if kind == 0 and partner:
            tensors.append(b.add(source, partner[-1]))
        elif kind == 1:
            tensors.append(b.table(source))
        elif kind == 2 and b.rows(source) > 2:
            tensors.append(b.conv(source, width, kernel=3, stride=2))
        elif kind == 3 and b.rows(source) <= 12:
            tensors.append(b.upsample(source))
        elif kind == 4:
            tensors.append(b.conv(source, width, kernel=1))
        else:
            tensors.append(b.conv(source, width, kernel=5))
    read = {t for call in b.calls for t in call.inputs}
    unread = [t for t in tensors if t not in read]
    extra = [t for t in tensors[1:-1] if t not in unread][: sinks - 1]
    return b.build(*unread, *extra)


programs = st.builds(
    build,
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 60), st.integers(0, 3)), min_size=1, max_size=8),
    st.integers(1, 2),
)


@given(programs, st.sampled_from([0, 1, 2, 4, 1 << 20]), st.booleans())
def test_rings_are_enough(program: Program, grain: int, reverse: bool) -> None:
    replay(program, plan(program, grain, reverse))


@given(programs, st.sampled_from([0, 1, 2, 4]), st.booleans())
def test_a_ring_with_one_row_fewer_fails(program: Program, grain: int, reverse: bool) -> None:
    """Rings are tight; a ring may only be larger than needed where one step makes several rows of it at once."""
    rows = plan(program, grain, reverse)
    for owner in {rows.aliases.get(t, t) for t in rows.rings}:
        group = [t for t in rows.rings if rows.aliases.get(t, t) == owner]
        count = rows.rings[owner]
        if count > 1:
            fewer = replace(rows, rings={**rows.rings, **{t: count - 1 for t in group}})
            with pytest.raises(IngotError):
                replay(program, fewer)


@pytest.mark.slow
@given(programs, st.sampled_from([0, 1, 2, 4, 1 << 20]), st.booleans())
def test_overlays_hold_and_are_tight(program: Program, grain: int, reverse: bool) -> None:
    rows = plan(program, grain, reverse)
    for pair, (low, high) in rows.overlays.items():
        replay(program, rows, pair, low)
        replay(program, rows, pair, high)
        if low < high - 1:
            for distance in (low + 1, high - 1):
                with pytest.raises(IngotError):
                    replay(program, rows, pair, distance)


@pytest.mark.slow
@given(programs, st.sampled_from([0, 1, 2, 4, 16, 1 << 20]), st.booleans())
def test_no_region_needs_less_than_its_bound(program: Program, grain: int, reverse: bool) -> None:
    """The bound that spares most row plans; that of single rows holds for every grain."""
    count = len(program.calls)
    line = LinearOrder(program, range(count), ScheduleOptions(), RowScheduler(program))
    for begin in range(count):
        for end in range(begin + 1, count + 1):
            memory = line.form(begin, end, grain, reverse).memory
            assert line.least(begin, end) <= line.least(begin, end, grain) <= memory
            assert line.surely(begin, end, grain) <= memory


def test_top_down_overlays_below_and_bottom_up_above() -> None:
    b = ProgramBuilder()
    program = b.build(b.conv(b.input(16, 32), 32))
    (down,) = plan(program, 1).overlays.values()
    (up,) = plan(program, 1, reverse=True).overlays.values()
    assert down == (-2 * 32, 16 * 32)
    assert up == (-16 * 32, 2 * 32)


def test_rows_in_padding_read_nothing() -> None:
    """A window with last < first: PAD's outer rows."""
    b = ProgramBuilder()
    x = b.conv(b.input(6, 16), 16)
    target = b.tensor(10, 16)
    line = np.arange(10)
    window = np.stack([line - 2, line - 2], axis=1).astype(np.int32)
    window[(line < 2) | (line > 7)] = (0, -1)
    b.calls.append(replace(b.calls[0], kernel="pad", inputs=(x,), outputs=(target,), windows=(window,)))
    program = b.build(target)
    rows = plan(program)
    assert rows.rings == {x: 1}
    replay(program, rows)
