# SPDX-License-Identifier: Apache-2.0
"""`ingot new`: what the file tells is in the project, and the project builds, verifies and runs as its README says."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.cli import main as cli
from ingot.model import load_manifest
from ingot.start.told import packed_labels, use_of
from support.firmware import needs_gcc, needs_qemu
from support.pose_model import pose_model
from support.session import made_once
from support.ssd_model import ssd_model
from support.tflite_builder import Builder
from support.use_case_cells import CASES, H7, N6, Cell, run_cell, wrong_answers
from support.use_cases import trained


def begin(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["ingot", "new", *words])
    cli.main()


def test_what_the_file_tells_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pose model by its shapes; its input's scale tells -1..1. The model.yaml is valid, the README has five lines."""
    (tmp_path / "Pose Net.TFLITE").write_bytes(pose_model(0))
    begin(tmp_path, monkeypatch, "rider", "--model", "Pose Net.TFLITE", "--board", N6)
    manifest = load_manifest(tmp_path / "rider" / "model.yaml")
    assert manifest.source.file == "Pose_Net.tflite" and (tmp_path / "rider" / "Pose_Net.tflite").is_file()
    assert manifest.preprocessing == {"color_mode": "rgb", "aspect_ratio": "crop", "range": [-1, 1]}
    assert manifest.postprocessing == {"type": "heatmaps_spe"}
    assert manifest.application == str(tmp_path / "rider" / "app")
    lines = (tmp_path / "rider" / "README.md").read_text().splitlines()
    assert len(lines) == 2 + 5
    out = capsys.readouterr().out
    assert "not told by the file, written into model.yaml as a guess: color_mode: rgb" in out
    assert out.splitlines()[-1].endswith("next: cd rider; scons; scons verify; scons flash dry_run=1")
    for path in (tmp_path / "rider").rglob("*"):
        assert not path.is_file() or str(tmp_path).encode() not in path.read_bytes(), path


def test_a_use_case_that_the_file_is_not_for(tmp_path: Path) -> None:
    model = tmp_path / "pose.tflite"
    model.write_bytes(pose_model(0))
    with pytest.raises(IngotError) as caught:
        use_of(model, "image-classification", ["standing", "sitting"])
    assert str(caught.value) == f"{model}: there are 2 labels, the model has 832 classes\n  Give --labels FILE."


def autoencoder(folder: Path, outputs: int) -> Path:
    """A window of 16 samples of 3 numbers in, so many numbers out."""
    b = Builder()
    window = b.input((1, 16, 3), "int8", 0.1, 0)
    weights = b.constant(np.ones((outputs, 48), np.int8), [0.1])
    again = b.tensor((1, outputs), "int8", 0.1, 0)
    b.operator("FULLY_CONNECTED", [window, weights, None], [again])
    (folder / "again.tflite").write_bytes(b.finish([again]))
    return folder / "again.tflite"


def test_an_autoencoder_is_asked_for_its_threshold(tmp_path: Path) -> None:
    use = use_of(autoencoder(tmp_path, 48), "anomaly-detection")
    assert "  type: anomaly" in use.lines and not [line for line in use.lines if "classes" in line]
    assert use.guesses == ("mean: 0, std: 1", "sample_rate: 26", "threshold: 0.1")
    named = use_of(autoencoder(tmp_path, 48), "anomaly-detection", ["good", "bad"])
    assert '  classes: ["good", "bad"]' in named.lines
    with pytest.raises(IngotError, match="takes 1x16x3 and gives 1x4, but an autoencoder gives back its input"):
        use_of(autoencoder(tmp_path, 4), "anomaly-detection")


@pytest.mark.parametrize(("shape", "family", "classes"), [((1, 7, 60), "yolo_v8", 3), ((1, 40, 8), "yolo_v5", 3)])
def test_a_detector_by_the_shape_of_its_boxes(
    shape: tuple[int, ...], family: str, classes: int, tmp_path: Path
) -> None:
    b = Builder()
    image = b.input((1, 32, 32, 3), "int8", 1 / 255, -128)
    boxes = b.tensor(shape, "int8", 1 / 255, -128)
    rows = np.zeros((int(np.prod(shape)), 32 * 32 * 3), np.int8)
    weights = b.constant(rows, [0.1])
    flat = b.tensor((1, len(rows)), "int8", 1 / 255, -128)
    b.operator("FULLY_CONNECTED", [image, weights, None], [flat])
    b.operator("RESHAPE", [flat, b.constant(np.asarray(shape, np.int32))], [boxes])
    (tmp_path / "yolo.tflite").write_bytes(b.finish([boxes]))
    lines = use_of(tmp_path / "yolo.tflite", "object-detection").lines
    assert f"  type: {family}" in lines
    assert f"  classes: [{', '.join(json.dumps(f'class {n}') for n in range(classes))}]" in lines


