# SPDX-License-Identifier: Apache-2.0
"""`ingot new`: what the file tells is in the project, and the project builds, verifies and runs as its README says."""

from __future__ import annotations

import json
import os
import subprocess
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
from support.ssd_model import ssd_model
from support.tflite_builder import Builder
from support.use_cases import trained

N6, H7 = "n6dk", "h747-disco"


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


def commands(build: str) -> list[str]:
    """Build, verify, run, show how it is flashed."""
    return {
        "scons": [
            "scons -Q",
            "scons -Q verify samples=1",
            "scons -Q emulate input={data}",
            "scons -Q flash dry_run=1 probe=cubeprogrammer",
        ],
        "make": ["make", "make verify OPTIONS='--samples 1'", "make emulate OPTIONS='--input {data}'"],
        "ninja": ["ingot build", "ingot build -t verify --samples 1", "ingot run --input {data}"],
        "cmake": [
            "cmake -B build -DINPUT={data} && cmake --build build",
            "cmake --build build --target verify",
            "cmake --build build --target emulate",
        ],
    }[build]


#: Build, board, model, use case, its data, what is said about it.
CELLS = [
    ("scons", N6, "fruit", "image-classification", "test/leaf/leaf-1.png", "leaf "),
    ("make", N6, "words", "keyword-spotting", "test/yes/yes-0.wav", "yes "),
    ("cmake", H7, "fruit", "image-classification", "test/lime/lime-2.png", "lime "),
    pytest.param(
        "ninja", N6, "fruit", "none", "test/brick/brick-0.png", "scores: uint8 1x5", marks=pytest.mark.thorough
    ),
    ("ninja", H7, "moves", "sensor-windows", "test/walk/walk-0.npy", "walk "),
]


@pytest.mark.slow
@pytest.mark.emulated
@needs_gcc
@needs_qemu
@pytest.mark.parametrize(("build", "board", "name", "use", "data", "said"), CELLS)
def test_a_project_builds_verifies_and_says_the_right_answer(
    build: str,
    board: str,
    name: str,
    use: str,
    data: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = trained(name)
    words = ["--use-case", use, "--build", build]
    if use != "none":
        names = load_manifest(there / "model.yaml").postprocessing["classes"]
        (tmp_path / "labels.txt").write_text("\n".join(map(str, names)))
        words += ["--labels", "labels.txt"]
    begin(tmp_path, monkeypatch, "mine", "--model", str(there / f"{name}.tflite"), "--board", board, *words)
    if use == "keyword-spotting":  # the file does not tell it: as it was trained
        text = (there / "model.yaml").read_text().replace("keyword_spotting", "app")
        (tmp_path / "mine" / "model.yaml").write_text(text)
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool, module in (("ingot", "ingot"), ("scons", "SCons")):
        (tools / tool).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (tools / tool).chmod(0o755)
    environment: dict[str, Any] = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    environment |= {"PYTHONPATH": str(ROOT / "site_scons"), "INGOT_CACHE": str(tmp_path / "cache")}
    printed = ""
    for command in commands(build):
        line = command.format(data=there / data, board=board)
        done = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path / "mine", env=environment, capture_output=True, text=True, timeout=900
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        printed += done.stdout
    assert [text for text in map(str.strip, printed.splitlines()) if text.startswith(said)], printed
    assert build != "scons" or "STM32_Programmer_CLI -c port=SWD" in printed


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
