# SPDX-License-Identifier: 0BSD
"""Trains a small model on generated data and writes it with labelled files to try it on.

    python examples/use_cases/train.py fruit FOLDER

FOLDER gets fruit.tflite, model.yaml, and test/<class>/<file>. Needs Ingot with NumPy, and Pillow for pictures.
"""

from __future__ import annotations

import os
import sys
import wave
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

# Before NumPy is imported: the same sums, and with them the same file, whatever the number of processors.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent))

import data
import detector
import puppet
from export import autoencoder, classifier
from layers import Conv, Dense, Network, softmax_slope, square_slope

from ingot.model import load_manifest
from ingot.network.types import NetworkBuffer
from ingot.preprocessing.sound import SoundInput, sound_input, sound_values, windows

Array = npt.NDArray[Any]

TESTS = 12  # files a class

FRUIT_YAML = """\
name: fruit
title: Fruit and other things, by color and form
source:
  file: fruit.tflite
application: image_classification
preprocessing:
  range: [0, 1]
postprocessing:
  type: image_classification
  classes: [{classes}]
"""


def fruit_network() -> Network:
    """The classifier of pictures, trained; its inputs are 0..1."""
    pictures, numbers = data.fruit(1500, seed=1)
    network = Network((24, 24, 3), [Conv(8), Conv(12), Dense(len(data.FRUIT), relu=False)])
    network.fit(pictures / 255, numbers, softmax_slope)
    return network


def fruit(folder: Path) -> Network:
    from PIL import Image

    network = fruit_network()
    content = classifier(network, data.fruit(200, seed=2)[0] / 255, "uint8", (0.0, 1.0))
    (folder / "fruit.tflite").write_bytes(content)
    (folder / "model.yaml").write_text(FRUIT_YAML.format(classes=", ".join(data.FRUIT)))
    for path, picture in _files(folder, data.FRUIT, *data.fruit(TESTS * len(data.FRUIT), seed=3, size=48)):
        Image.fromarray(picture).save(path.with_suffix(".png"))
    return network


WORDS_YAML = """\
name: words
title: Short words
source:
  file: words.tflite
application: keyword_spotting
preprocessing: {{mean: {mean}, std: {std}}}
postprocessing:
  type: audio_event_detection
  classes: [{classes}]
  sample_rate: 16000
  spectrogram: {{hop_length: 256, n_fft: 512, window_length: 512, fmin: 100, fmax: 7500}}
"""
MELS, COLUMNS = 16, 30


def words_yaml(mean: float = 0.0, std: float = 1.0) -> str:
    names = ", ".join(f'"{name}"' for name in sorted(data.WORDS))
    return WORDS_YAML.format(mean=mean, std=std, classes=names)


def words_sound(folder: Path) -> SoundInput:
    """How a clip becomes the input: the definition that the model.yaml in the folder gives."""
    buffer = NetworkBuffer("input", "", 0, MELS * COLUMNS * 4, (1, MELS, COLUMNS, 1), "float32", "input", (0, 0))
    sound = sound_input(buffer, load_manifest(folder / "model.yaml"))
    assert sound is not None
    return sound


def words_network(folder: Path) -> tuple[Network, Array]:
    """(the classifier, its inputs for calibration). Writes the model.yaml with the mean and deviation of the data."""

    def spectra(count: int, seed: int) -> tuple[Array, Array]:
        clips, numbers = data.words(count, seed)
        sound = words_sound(folder)
        values = [sound_values(windows(clip, sound)[0][1], sound)[0][0] for clip in clips]
        order = np.argsort(np.argsort(data.WORDS))  # the application sorts its classes
        return np.stack(values), order[numbers]

    (folder / "model.yaml").write_text(words_yaml())
    inputs, _ = spectra(100, seed=1)
    (folder / "model.yaml").write_text(words_yaml(round(float(inputs.mean()), 1), round(float(inputs.std()), 1)))
    inputs, numbers = spectra(800, seed=1)
    network = Network((MELS, COLUMNS, 1), [Conv(6), Conv(8), Dense(len(data.WORDS), relu=False)])
    network.fit(inputs, numbers, softmax_slope, epochs=5)
    return network, inputs[:200]


