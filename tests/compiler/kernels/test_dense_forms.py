# SPDX-License-Identifier: Apache-2.0
"""Every form of the dense inner product (firmware/kernels/dense_mve.h and what it includes) at its edges, emulated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ingot.compiler.kernels.mac_block import channel_order
from ingot.device.run import qemu
from ingot.device.run.inputs import random_inputs
from support import tflite_builder
from support.differential import program_of
from support.emulated_kernels import run_emulated
from support.firmware import FIXTURE, link, needs_gcc, needs_qemu


def model(
    pixels: int, depth: int, channels: int, *, scales: Sequence[float] | None = None, relu: bool = True, low: int = -128
) -> bytes:
    """A 1x1 convolution of one row. scales: per channel, repeated, of the products (below 1/2: the usual case)."""
    draw = np.random.default_rng(pixels + 64 * depth + channels)
    weights = draw.integers(-127, 128, (channels, 1, 1, depth)).astype(np.int8)
    bias = draw.integers(-3000, 3000, channels).astype(np.int32)
    wanted = np.resize(scales or [0.004, 0.002, 0.0007], channels)
    # source scale 1, target scale 1: the weights' scales are the multipliers.
    return tflite_builder.conv2d(
        (1, 1, pixels, depth),
        weights,
        wanted.tolist(),
        bias,
        activation="RELU" if relu else "NONE",
        source=("int8", 1.0, -7),
        target=("int8", 1.0, low if relu else 5),
    )


FORMS = {
    "one vector": model(6, 16, 16),
    "one short vector, odd pixels": model(5, 9, 8),
    "two vectors": model(6, 32, 24),
    "two vectors, the second short": model(3, 24, 8),
    "one pixel": model(1, 32, 8),
    "three vectors": model(4, 48, 16),
    "four vectors": model(4, 64, 8),
    "rest of one": model(4, 20, 9),
    "rest of five": model(3, 20, 13),
    "rest only": model(4, 16, 3),
    "signs": model(4, 40, 16, relu=False),
    "five vectors, odd pixels": model(5, 80, 24),
    "six vectors, signs, a rest": model(4, 95, 11, relu=False),
    "two vectors, signs, one pixel": model(1, 32, 8, relu=False),
    "a clamp of its own": model(4, 16, 16, low=-100),
    "shift 0 with signs": model(4, 32, 16, scales=[0.6, 0.01, 0.02], relu=False),
    "shift 0 without signs": model(4, 32, 16, scales=[0.6, 0.01]),
    "shifts left here and there": model(7, 16, 48, scales=[0.01] * 20 + [1.7] + [0.02] * 16),
    "shifts left, signs, a rest": model(6, 33, 21, scales=[0.01] * 9 + [3.1] + [0.02] * 7, relu=False),
    "shift left in the rest": model(6, 16, 11, scales=[0.01] * 10 + [5.0]),
    "more than the cache holds": model(8, 200, 96),
    "the same with shifts left": model(8, 200, 96, scales=[0.001] * 40 + [1.2] + [0.0005] * 20),
}


def nibbles(
    depth: int, channels: int, *, pixels: int = 0, window: int = 1, large: bool = False, activation: str = "NONE"
) -> bytes:
    """Weights of four bits: a convolution, or without pixels a FULLY_CONNECTED. large: with the long product, or with
    shifts to the left."""
    draw, b = np.random.default_rng(depth + channels), tflite_builder.Builder()
    shape = (channels, window, window, depth) if pixels else (channels, depth)
    weights = draw.integers(-8, 8, shape)
    scales = draw.uniform(2.0, 3.0, channels) if large else draw.uniform(0.001, 0.01, channels)
    x = b.input((1, window, pixels + window - 1, depth) if pixels else (2, depth), "int8", 1.0, -7)
    w = b.nibbles(weights, scales.tolist())
    bias = b.constant(draw.integers(-3000, 3000, channels).astype(np.int32))
    y = b.tensor((1, 1, pixels, channels) if pixels else (2, channels), "int8", 1.0, 3)
    if pixels:
        b.operator("CONV_2D", [x, w, bias], [y], padding="VALID", fused_activation_function=activation)
    else:
        b.operator("FULLY_CONNECTED", [x, w, bias], [y])
    return b.finish([y])


FORMS |= {
    "4 bits, one short chunk": nibbles(9, 8),
    "4 bits, a rest of three": nibbles(33, 11),
    "4 bits, a rest of five": nibbles(64, 13),
    "4 bits, long products": nibbles(40, 10, large=True),
    "4 bits, 1x1": nibbles(24, 13, pixels=5),
    "4 bits, windows": nibbles(5, 9, pixels=4, window=3),
    "4 bits, one chunk, clamps": nibbles(16, 20, pixels=3, activation="RELU"),
    "4 bits, two chunks, shifts left": nibbles(32, 12, pixels=2, large=True),
    "4 bits, three chunks, one pixel": nibbles(48, 8, pixels=1),
    "4 bits, four chunks, clamps and a rest": nibbles(64, 15, pixels=4, activation="RELU6"),
    "4 bits, more than the cache holds": nibbles(400, 128, pixels=5),
}


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize("cpu", ["cortex-m55", "cortex-m7"])
@pytest.mark.slow
def test_every_form(cpu: str) -> None:
    """Against the portable form, byte for byte, and nothing beyond the output."""
    cases = []
    for content in FORMS.values():
        program = program_of(content, optimized=False)
        specs = [(program.tensors[t].shape, program.tensors[t].dtype.value) for t in program.inputs]
        cases.append((program, random_inputs(specs, 1)))
    outcomes = run_emulated(cases, cpu=cpu)
    assert [name for name, outcome in zip(FORMS, outcomes, strict=True) if outcome.differs is not None] == []


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize(
    "form", [{}, {"INGOT_EVEN": 1}, {"INGOT_DENSE_SHORT": 1}], ids=["LiteRT's", "of QDQ models", "short windows"]
)
def test_random_cases(form: dict[str, str | int], tmp_path: Path) -> None:
    """Some of bench/kernels/dense_cases.py, compiled for size: functions stand at any even address then."""
    elf = link(tmp_path, [FIXTURE / "dense_cases.c"], {"CASES": 100, "SEED": 3, **form})
    assert qemu.run(elf).lines == ("cases 100, different 0",)


@pytest.mark.parametrize("channels", [1, 4, 7, 8, 13, 16, 31])
def test_every_channel_once(channels: int) -> None:
    """In records of four; of every eight the even ones first."""
    order = channel_order(channels)
    assert len(order) % 4 == 0
    assert sorted(c for c in order if c >= 0) == list(range(channels))
    if channels >= 8:
        assert order[:8].tolist() == [0, 2, 4, 6, 1, 3, 5, 7]
