# SPDX-License-Identifier: Apache-2.0
"""From a photo or a sound to an answer: the firmware's C on the host and on the twin, against NumPy and LiteRT."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingot.answers.drawing import annotated
from ingot.answers.evaluate import Evaluation, evaluate
from ingot.answers.host import Answer, Answering, answering_of
from ingot.board import find_board, load_board
from ingot.board.fit import load_pools
from ingot.cli import main as cli
from ingot.compiler.compile import CompileOptions, compile_model
from ingot.device.run import qemu
from ingot.device.run.host import HostNetwork
from ingot.device.run.oracle import Reference
from ingot.link import toolchain
from ingot.model import Manifest, load_manifest
from ingot.network.types import Network
from ingot.preprocessing.definition import image_input
from ingot.preprocessing.load import load_inputs
from ingot.use_cases.app_config import app_config
from support.firmware import needs_gcc, needs_qemu
from support.host_library import needs_cc
from support.pictures import codes, photo, prepared, real_numbers
from support.twin_model import build_for_twin
from support.use_cases import example, trained

pytestmark = [pytest.mark.slow, needs_cc]

APPS = toolchain.ROOT / "firmware" / "apps"
EXPORTS: dict[str, tuple[float, int] | None] = {"float32": None, "uint8": (1 / 255, 0), "int8": (1 / 255, -128)}


@dataclass(frozen=True)
class Built:
    """A trained model compiled for n6dk. folder: of the network. model: its file."""

    folder: Path
    model: Path
    network: Network
    manifest: Manifest

    @property
    def answering(self) -> Answering:
        found = answering_of(self.network, self.manifest)
        assert found is not None
        return found

    def evaluate(self, data: Path) -> Evaluation:
        return evaluate(self.network, self.folder, self.model, data, self.manifest)


def built(name: str, folder: Path, file: str = "", keys: str = "") -> Built:
    """keys: further lines below `preprocessing` of its model.yaml."""
    there = trained(name)
    model = there / (file or f"{name}.tflite")
    text = (there / "model.yaml").read_text()
    (folder / "model.yaml").write_text(text.replace("preprocessing:\n", f"preprocessing:\n{keys}"))
    pools = load_pools(load_board(find_board("n6dk", toolchain.ROOT / "boards")))
    network = compile_model(model, pools, folder, CompileOptions())
    return Built(folder, model, network, load_manifest(folder / "model.yaml"))


# ---- pictures


@pytest.mark.parametrize("dtype", EXPORTS)
def test_the_same_photo_through_litert_says_the_same(dtype: str, tmp_path: Path) -> None:
    """Two orders of colors, two windows; LiteRT gets the input that NumPy prepares by the words of app-config.md."""
    quantization, said = EXPORTS[dtype], set()
    pictures = [photo(40, 31), example("data").fruit(5, 7, size=48)[0][3]]
    reference = Reference(trained("fruit") / f"{dtype}.tflite")
    for order in ("rgb", "bgr"):
        for aspect, window in (("crop", "crop"), ("fit", "stretch")):
            keys = f"  color_mode: {order}\n  aspect_ratio: {aspect}\n"
            one = built("fruit", tmp_path, f"{dtype}.tflite", keys)
            host, answering = HostNetwork(one.folder), one.answering
            for picture in pictures:
                values = real_numbers(prepared(picture, 24, 24, window, order.upper()), 0, 1)
                values = values if quantization is None else codes(values, *quantization, dtype)
                wanted = reference.run([values[None]])[0].astype(np.float64).ravel()
                if quantization is not None:
                    wanted = (wanted + (128 if dtype == "int8" else 0)) / 256
                inputs = answering.picture(picture)
                np.testing.assert_array_equal(inputs[0], values[None])
                answers, words = answering.answers(host.run(inputs))
                order_of_classes = np.argsort(-wanted, kind="stable")
                assert [answer.what for answer in answers] == order_of_classes.tolist()
                assert [answer.score for answer in answers] == wanted[order_of_classes].tolist()
                assert words == [in_words(wanted, answering.names)]
                said.add(words[0])
    assert len(said) > 4  # color and window matter


def in_words(shares: Any, names: tuple[str, ...]) -> str:
    """What the firmware prints: the best class, and others of 1 % or more."""
    found = [(share, names[i]) for i, share in enumerate(shares)]
    found.sort(key=lambda one: -one[0])
    return ", ".join(
        f"{name} {int(np.float32(share) * np.float32(100) + np.float32(0.5))} %"
        for i, (share, name) in enumerate(found)
        if i == 0 or share >= 0.005
    )


def test_fruit_is_told_apart(tmp_path: Path) -> None:
    one = built("fruit", tmp_path)
    result = one.evaluate(trained("fruit") / "test")
    assert result.own.confusion == result.litert.confusion and result.different == () and result.apart == (0, 0.0)
    assert result.own.total == 60 and result.own.accuracy > 0.9
    assert result.preprocessing[0].startswith("input apple-0.png: 48x48, crop 48x48 to 24x24 bilinear, RGB, 0..1 -> ")
    moved = tmp_path / "moved"  # apples among the limes: the labels count, not the names of files
    shutil.copytree(trained("fruit") / "test" / "apple", moved / "lime")
    wrong = one.evaluate(moved)
    assert wrong.own.right == 0 and wrong.own.wrong[0] == "lime/apple-0.png"


@pytest.mark.emulated
@needs_gcc
@needs_qemu
def test_the_application_on_the_twin_says_it_in_words(tmp_path: Path) -> None:
    model, manifest = trained("fruit") / "fruit.tflite", load_manifest(trained("fruit") / "model.yaml")
    twin = build_for_twin(
        model, tmp_path, CompileOptions(), APPS / "image_classification", lambda net: app_config(manifest, net)
    )
    frames, numbers = example("data").fruit(10, seed=5)
    (tmp_path / "frames.bin").write_bytes(frames.tobytes())
    done = qemu.run(twin.elf, twin.images, machine=twin.machine, arguments=["frames.bin"], folder=tmp_path)
    assert done.status == 0, done.lines
    reference, expected = Reference(model), []
    for number, frame in enumerate(frames):
        shares = reference.run([frame[None]])[0].ravel() / 256  # scale 1/255 of 0..1: pixels are the codes
        expected += [f"frame {number}", in_words(shares, example("data").FRUIT)]
    assert list(done.lines) == expected
    right = [line.startswith(example("data").FRUIT[n]) for line, n in zip(done.lines[1::2], numbers, strict=True)]
    assert sum(right) > 8


def test_answers_are_drawn_where_they_are_in_the_picture(tmp_path: Path) -> None:
    """A box of the input's right half is in the crop's right half: 200x100 pixels, of which the middle 100 count."""
    one = built("fruit", tmp_path)
    image = image_input(one.network.inputs[0], one.manifest)
    box = Answer(0, "apple", 0.9, (0.5, 0.25, 0.75, 0.5))
    drawn = np.asarray(annotated(np.zeros((200, 400, 3), np.uint8), image, [box], []))
    rows, columns = np.nonzero((drawn == (255, 200, 0)).all(axis=2))
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (200, 250, 50, 100)
    line = annotated(np.zeros((200, 400, 3), np.uint8), image, [Answer(0, "apple", 1.0, (0, 0, 1, 1))], ["apple 100 %"])
    assert line.size == (400, 216)


# ---- sounds


def spectrogram(samples: Any, hop: int, window: int, n_fft: int, bank: Any, power: int) -> Any:
    """Energies (mels, columns): the transform by its sum."""
    angles = -2j * np.pi * np.outer(np.arange(n_fft // 2 + 1), np.arange(window)) / n_fft
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    columns = (len(samples) - window) // hop + 1
    frames = np.stack([samples[k * hop : k * hop + window] / 32768 * hann for k in range(columns)])
    return bank @ (np.abs(np.exp(angles) @ frames.T) ** power)


@pytest.mark.parametrize(("n_fft", "keys"), [(512, "power: 2, db: true"), (1024, "power: 1, db: false, htk: true")])
def test_features_of_a_sound_against_numpy(n_fft: int, keys: str, tmp_path: Path) -> None:
    """The C in float32 against sums of double, for a chirp, noise and silence; filters as triangles over the bins."""
    there = trained("words")
    text = (there / "model.yaml").read_text().replace("n_fft: 512", f"n_fft: {n_fft}, {keys}")
    (tmp_path / "model.yaml").write_text(text)
    pools = load_pools(load_board(find_board("n6dk", toolchain.ROOT / "boards")))
    network = compile_model(there / "words.tflite", pools, tmp_path, CompileOptions())
    manifest = load_manifest(tmp_path / "model.yaml")
    answering = answering_of(network, manifest)
    assert answering is not None and answering.sound is not None
    sound = answering.sound
    bank = np.zeros((16, n_fft // 2 + 1))
    weights = list(sound.filters.weights)
    for mel, (first, last) in enumerate(zip(sound.filters.starts, sound.filters.stops, strict=True)):
        bank[mel, first : last + 1], weights = weights[: last + 1 - first], weights[last + 1 - first :]
    random = np.random.default_rng(4)
    time = np.arange(sound.samples) / 16000
    chirp = (12000 * np.sin(2 * np.pi * (300 + 3000 * time) * time)).astype(np.int16)
    noise = random.integers(-32768, 32768, sound.samples).astype(np.int16)
    for samples in (chirp, noise, chirp // 50, np.zeros_like(chirp)):
        energies = spectrogram(samples, 256, 512, n_fft, bank, 1 if "power: 1" in keys else 2)
        logs = np.log(np.maximum(energies, 1e-10)) * (1 if "db: false" in keys else 10 / np.log(10))
        buffer = network.inputs[0]
        wanted = np.rint((logs - sound.mean) / sound.std / buffer.scale[0]) + buffer.zero_point[0]
        own = answering.heard(samples)[0].reshape(16, 30)
        assert np.abs(np.clip(wanted, -128, 127) - own).max() <= 1
        assert (np.clip(wanted, -128, 127) != own).mean() < 0.02


def test_words_are_told_apart(tmp_path: Path) -> None:
    result = built("words", tmp_path).evaluate(trained("words") / "test")
    assert result.own.confusion == result.litert.confusion and result.different == ()
    assert result.own.total == 48 and result.own.accuracy > 0.9
    assert result.apart[1] <= 1  # a code, of the C's features against the definition's


@pytest.mark.emulated
@needs_gcc
@needs_qemu
def test_a_window_slides_over_a_sound_on_the_twin(tmp_path: Path) -> None:
    """Three words behind each other: each is heard where it is, and as the host says."""
    data, there = example("data"), trained("words")
    clips, _ = data.words(len(data.WORDS), seed=6)
    stream = np.concatenate([clips[data.WORDS.index(word)] for word in ("yes", "go", "no")])
    manifest = load_manifest(there / "model.yaml")
    twin = build_for_twin(
        there / "words.tflite", tmp_path, CompileOptions(), APPS / "keyword_spotting", settings(tmp_path, manifest)
    )
    (tmp_path / "sound.bin").write_bytes(stream.astype("<i2").tobytes())
    done = qemu.run(twin.elf, twin.images, machine=twin.machine, arguments=["sound.bin"], folder=tmp_path)
    assert done.status == 0, done.lines
    answering = answering_of(twin.network, manifest)
    assert answering is not None and answering.sound is not None
    sound, host = answering.sound, HostNetwork(tmp_path)
    expected = []
    for start in range(0, len(stream) - sound.samples + 1, 15 * sound.hop):
        _, words = answering.answers(host.run(answering.heard(stream[start : start + sound.samples])))
        expected.append(f"{start * 100 // 16000 / 100:.2f} s: {words[0]}")
    assert [shortened(line) for line in done.lines] == [shortened(line) for line in expected]
    assert {line.split()[2] for line in done.lines} >= {"yes", "go", "no"}


def shortened(line: str) -> str:
    """The time and the best class: features may differ by a code, and so shares by a percent."""
    return " ".join(line.split()[:3])


def settings(folder: Path, manifest: Manifest) -> Any:
    """Writes the tables of the application beside its header; returns what makes the header."""
    from ingot.use_cases.app_config import app_config_texts

    def header(network: Network) -> str:
        texts = app_config_texts(manifest, network)
        for name, text in texts.items():
            (folder / name).write_text(text)
        return texts["app_config.h"]

    return header


# ---- windows of a sensor


@pytest.mark.emulated
@needs_gcc
@needs_qemu
def test_movements_are_told_apart_on_the_host_and_the_twin(tmp_path: Path) -> None:
    """Labelled windows; then three movements behind each other, over which the firmware's window slides."""
    data, there = example("data"), trained("moves")
    result = built("moves", tmp_path).evaluate(there / "test")
    assert result.own.confusion == result.litert.confusion and result.own.accuracy > 0.9
    windows, _ = data.moves(len(data.MOVES), seed=9)
    stream = np.concatenate([windows[data.MOVES.index(move)] for move in ("rest", "run", "walk")])
    np.save(tmp_path / "stream.npy", stream)
    manifest = load_manifest(there / "model.yaml")
    folder = tmp_path / "twin"
    folder.mkdir()
    twin = build_for_twin(
        there / "moves.tflite", folder, CompileOptions(), APPS / "sensor_windows", settings(folder, manifest)
    )
    (folder / "samples.bin").write_bytes(stream.astype("<f4").tobytes())
    done = qemu.run(twin.elf, twin.images, machine=twin.machine, arguments=["samples.bin"], folder=folder)
    assert done.status == 0, done.lines
    answering, reference = answering_of(twin.network, manifest), Reference(there / "moves.tflite")
    assert answering is not None
    samples = load_inputs(tmp_path / "stream.npy", twin.network, manifest)
    assert [sample.label for sample in samples] == [f"stream.npy at {start}" for start in range(0, 129, 32)]
    expected = [
        f"sample {32 * i}: {answering.answers(reference.run(sample.arrays))[1][0]}" for i, sample in enumerate(samples)
    ]
    assert list(done.lines) == expected
    assert [line.split()[2] for line in done.lines[::2]] == ["rest", "run", "walk"]