def words(folder: Path) -> Network:
    network, inputs = words_network(folder)
    held = (float(inputs.min()), float(inputs.max()))
    (folder / "words.tflite").write_bytes(classifier(network, inputs, "int8", held))
    for path, samples in _files(folder, data.WORDS, *data.words(TESTS * len(data.WORDS), seed=3)):
        with wave.open(str(path.with_suffix(".wav")), "wb") as opened:
            opened.setnchannels(1)
            opened.setsampwidth(2)
            opened.setframerate(data.RATE)
            opened.writeframes(samples.astype("<i2").tobytes())
    return network


MOVES_YAML = """\
name: moves
title: Rest, walk, run, shake
source:
  file: moves.tflite
application: sensor_windows
postprocessing:
  type: human_activity
  classes: [{classes}]
  sample_rate: 26
"""


def moves(folder: Path) -> Network:
    inputs, numbers = data.moves(1200, seed=1)
    network = Network((data.WINDOW, 3, 1), [Conv(8, (5, 3)), Conv(8, (5, 1)), Dense(len(data.MOVES), relu=False)])
    network.fit(inputs[..., None], numbers, softmax_slope, epochs=20)
    held = (float(inputs.min()), float(inputs.max()))
    (folder / "moves.tflite").write_bytes(classifier(network, inputs[:200, ..., None], "int8", held))
    (folder / "model.yaml").write_text(MOVES_YAML.format(classes=", ".join(data.MOVES)))
    for path, window in _files(folder, data.MOVES, *data.moves(TESTS * len(data.MOVES), seed=3)):
        np.save(path.with_suffix(".npy"), window)
    return network


MACHINE_YAML = """\
name: machine
title: Whether a machine turns as it should
source:
  file: machine.tflite
application: anomaly_detection
postprocessing:
  type: anomaly
  threshold: {threshold}
  sample_rate: 1600
"""


def machine(folder: Path) -> Network:
    """Trained on normal windows alone. The threshold is what one of a hundred other normal windows exceeds, and a tenth
    more for what quantizing adds."""
    inputs = data.machine(1500, seed=1, faults=False)[0][..., None]
    network = Network((data.TURNS, 3, 1), [Dense(32), Dense(8), Dense(32), Dense(inputs[0].size, relu=False)])
    network.fit(inputs, inputs.reshape(len(inputs), -1), square_slope, epochs=60)
    others = data.machine(400, seed=2, faults=False)[0][..., None]
    errors = np.mean((network.outputs(others)[-1] - others.reshape(len(others), -1)) ** 2, axis=1)
    (folder / "machine.tflite").write_bytes(autoencoder(network, inputs[:200], "int8", (-4.0, 4.0)))
    threshold = float(f"{1.1 * np.quantile(errors, 0.99):.2g}")
    (folder / "model.yaml").write_text(MACHINE_YAML.format(threshold=threshold))
    for path, window in _files(folder, data.MACHINE, *data.machine(2 * TESTS * len(data.MACHINE), seed=3)):
        np.save(path.with_suffix(".npy"), window)
    return network


def _files(folder: Path, names: tuple[str, ...], values: Array, numbers: Array) -> list[tuple[Path, Array]]:
    """A path without suffix for each value, in the folder of its class."""
    found = []
    for i, (value, number) in enumerate(zip(values, numbers, strict=True)):
        target = folder / "test" / names[number]
        target.mkdir(parents=True, exist_ok=True)
        found.append((target / f"{names[number]}-{i // len(names)}", value))
    return found


MODELS: Mapping[str, Callable[[Path], object]] = {
    "fruit": fruit,
    "words": words,
    "moves": moves,
    "machine": machine,
    "forms": detector.yolo,
    "forms_ssd": detector.ssd,
    "puppet": puppet.puppet,
}


def main() -> None:
    if len(sys.argv) != 3 or sys.argv[1] not in MODELS:
        sys.exit(f"usage: train.py {'|'.join(MODELS)} FOLDER")
    target = Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    MODELS[sys.argv[1]](target)
    print(f"{target}: {sys.argv[1]}.tflite, model.yaml, test/")


if __name__ == "__main__":
    main()
