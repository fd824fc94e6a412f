# SPDX-License-Identifier: Apache-2.0
"""Kernels of optimize=speed: unrolled for a window's depth (firmware/kernels/dense_unrolled_mve.h), or with the next
channels begun before the last ones are done (depthwise_3x3_turns_mve.h)."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from ingot.base.places import kernels_dir
from ingot.compiler.kernels.conv2d import UNROLLED
from ingot.compiler.kernels.registry import Target
from ingot.device.run import qemu
from ingot.device.run.inputs import random_inputs
from support import tflite_builder
from support.differential import check, program_of
from support.emulated_kernels import run_emulated
from support.firmware import FIXTURE, link, needs_gcc, needs_qemu
from support.models.dense import conv2d
from support.models.depthwise import depthwise
from support.models.draw import Seeded

ORDERS = Path(__file__).resolve().parents[3] / "tools" / "orders"
SPEED = Target(unroll=True)
CHUNKS = range(1, UNROLLED + 1)


def pointwise(depth: int, channels: int, pixels: int, *, relu: bool, left: bool = False) -> bytes:
    """A 1x1 convolution of one row. left: some shifts go left."""
    draw = np.random.default_rng(depth + 1000 * channels + pixels)
    scales = np.resize([0.004, 0.002, 0.0007], channels)
    if left:
        scales[channels // 2] = 1.7
    return tflite_builder.conv2d(
        (1, 1, pixels, depth),
        draw.integers(-127, 128, (channels, 1, 1, depth)).astype(np.int8),
        scales.tolist(),
        draw.integers(-3000, 3000, channels).astype(np.int32),
        activation="RELU" if relu else "NONE",
        source=("int8", 1.0, -7),
        target=("int8", 1.0, -128 if relu else 5),
    )


def window(size: int, channels: int, width: int, outputs: int = 16) -> bytes:
    """A convolution of size x size windows with padding."""
    draw = np.random.default_rng(size + channels)
    return tflite_builder.conv2d(
        (1, 5, width, channels),
        draw.integers(-127, 128, (outputs, size, size, channels)).astype(np.int8),
        np.full(outputs, 0.001).tolist(),
        draw.integers(-3000, 3000, outputs).astype(np.int32),
        padding="SAME",
        source=("int8", 1.0, -7),
        target=("int8", 1.0, 3),
    )


def deepest(chunks: int) -> tuple[int, ...]:
    return (16 * chunks, 16 * chunks - 5) if chunks < UNROLLED else (144, 150, 171, 187, 400)


DENSE = [
    *(
        pointwise(depth, channels, pixels, relu=relu)
        for chunks in CHUNKS
        for depth in deepest(chunks)
        for channels, pixels, relu in ((8, 4, True), (24, 5, False), (19, 1, True), (11, 7, False))
    ),
    pointwise(64, 48, 6, relu=True, left=True),
    pointwise(20, 40, 3, relu=False, left=True),
    pointwise(200, 112, 8, relu=True),
    *(window(3, channels, 21) for channels in (3, 8, 16, 40)),
    window(1, 3, 9),
]


def dense_kernels(model: bytes) -> list[str]:
    return [call.kernel for call in program_of(model, target=SPEED).calls]


def test_which_form() -> None:
    """The number of chunks names it; other cores, few channels and other settings have none."""
    assert [dense_kernels(pointwise(16 * n - 3, 8, 4, relu=True)) for n in (1, 4, 9, 20)] == [
        [f"conv2d_x{n}_1x1_s8"] for n in (1, 4, 9, 9)
    ]
    assert dense_kernels(window(3, 8, 9)) == ["conv2d_x5_s8"]
    assert dense_kernels(pointwise(64, 7, 4, relu=True)) == ["conv2d_1x1_s8"]
    for target in (Target(), Target("cortex-m7", "dsp", unroll=True)):
        assert program_of(pointwise(64, 8, 4, relu=True), target=target).calls[0].kernel == "conv2d_1x1_s8"


SHORT = [
    *(pointwise(depth, 64, 9, relu=relu) for depth in (1, 16, 17, 32) for relu in (False, True)),
    pointwise(20, 109, 8, relu=True, left=True),
    pointwise(7, 60, 11, relu=True),
    window(2, 4, 31, 64),
    window(3, 3, 160, 40),
]
"""Networks for the form of short windows that is for many channels."""


def test_when_short_windows_have_their_form() -> None:
    """Where it saves more in blocks of channels than it costs in pairs of pixels; it follows from shapes alone."""
    kernels = {call.kernel for model in SHORT for call in program_of(model).calls}
    assert kernels == {"conv2d_short_1x1_s8", "conv2d_short_s8"}
    for model in (pointwise(16, 16, 64, relu=True), pointwise(33, 64, 64, relu=True), pointwise(16, 64, 2, relu=True)):
        assert program_of(model).calls[0].kernel == "conv2d_1x1_s8"
    assert program_of(SHORT[0], target=Target("cortex-m7", "dsp")).calls[0].kernel == "conv2d_1x1_s8"


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize("row_by_row", [False, True])
def test_every_depth(row_by_row: bool) -> None:
    """Helium's form against the portable one, which is compared with LiteRT."""
    models = [
        *DENSE,
        *(conv2d(Seeded(seed)) for seed in range(25)),
        *(depthwise(Seeded(s), (3, 3), 1) for s in range(60)),
    ]
    usual = [program_of(model) for model in models]
    unrolled = [program_of(model, target=SPEED) for model in models]
    cases = [
        (
            program,
            random_inputs([(program.tensors[t].shape, program.tensors[t].dtype.value) for t in program.inputs], 7),
        )
        for program in [*unrolled, *(program_of(model) for model in SHORT)]
    ]
    assert [len(a.calls) == len(b.calls) for a, b in zip(usual, unrolled, strict=True)].count(False) == 0
    outcomes = run_emulated(cases, row_by_row=row_by_row)
    assert [at for at, outcome in enumerate(outcomes) if outcome.differs is not None] == []


