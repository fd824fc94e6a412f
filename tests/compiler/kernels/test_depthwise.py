# SPDX-License-Identifier: Apache-2.0
"""DEPTHWISE_CONV_2D against LiteRT's reference kernels."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.compiler.kernels.depthwise import two_exceed_16_bits
from ingot.device.run.inputs import random_inputs
from support import tflite_builder
from support.differential import check, program_of
from support.emulated_kernels import run_emulated
from support.firmware import needs_gcc, needs_qemu
from support.models.depthwise import depthwise
from support.models.draw import Seeded
from support.models.trials import for_each


@pytest.mark.slow
@for_each(depthwise, 120)
def test_any_kernel(model: bytes) -> None:
    """Windows, strides, dilations, paddings, multipliers."""
    check(model)


@for_each(lambda d: depthwise(d, (3, 3), 1), 60)
def test_3x3(model: bytes) -> None:
    """The kernel of its own."""
    check(model)


def lowest(kernel: tuple[int, int], other: int) -> bytes:
    """Padding and weights of -128, or of -128 and `other` in turns: two products exceed 16 bits, or nearly."""
    weights = np.full((1, *kernel, 20), -128, np.int8)
    weights.reshape(-1, 20)[1::2] = other
    source, target = ("int8", 0.02, -128), ("int8", 30.0, -3)
    return tflite_builder.depthwise((1, 6, 9, 20), weights, 0.05, padding="SAME", source=source, target=target)


@pytest.mark.parametrize(
    ("column", "expected"),
    [([-128, -127, 5], False), ([-128, -128, 5], True), ([5, -128, -128], False), ([1, 2, -128, -128], True)],
)
def test_two_products_beyond_16_bits(column: list[int], expected: bool) -> None:
    """Of the first two taps, of the next two, and so on."""
    assert two_exceed_16_bits(np.stack([np.zeros(len(column)), column], axis=1).astype(np.int8)) is expected


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize("cpu", ["cortex-m55", "cortex-m7"])
@pytest.mark.parametrize("row_by_row", [False, True])
def test_fast_forms(cpu: str, row_by_row: bool) -> None:
    """Helium and DSP instructions against portable C on the emulated cores, many shapes."""
    drawn = [depthwise(Seeded(seed), (3, 3), 1) if seed % 2 else depthwise(Seeded(seed)) for seed in range(80)]
    cases = []
    extremes = [lowest(kernel, other) for kernel in ((3, 3), (5, 5)) for other in (-128, -127)]
    for seed, model in enumerate([*drawn, *extremes]):
        program = program_of(model)
        specs = [(program.tensors[t].shape, program.tensors[t].dtype.value) for t in program.inputs]
        cases.append((program, random_inputs(specs, seed)))
    outcomes = run_emulated(cases, cpu=cpu, row_by_row=row_by_row)
    assert [seed for seed, outcome in enumerate(outcomes) if outcome.differs is not None] == []
