# SPDX-License-Identifier: Apache-2.0
"""Labelled data and sounds that do not fit: one message each."""

from __future__ import annotations

import struct
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
from ingot.preprocessing.wav import read_wav

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
    "no number": (
        lambda f: arrays(f, x=X, y=np.asarray([0, np.nan, 1])),
        "{f}/set.npz: y[1] is nan, which is no class of 0 to 1\n  The classes are: 0, 1.",
    ),
    "infinite": (
        lambda f: arrays(f, x=X, y=np.asarray([0, 1, -np.inf])),
        "{f}/set.npz: y[2] is -inf, which is no class of 0 to 1\n  The classes are: 0, 1.",
    ),
    "a half": (
        lambda f: arrays(f, x=X, y=np.asarray([0, 0.5, 1])),
        "{f}/set.npz: y[1] is 0.5, which is no class of 0 to 1\n  The classes are: 0, 1.",
    ),
    "complex": (
        lambda f: arrays(f, x=X, y=np.asarray([1j, 0, 1])),
        "{f}/set.npz: y[0] is 1j, which is no class of 0 to 1\n  The classes are: 0, 1.",
    ),
    "dates": (
        lambda f: arrays(f, x=X, y=np.asarray(["2020-01-01"] * 3, "M8[D]")),
        "{f}/set.npz: y[0] is datetime.date(2020, 1, 1), which is no class of 0 to 1\n  The classes are: 0, 1.",
    ),
    "another name": (
        lambda f: arrays(f, x=X, y=np.asarray(["0", "1", "two"])),
        "{f}/set.npz: y[2] is 'two', which is no class of 0 to 1\n  The classes are: 0, 1.",
    ),
    "one of many": (
        lambda f: arrays(f, x=X, y=np.eye(2)[[0, 1, 0]]),
        "{f}/set.npz: x is (3, 16, 30, 1) and y (3, 2)\n  Give a class in y for each input in x: y.argmax(axis=1).",
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
    for labels in (np.asarray(["b", "a", "b"]), np.asarray([b"b", b"a", b"b"]), np.asarray([[0.0], [1.0], [0.0]])):
        labelled = open_dataset(arrays(tmp_path, x=X, y=labels), network(), 2, ["b", "a"])
        assert [item.truth for item in labelled.items()] == [0, 1, 0]


def sound(path: Path, rate: int = 16000, width: int = 2, channels: int = 1, count: int = 8000) -> Path:
    with wave.open(str(path), "wb") as opened:
        opened.setnchannels(channels)
        opened.setsampwidth(width)
        opened.setframerate(rate)
        opened.writeframes(b"\x01" * (width * channels * count))
    return path


def wave_file(path: Path, form: tuple[int, int, int, int], data: bytes, extended: bool = False) -> Path:
    """form: format, channels, samples a second, bits. extended: as WAVE_FORMAT_EXTENSIBLE tells it."""
    kind, channels, rate, bits = form
    size = channels * bits // 8
    head = struct.pack("<HHIIHH", 0xFFFE if extended else kind, channels, rate, rate * size, size, bits)
    if extended:
        head += struct.pack("<HHIH14x", 22, bits, 0, kind)
    chunks = [(b"LIST", b"odd"), (b"fmt ", head), (b"data", data)]
    body = b"".join(name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in chunks)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body)
    return path


CONVERT = "Convert it: ffmpeg -i clip.wav -ar 16000 -ac 1 -sample_fmt s16 converted.wav"


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ((1, 1, 44100, 16), f"has 44,100 samples a second, the model takes 16,000\n  {CONVERT}"),
        ((6, 1, 16000, 8), f"has 1 channels of 8 bits in the WAVE format 6, which is not read\n  {CONVERT}"),
        ((1, 1, 16000, 12), f"has 1 channels of 12 bits in the WAVE format 1, which is not read\n  {CONVERT}"),
        ((1, 0, 16000, 16), f"has 0 channels of 16 bits in the WAVE format 1, which is not read\n  {CONVERT}"),
    ],
)
def test_a_sound_of_another_kind(form: tuple[int, int, int, int], message: str, tmp_path: Path) -> None:
    file = wave_file(tmp_path / "clip.wav", form, bytes(64))
    with pytest.raises(IngotError) as caught:
        read_wav(file, 16000)
    assert str(caught.value) == f"{file}: {message}"


def test_a_sound_without_samples(tmp_path: Path) -> None:
    file = wave_file(tmp_path / "clip.wav", (1, 2, 16000, 16), b"\1\2\3")
    with pytest.raises(IngotError) as caught:
        read_wav(file, 16000)
    assert str(caught.value) == f"{file}: has no samples\n  Record or cut it again."


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("kind", "bits"), [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)])
def test_the_same_sound_in_every_kind_of_samples(
    kind: int, bits: int, channels: int, extended: bool, tmp_path: Path
) -> None:
    """The left channel louder than the right by as much as the mean is between; full scale saturates."""
    wanted = np.asarray([0, 256, -256, 12800, -32768, 32512], np.int64)
    apart = np.asarray([0, 256, 256, 256, 0, 0])
    values = np.stack([wanted + apart, wanted - apart], axis=1) if channels == 2 else wanted[:, None]
    if kind == 3:
        data = (values / 32768).astype(f"<f{bits // 8}").tobytes()
    elif bits == 8:
        data = (values // 256 + 128).astype(np.uint8).tobytes()
    else:
        wide = (values << (bits - 16)).astype("<i8").tobytes()
        data = b"".join(wide[at : at + bits // 8] for at in range(0, len(wide), 8))
    file = wave_file(tmp_path / "clip.wav", (kind, channels, 16000, bits), data, extended)
    found = read_wav(file, 16000)
    assert found.dtype == np.int16 and found.tolist() == wanted.tolist()


def test_floats_beyond_full_scale_saturate(tmp_path: Path) -> None:
    data = np.asarray([1.0, -1.5, np.nan, np.inf, 0.4999 / 32768], "<f4").tobytes()
    file = wave_file(tmp_path / "clip.wav", (3, 1, 16000, 32), data)
    assert read_wav(file, 16000).tolist() == [32767, -32768, 0, 32767, 0]


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
