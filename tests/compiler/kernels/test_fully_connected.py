# SPDX-License-Identifier: Apache-2.0
"""FULLY_CONNECTED against LiteRT's reference kernel, and its forms against each other on emulated cores."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.device.run.inputs import random_inputs
from support import tflite_builder
from support.differential import check, program_of
from support.emulated_kernels import run_emulated
from support.firmware import needs_gcc, needs_qemu
from support.models.dense import fully_connected, fully_connected_f32
from support.models.draw import Seeded
from support.models.trials import for_each


@pytest.mark.slow
@for_each(fully_connected, 100)
def test_against_reference(model: bytes) -> None:
    """Any depth and number of channels, several vectors, activations, scales on both sides of one."""
    check(model)


@for_each(fully_connected_f32)
def test_float32(model: bytes) -> None:
    """Equal to the bit: products are added in LiteRT's order."""
    check(model)


@pytest.mark.parametrize("sum_of_products", [5, -5, 15, -15, 25, -25])
def test_halves(sum_of_products: int) -> None:
    """Sums that lie exactly between two results: they are rounded away from zero, once."""
    weights = np.array([[sum_of_products]], np.int8)
    model = tflite_builder.fully_connected((1, 1), weights, 0.5, source=("int8", 0.5, 0), target=("int8", 2.5, 0))
    check(model, [np.array([[1]], np.int8)])


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize("cpu", ["cortex-m55", "cortex-m7"])
def test_equal_to_portable(cpu: str) -> None:
    """Helium and DSP instructions, many shapes."""
    cases = []
    for seed in range(80):
        program = program_of(fully_connected(Seeded(seed)), optimized=False)
        specs = [(program.tensors[t].shape, program.tensors[t].dtype.value) for t in program.inputs]
        cases.append((program, random_inputs(specs, seed)))
    outcomes = run_emulated(cases, cpu=cpu)
    assert [seed for seed, outcome in enumerate(outcomes) if outcome.differs is not None] == []
