# SPDX-License-Identifier: Apache-2.0
"""What is no calibration data is refused with file and place: the quantizers would take much of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.quantize.calibration import FloatInput, read_calibration
from ingot.quantize.settings import QuantizeSettings

INPUT = FloatInput("input_1", (1, 1, 8, 6))
SETTINGS = QuantizeSettings(samples=2)


def samples(shape: tuple[int, ...] = (1, 1, 8, 6), count: int = 2) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    return [random.normal(size=shape).astype(np.float32) for _ in range(count)]


def save(folder: Path, arrays: list[Any]) -> None:
    for number, array in enumerate(arrays):
        np.save(folder / f"{number}.npy", array)


def with_nan(folder: Path) -> None:
    first, second = samples()
    first[0, 0, 3, 2] = np.nan
    save(folder, [first, second])


def under_another_name(folder: Path) -> None:
    np.savez(folder / "a.npz", image=samples()[0], more=samples()[1])


def pixels(folder: Path) -> None:
    save(folder, [np.arange(48, dtype=np.uint8).reshape(1, 1, 8, 6)])


def the_same_twice(folder: Path) -> None:
    save(folder, [samples()[0]] * 2)


BAD: dict[str, tuple[Callable[[Path], Any], str]] = {
    "nothing": (
        lambda folder: (folder / "notes.txt").write_text("?"),
        "{folder}: calibration: no .npy, .npz or image in the folder.\n"
        "  Put real inputs of the model there: 100 are enough.",
    ),
    "too few": (
        lambda folder: save(folder, samples(count=1)),
        "{folder}: samples: 2 are wanted, 1 were found.\n  Add samples, or write `samples:` as many as there are.",
    ),
    "another name": (under_another_name, "{folder}/a.npz: array 'image': the model's inputs are input_1."),
    "transposed": (
        lambda folder: save(folder, samples((1, 8, 6, 1))),
        "{folder}/0.npy: it is 1×8×6×1, input_1 is 1×1×8×6.\n  It would fit transposed: `layout: channels_last`.",
    ),
    "another shape": (
        lambda folder: save(folder, samples((1, 1, 8, 5))),
        "{folder}/0.npy: it is 1×1×8×5, input_1 is 1×1×8×6.",
    ),
    "pixels": (
        pixels,
        "{folder}/0.npy: it is uint8; input_1 is float32.\n"
        "  Write how pixels become its numbers: `preprocess: {{scale: 0.003921569, mean: 0}}`.",
    ),
    "integers": (
        lambda folder: save(folder, [np.zeros((1, 1, 8, 6), np.int32)]),
        "{folder}/0.npy: it is int32; input_1 is float32.\n  Give float32, or uint8 pixels.",
    ),
    "NaN": (with_nan, "{folder}/0.npy: the value at [0, 0, 3, 2] is nan."),
    "infinity": (
        lambda folder: save(folder, [np.full((1, 1, 8, 6), np.inf)]),
        "{folder}/0.npy: the value at [0, 0, 0, 0] is inf.",
    ),
    "all zeros": (
        lambda folder: save(folder, [np.zeros((2, 1, 8, 6), np.float32)]),
        "{folder}: input 'input_1' is 0 everywhere in all samples.\n"
        "  Calibrate with real inputs: ranges of constants mean nothing.",
    ),
    "twice": (
        the_same_twice,
        "{folder}/1.npy: it is the same sample as 0.npy.\n  Remove one of them.",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_it_is_refused(case: str, tmp_path: Path) -> None:
    fill, message = BAD[case]
    fill(tmp_path)
    with pytest.raises(IngotError) as caught:
        read_calibration(tmp_path, [INPUT], SETTINGS)
    assert str(caught.value) == message.format(folder=tmp_path)


def test_values_beyond_what_pixels_give(tmp_path: Path) -> None:
    save(tmp_path, [50 * x for x in samples()])
    with pytest.raises(IngotError, match=r"`preprocess` gives 0 to 1\."):
        read_calibration(tmp_path, [INPUT], replace(SETTINGS, scale=1 / 255))


def test_batches_other_floats_pixels_and_layouts(tmp_path: Path) -> None:
    """A batch is split, float64 converted, pixels scaled, channels moved; no more samples than wanted are read."""
    given = np.random.default_rng(1).normal(size=(2, 8, 6, 1))
    np.save(tmp_path / "a.npy", given)
    (tmp_path / "b.npy").write_bytes(b"not read")
    found = read_calibration(tmp_path, [INPUT], replace(SETTINGS, layout="channels_last"))
    assert [sample["input_1"].tolist() for sample in found.samples] == [
        x.transpose(2, 0, 1)[None].astype(np.float32).tolist() for x in given
    ]
    assert found.notes == ("2 calibration samples are few; 100 real ones give better ranges",)
    pixels(tmp_path)
    (sample,) = read_calibration(tmp_path, [INPUT], QuantizeSettings(samples=1, scale=0.5, mean=10)).samples
    assert sample["input_1"].reshape(-1)[:2].tolist() == [-5.0, -4.5]
