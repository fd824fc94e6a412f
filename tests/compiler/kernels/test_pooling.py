# SPDX-License-Identifier: Apache-2.0
"""AVERAGE_POOL_2D and MAX_POOL_2D against LiteRT's reference kernels."""

from __future__ import annotations

import pytest

from ingot.device.run.inputs import random_inputs
from support.differential import check
from support.emulated_kernels import run_emulated
from support.firmware import needs_gcc, needs_qemu
from support.models.draw import Seeded
from support.models.pooling import pool
from support.models.trials import for_each


@for_each(lambda d: pool(d, "AVERAGE_POOL_2D"), 60)
def test_average(model: bytes) -> None:
    """Rounded to nearest, ties away from zero, over the part of the window inside the image."""
    check(model)


@for_each(lambda d: pool(d, "MAX_POOL_2D"), 60)
def test_max(model: bytes) -> None:
    """Edges do not count."""
    check(model)


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize("kind", ["AVERAGE_POOL_2D", "MAX_POOL_2D"])
def test_helium(kind: str) -> None:
    """Helium against portable C on the emulated core."""
    from support.differential import program_of

    cases = []
    for seed in range(25):
        program = program_of(pool(Seeded(seed), kind))
        specs = [(program.tensors[t].shape, program.tensors[t].dtype.value) for t in program.inputs]
        cases.append((program, random_inputs(specs, seed)))
    outcomes = run_emulated(cases)
    assert [seed for seed, outcome in enumerate(outcomes) if outcome.differs is not None] == []
