# SPDX-License-Identifier: Apache-2.0
"""Labelled data and sounds that do not fit: one message each."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingot.answers.dataset import open_dataset
from ingot.base.errors import IngotError
from ingot.model import load_manifest
from ingot.network.types import Network, NetworkBuffer
from ingot.preprocessing.load import load_inputs

LAYOUT = "Give a folder with a folder of files for each class, or a .npz file with the arrays x and y."
SOUND = """\
name: words
source: {file: words.tflite}
postprocessing:
  type: audio_event_detection
  classes: [go, stop]
  spectrogram: {hop_length: 256, n_fft: 512, window_length: 512}
"""


def network(shape: tuple[int, ...] = (1, 16, 30, 1), dtype: str = "int8") -> Network:
    source = NetworkBuffer("image", "p", 0, 1, shape, dtype, "input", (0, 0), (0.5,), (0,))
    scores = NetworkBuffer("scores", "p", 0, 2, (1, 2), "int8", "output", (0, 0), (1 / 256,), (-128,))
    return Network("network", "m.tflite", "", "builtin", "", (), (source, scores), (), (), ())


def files(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def arrays(folder: Path, **values: Any) -> Path:
    np.savez(folder / "set.npz", **values)
    return folder / "set.npz"


X = np.zeros((3, 16, 30, 1), np.int8)
CASES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no folders": (lambda f: files(f, "a.png"), f"{{f}}: holds no folder with files\n  {LAYOUT}"),
    "other number": (
        lambda f: files(f, "rose/1.png", "tulip/1.png", "leaf/1.png"),
        "{f}: has 3 classes, the network gives 2 scores: leaf, rose, tulip\n  Name the classes in the order of the "
        "scores in the model.yaml: postprocessing: {classes: [...]}.",
    ),
    "other arrays": (lambda f: arrays(f, x=X), f"{{f}}/set.npz: has the arrays x, not x and y\n  {LAYOUT}"),
    "other lengths": (
        lambda f: arrays(f, x=X, y=np.zeros(2, np.int64)),
        "{f}/set.npz: x is (3, 16, 30, 1) and y (2,)\n  Give a class in y for each input in x.",
    ),
    "no class": (
        lambda f: arrays(f, x=X, y=np.asarray([0, 1, 2])),
        "{f}/set.npz: y[2] is 2, which is no class of 0 to 1\n  The classes are: 0, 1.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_labelled_data_that_does_not_fit(name: str, tmp_path: Path) -> None:
    make, message = CASES[name]
    with pytest.raises(IngotError) as caught:
        open_dataset(make(tmp_path), network(), 2)
    assert str(caught.value) == message.replace("{f}", str(tmp_path))


def test_a_folder_of_another_name(tmp_path: Path) -> None:
    with pytest.raises(IngotError) as caught:
        open_dataset(files(tmp_path, "roses/1.png"), network(), 2, ["rose", "tulip"])
    assert str(caught.value) == f"{tmp_path}/roses: is no class of the model\n  Did you mean 'rose'?"


def test_names_in_y_and_the_order_of_the_model_yaml(tmp_path: Path) -> None:
    labelled = open_dataset(arrays(tmp_path, x=X, y=np.asarray(["b", "a", "b"])), network(), 2, ["b", "a"])
    assert [item.truth for item in labelled.items()] == [0, 1, 0]


def sound(path: Path, rate: int = 16000, width: int = 2, channels: int = 1, count: int = 8000) -> Path:
    with wave.open(str(path), "wb") as opened:
        opened.setnchannels(channels)
        opened.setsampwidth(width)
        opened.setframerate(rate)
        opened.writeframes(b"\x01" * (width * channels * count))
    return path


@pytest.mark.parametrize(
    ("rate", "width", "message"),
    [
        (44100, 2, "has 16 bits at 44,100 Hz, the model takes 16 bits at 16,000 Hz"),
        (16000, 1, "has 8 bits at 16,000 Hz, the model takes 16 bits at 16,000 Hz"),
    ],
)
def test_a_sound_of_another_kind(rate: int, width: int, message: str, tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(SOUND)
    file = sound(tmp_path / "clip.wav", rate, width)
    with pytest.raises(IngotError) as caught:
        load_inputs(file, network(), load_manifest(tmp_path / "model.yaml"))
    remedy = "Convert it: ffmpeg -i clip.wav -ar 16000 -ac 1 -sample_fmt s16 converted.wav"
    assert str(caught.value) == f"{file}: {message}\n  {remedy}"


def test_a_sound_that_is_cut_off_and_one_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(SOUND)
    manifest = load_manifest(tmp_path / "model.yaml")
    whole = sound(tmp_path / "whole.wav").read_bytes()
    for size in (0, 3, 20, 40):
        (tmp_path / "cut.wav").write_bytes(whole[:size])
        with pytest.raises(IngotError, match=r"cut\.wav: is not a readable sound: "):
            load_inputs(tmp_path / "cut.wav", network(), manifest)


def test_windows_of_a_long_sound_and_zeros_behind_a_short_one(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(SOUND)
    manifest = load_manifest(tmp_path / "model.yaml")
    long = load_inputs(sound(tmp_path / "long.wav", count=16000), network(), manifest)
    # 30 columns are 29 * 256 + 512 samples; half of them are 15 * 256.
    assert [sample.label for sample in long] == ["long.wav at 0.00 s", "long.wav at 0.24 s", "long.wav at 0.48 s"]
    (short,) = load_inputs(sound(tmp_path / "short.wav", channels=2, count=7000), network(), manifest)
    assert short.lines[0].startswith(
        "input short.wav: 0.44 s at 16,000 Hz, 936 zeros behind it, 16 mels of 0..8000 Hz, "
    )
    assert short.arrays[0].shape == (1, 16, 30, 1) and short.arrays[0].dtype == np.int8


def test_many_inputs_in_one_array(tmp_path: Path) -> None:
    np.save(tmp_path / "many.npy", X)
    assert [sample.label for sample in load_inputs(tmp_path / "many.npy", network())] == [
        f"many.npy[{i}]" for i in range(3)
    ]
    np.save(tmp_path / "one.npy", X[:1])
    assert [sample.label for sample in load_inputs(tmp_path / "one.npy", network())] == ["one.npy"]
