# SPDX-License-Identifier: Apache-2.0
"""Kernels that add up the rows of a whole image, some at a time, against LiteRT's reference kernels."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingot.compiler.schedule.types import Region, Schedule, Step
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.inputs import random_inputs
from support.differential import check, program_of
from support.emulated_kernels import run_emulated
from support.firmware import needs_gcc, needs_qemu
from support.models import folded
from support.models.draw import Draw, Seeded
from support.models.trials import for_each

KINDS: dict[str, Callable[[Draw], bytes]] = {
    "average_pool": folded.average_pool,
    "mean": folded.mean,
    "fully_connected": folded.fully_connected,
}


@for_each(folded.average_pool, 15)
def test_average(model: bytes) -> None:
    """At once, and row by row."""
    check(model)


@for_each(folded.mean, 15)
def test_mean(model: bytes) -> None:
    check(model)


@for_each(folded.fully_connected, 15)
def test_fully_connected(model: bytes) -> None:
    check(model)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_may_come_from_the_bottom(kind: str) -> None:
    """Two rows at a time, the last ones first, as in a region that runs bottom-up."""
    for seed in range(8):
        program = program_of(KINDS[kind](Seeded(seed)))
        rows = program.calls[0].folds
        if not rows:
            continue
        steps = tuple(Step(0, max(end - 2, 0), min(end, 2)) for end in range(rows, 0, -2))
        schedule = Schedule((Region((0,), steps, reverse=True),), 0)
        specs = [(program.tensors[t].shape, "int8") for t in program.inputs]
        inputs = random_inputs(specs, seed)
        (theirs,), (ours,) = DirectNetwork(program).run(inputs), DirectNetwork(program, schedule).run(inputs)
        assert ours.tobytes() == theirs.tobytes()


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize("cpu", ["cortex-m55", "cortex-m7"])
def test_equal_to_portable(cpu: str) -> None:
    """Helium and DSP instructions, row by row."""
    cases = []
    for make in KINDS.values():
        for seed in range(8):
            program = program_of(make(Seeded(seed)))
            specs = [(program.tensors[t].shape, "int8") for t in program.inputs]
            cases.append((program, random_inputs(specs, seed)))
    assert sum(bool(program.calls[0].folds) for program, _ in cases) > 12
    outcomes = run_emulated(cases, cpu=cpu, row_by_row=True)
    assert [case for case, outcome in enumerate(outcomes) if outcome.differs is not None] == []
