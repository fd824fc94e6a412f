# SPDX-License-Identifier: Apache-2.0
"""CONV_2D against LiteRT's reference kernels, and its forms against each other on emulated cores."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.device.run.inputs import random_inputs
from support import tflite_builder
from support.differential import check, program_of
from support.emulated_kernels import run_emulated
from support.firmware import needs_gcc, needs_qemu
from support.models.dense import conv2d
from support.models.draw import Seeded
from support.models.trials import for_each


@for_each(conv2d, 60)
def test_any_kernel(model: bytes) -> None:
    """Strides, dilations, paddings, groups, batches, shifts to both sides."""
    check(model)


@for_each(lambda d: conv2d(d, (1, 1)), 40)
def test_1x1(model: bytes) -> None:
    """Pixels are used where they lie, unless there are groups."""
    check(model)


def test_rows_of_one_pixel() -> None:
    """A stride that is wider than the image: the next pixel is in the next row, not a stride further."""
    weights = np.arange(-12, 12).astype(np.int8).reshape(6, 1, 1, 4)
    bias = np.zeros(6, np.int32)
    check(tflite_builder.conv2d((1, 5, 1, 4), weights, 0.05, bias, stride=(1, 3)))


def test_pixels_in_place() -> None:
    """A 1x1 kernel calls the function that gathers nothing, and it asks for no scratch."""
    calls = {}
    for seed in range(40):
        (call,) = program_of(conv2d(Seeded(seed), (1, 1)), optimized=False).calls
        calls[call.kernel] = call.scratch
    assert calls["conv2d_1x1_s8"] == 0
    assert calls["conv2d_s8"] > 0


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize("cpu", ["cortex-m55", "cortex-m7"])
def test_one_channel(cpu: str) -> None:
    """Columns of single bytes: up to 16 rows high they are scattered, higher ones are not; more than 16 columns."""
    random = np.random.default_rng(3)
    cases = []
    for kernel, stride, shape in (
        ((10, 4), (2, 2), (1, 49, 10, 1)),
        ((3, 3), (1, 1), (1, 9, 40, 1)),
        ((16, 5), (1, 1), (1, 20, 21, 1)),
        ((17, 5), (1, 1), (1, 20, 21, 1)),
    ):
        weights = random.integers(-128, 128, (9, *kernel, 1)).astype(np.int8)
        bias = random.integers(-999, 999, 9).astype(np.int32)
        source = ("int8", 0.1, -9)
        model = tflite_builder.conv2d(shape, weights, 0.01, bias, stride, padding="SAME", source=source)
        program = check(model, optimized=False)
        cases.append((program, random_inputs([(shape, "int8")], 5)))
    assert [case.calls[0].fields["by_column"] for case, _ in cases] == [1, 1, 1, 0]
    assert [outcome.differs for outcome in run_emulated(cases, cpu=cpu)] == [None] * 4


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize("cpu", ["cortex-m55", "cortex-m7"])
@pytest.mark.parametrize("row_by_row", [False, True])
def test_equal_to_portable(cpu: str, row_by_row: bool) -> None:
    """Helium and DSP instructions, many shapes."""
    cases = []
    for seed in range(80):
        program = program_of(conv2d(Seeded(seed), (1, 1) if seed % 2 else None), optimized=False)
        specs = [(program.tensors[t].shape, program.tensors[t].dtype.value) for t in program.inputs]
        cases.append((program, random_inputs(specs, seed)))
    outcomes = run_emulated(cases, cpu=cpu, row_by_row=row_by_row)
    assert [seed for seed, outcome in enumerate(outcomes) if outcome.differs is not None] == []