@pytest.mark.parametrize(
    ("channels", "labels", "anchors", "classes"), [(8, 3, 1, 3), (30, 0, 5, 1), (16, 3, 2, 3), (8, 0, 1, 3)]
)
def test_a_grid_is_told_by_its_stride(channels: int, labels: int, anchors: int, classes: int, tmp_path: Path) -> None:
    """How many anchors there are follows from the labels; how large they are is told by nothing."""
    b = Builder()
    image = b.input((1, 48, 48, 3), "int8", 1 / 255, -128)
    kernel = b.constant(np.ones((channels, 16, 16, 3), np.int8), [0.1] * channels)
    grid = b.tensor((1, 3, 3, channels), "int8", 0.1, 0)
    b.operator("CONV_2D", [image, kernel, None], [grid], padding="SAME", strideH=16, strideW=16)
    (tmp_path / "grid.tflite").write_bytes(b.finish([grid]))
    use = use_of(tmp_path / "grid.tflite", "object-detection", [f"c{n}" for n in range(labels)])
    assert "  type: st_yolo_lc" in use.lines
    assert f"anchors: [{', '.join(['1, 1'] * anchors)}]" in use.guesses
    (line,) = [line for line in use.lines if line.startswith("  classes: ")]
    assert len(json.loads(line.removeprefix("  classes: "))) == classes


def test_a_detector_of_an_ssd_ends_before_its_operator(tmp_path: Path) -> None:
    (tmp_path / "ssd.tflite").write_bytes(ssd_model())
    use = use_of(tmp_path / "ssd.tflite", labels=["cat", "dog", "cow"])
    assert use.use_case == "object-detection"
    assert '  outputs: ["offsets", "scores"]   # before TFLite_Detection_PostProcess' in use.lines
    assert use.lines[-2:] == ("  type: ssd", '  classes: ["cat", "dog", "cow"]')
    assert use_of(tmp_path / "ssd.tflite", "none").lines == use.lines[:2]


@pytest.mark.slow
def test_labels_that_are_packed_into_the_file(tmp_path: Path) -> None:
    model = tmp_path / "m.tflite"
    model.write_bytes((trained("fruit") / "fruit.tflite").read_bytes())
    with zipfile.ZipFile(model, "a") as archive:
        archive.writestr("labels.txt", "0 apple\n1 lime\n2 brick\n3 leaf\n4 berry\n")
    assert packed_labels(model) == ["apple", "lime", "brick", "leaf", "berry"]
    assert '  classes: ["apple", "lime", "brick", "leaf", "berry"]' in use_of(model).lines


def cell(use: str, build: str, board: str) -> Any:
    return Cell(next(case for case in CASES if case.use == use), build, board)


#: One of each row and column; bench/every_use_case.py has all.
CELLS = [
    cell("image-classification", "scons", N6),
    cell("keyword-spotting", "make", N6),
    cell("object-detection", "cmake", H7),
    cell("sensor-windows", "ninja", H7),
    cell("pose", "ninja", N6),
    pytest.param(cell("anomaly-detection", "cmake", N6), marks=pytest.mark.thorough),
]


@pytest.mark.slow
@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize("one", CELLS, ids=lambda one: one.name)
def test_a_project_builds_verifies_and_says_the_right_answers(one: Cell, tmp_path: Path) -> None:
    there = trained(one.case.model)
    cache = made_once("cells-cache", lambda folder: None)  # kernels are compiled once for all cells
    printed = run_cell(one, there, tmp_path, cache, verify=True)
    assert wrong_answers(one, there, printed) == []
    changed = re.sub("(leaf|yes|square|walk|key point|normal)", "no", printed)
    assert wrong_answers(one, there, changed), "an answer that is another one is found"


@pytest.mark.slow
def test_labels_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Teachable Machine writes them, with a number in front; the command of docs/where-from.md."""
    (tmp_path / "model.tflite").write_bytes((trained("fruit") / "fruit.tflite").read_bytes())
    names = ["rose", "wild rose", "tulip", "0 of these", "lily"]
    (tmp_path / "labels.txt").write_text("".join(f"{n} {name}\n" for n, name in enumerate(names)))
    page = (ROOT / "docs/where-from.md").read_text()
    (line,) = re.findall(r"^    ingot new (.* --labels .*)$", page, re.MULTILINE)
    begin(tmp_path, monkeypatch, *line.split())
    manifest = load_manifest(tmp_path / "flowers" / "model.yaml")
    assert manifest.postprocessing == {"type": "image_classification", "classes": names}


@pytest.mark.parametrize(
    ("dtype", "scale", "zero", "guess"),
    [
        ("uint8", 1 / 128, 128, "[-1, 1]"),  # TensorFlow's MobileNets of 2018
        ("uint8", 0.9, 0, "[0, 255]"),
        ("uint8", 0.0187, 114, "[0, 1]"),  # mean and deviation of ImageNet
        ("int8", 1 / 127, 0, "[0, 1]"),  # a symmetric quantizer's, of either range
        ("int8", 1 / 128, -128, "[0, 1]"),
        ("float32", None, 0, "[0, 1]"),
    ],
)
def test_the_range_is_guessed_from_what_the_input_holds(dtype: str, scale: float | None, zero: int, guess: str) -> None:
    from ingot.network.types import NetworkBuffer
    from ingot.start.told import _guessed_range

    quantization = ((scale,), (zero,)) if scale else ((), ())
    size = 16 * 16 * 3
    assert (
        _guessed_range(NetworkBuffer("x", "", 0, size, (1, 16, 16, 3), dtype, "input", (0, 0), *quantization)) == guess
    )