# ---- the command


def test_the_command_counts_arrays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """x and y of a .npz: numbers that are the input's own; the classes have no names. A wrong label is counted."""
    pictures, numbers = example("data").fruit(50, seed=8)
    labels = numbers.copy()
    labels[7] = (labels[7] + 1) % 5
    np.savez(tmp_path / "set.npz", x=pictures, y=labels)
    (tmp_path / "net.tflite").write_bytes((trained("fruit") / "uint8.tflite").read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ingot", "evaluate", "net.tflite", "set.npz", "--json"])
    cli.main()
    facts = json.loads(capsys.readouterr().out)
    assert facts["inputs"] == 50 and facts["classes"] == ["0", "1", "2", "3", "4"]
    assert facts["ingot"] == facts["litert"] and facts["different_outputs"] == []
    assert facts["ingot"]["right"] == 50 - len(facts["wrong"]) and "x[7]" in facts["wrong"]
    assert facts["ingot"]["accuracy"] > 0.85


# ---- boxes


@pytest.mark.parametrize("name", ["forms", pytest.param("forms_ssd", marks=pytest.mark.thorough)])
def test_a_trained_detector_finds_the_forms(name: str, tmp_path: Path) -> None:
    """A YOLO's and an SSD's head: mAP on pictures that training has not seen, and the same as LiteRT's."""
    result = built(name, tmp_path).evaluate(trained(name) / "test")
    assert result.different == () and result.apart == (0, 0.0)
    facts = result.as_dict()
    assert facts["ingot"] == facts["litert"] and facts["ingot"]["boxes"] >= 30
    assert facts["ingot"]["mAP50"] > 0.9 and min(facts["ingot"]["classes_AP50"].values()) > 0.8
    moved = tmp_path / "moved"  # the boxes of the next picture: what is there counts, not how many
    shutil.copytree(trained(name) / "test", moved)
    texts = [file.read_text() for file in sorted(moved.glob("*.txt"))]
    for file, text in zip(sorted(moved.glob("*.txt")), texts[1:] + texts[:1], strict=True):
        file.write_text(text)
    assert built(name, tmp_path).evaluate(moved).as_dict()["ingot"]["mAP50"] < 0.3


# ---- key points


@pytest.mark.thorough
def test_the_joints_of_a_puppet_are_found(tmp_path: Path) -> None:
    """Nine of ten joints, each within an eighth of the picture, on pictures that training has not seen."""
    one, there = built("puppet", tmp_path), trained("puppet")
    host, answering, near = HostNetwork(one.folder), one.answering, []
    places = np.loadtxt(there / "places.csv", delimiter=",").reshape(-1, 13, 2)
    for number, joints in enumerate(places):
        (inputs,) = load_inputs(there / "test" / f"puppet-{number}.png", one.network, one.manifest)
        answers, _ = answering.answers(host.run(inputs.arrays))
        found = {answer.what: np.asarray(answer.box[:2]) for answer in answers}
        near += [k in found and np.abs(found[k] - joint).max() < 0.125 for k, joint in enumerate(joints)]
    assert np.mean(near) > 0.9 and len(near) == 260