@pytest.mark.parametrize("model", [DENSE[0], DENSE[17], DENSE[-1], DENSE[-3]], ids=["1", "3", "window", "windows"])
def test_oracle(model: bytes) -> None:
    """The portable form of these kernels against LiteRT."""
    check(model, target=SPEED)


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize("chunks", CHUNKS)
def test_random_cases(chunks: int, tmp_path: Path) -> None:
    """Some of bench/kernels/dense_cases.py --chunks."""
    sources = [FIXTURE / "dense_cases.c", kernels_dir() / "dense_any.c"]
    elf = link(tmp_path, sources, {"CASES": 40, "SEED": 5, "INGOT_X": chunks})
    assert qemu.run(elf).lines == ("cases 40, different 0",)


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> None:
    """tools/orders on the path."""
    monkeypatch.syspath_prepend(str(ORDERS))
    for name in ("dense", "depthwise", "pipeline", "registers", "search", "text"):
        sys.modules.pop(name, None)


def instructions(text: str) -> dict[str, list[str]]:
    """Of each macro, sorted."""
    macros = re.findall(r"#define (\w+) +\\\n((?:    .*\n)+)", text)
    return {
        name: sorted(part for literal in re.findall(r'"(.*)"', body) for part in literal.split("\\n") if part)
        for name, body in macros
    }


@pytest.mark.parametrize("chunks", CHUNKS)
def test_written_blocks(chunks: int, orders: None) -> None:
    """The files have the generator's instructions, in some order."""
    import dense

    kept = (kernels_dir() / f"dense_x{chunks}_mve.h").read_text()
    assert instructions(kept) == instructions(dense.header(chunks, tries=0))


def test_same_bytes_twice(orders: None) -> None:
    """Nothing of the search follows from the clock or from addresses."""
    import dense

    assert dense.header(1, tries=600) == dense.header(1, tries=600)
    assert dense.header(1) == (kernels_dir() / "dense_x1_mve.h").read_text()


def test_written_turns(orders: None) -> None:
    """The same of depthwise layers, whose registers follow from the order."""
    import depthwise as turns

    kept, made = instructions(turns.RESULT.read_text()), instructions(turns.header(turns.SOURCE.read_text(), tries=0))
    assert kept.keys() == made.keys()
    for name, code in kept.items():
        assert sorted(text.split(" ")[0] for text in code) == sorted(text.split(" ")[0] for text in made[name]), name
