# SPDX-License-Identifier: Apache-2.0
"""One small network exported with a float, a uint8 and an int8 input: a photo through LiteRT and through the twin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingot.compiler.compile import CompileOptions
from ingot.device.run.oracle import Reference
from ingot.device.run.twin import emulate
from ingot.model import load_manifest
from ingot.preprocessing.load import load_input
from support.firmware import needs_gcc, needs_qemu
from support.pictures import codes, photo, prepared, real_numbers, save
from support.tflite_builder import Builder
from support.twin_model import build_for_twin

HEIGHT, WIDTH = 12, 16
EXPORTS: dict[str, tuple[str, float | None, int, tuple[float, float]]] = {
    "float": ("float32", None, 0, (-1, 1)),
    "uint8": ("uint8", 1 / 255, 0, (0, 1)),
    "int8": ("int8", 1 / 127.5, -1, (-1, 1)),
}
WINDOWS = {"crop": "crop", "fit": "stretch", "padding": "pad"}


def export(name: str) -> bytes:
    """A convolution that tells colors and places apart, and the mean of what it finds, for that kind of input."""
    dtype, scale, zero, (low, high) = EXPORTS[name]
    b, shape = Builder(), (1, HEIGHT, WIDTH, 3)
    image = b.input(shape, dtype, scale, zero)
    inner = (scale, zero - 128 if dtype == "uint8" else zero) if scale else ((high - low) / 255, -1)
    signed = image
    if dtype != "int8":
        signed = b.tensor(shape, "int8", *inner)
        b.operator("QUANTIZE", [image], [signed])
    random = np.random.default_rng(8)
    weights = b.constant(random.integers(-127, 128, (5, 3, 3, 3)).astype(np.int8), [0.01] * 5, axis=0)
    bias = b.constant(random.integers(-200, 200, 5).astype(np.int32), [0.01 * inner[0]] * 5)
    found = b.tensor((1, HEIGHT, WIDTH, 5), "int8", 0.1, 3)
    b.operator("CONV_2D", [signed, weights, bias], [found], padding="SAME", stride_h=1, stride_w=1)
    return b.finish([found])


@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize("name", EXPORTS)
def test_the_same_photo_through_litert_and_the_twin(name: str, tmp_path: Path) -> None:
    """For two orders of colors and three windows; the twin's input comes from `input=`, LiteRT's from the reference."""
    dtype, scale, zero, (low, high) = EXPORTS[name]
    model = export(name)
    (tmp_path / "net.tflite").write_bytes(model)
    built = build_for_twin(tmp_path / "net.tflite", tmp_path, CompileOptions())
    picture = photo(50, 23)
    file = save(picture, tmp_path / "photo.png")
    samples, expected = [], []
    for order in ("rgb", "bgr"):
        for aspect, window in WINDOWS.items():
            keys = f"color_mode: {order}, aspect_ratio: {aspect}" + (f", range: [{low}, {high}]" if not scale else "")
            (tmp_path / "model.yaml").write_text(f"name: n\nsource: {{file: net.tflite}}\npreprocessing: {{{keys}}}\n")
            samples.append(load_input(file, built.network, load_manifest(tmp_path / "model.yaml")).arrays)
            values: Any = real_numbers(prepared(picture, WIDTH, HEIGHT, window, order.upper()), low, high)
            values = values if scale is None else codes(values, scale, zero, dtype)
            np.testing.assert_array_equal(samples[-1][0], values[None])
            expected.append(Reference(model).run([values[None]])[0])
    done = emulate(built.elf, built.images, built.network, samples, machine=built.machine)
    for inference, wanted in zip(done.inferences, expected, strict=True):
        np.testing.assert_array_equal(inference.outputs[0], wanted)
    assert len({wanted.tobytes() for wanted in expected}) == len(expected)  # color and window matter
