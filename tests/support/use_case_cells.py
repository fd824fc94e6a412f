# SPDX-License-Identifier: Apache-2.0
"""A project of each use case, by each build system, for a board: made by `ingot new`, built, and asked on the twin."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingot.base.places import ROOT
from ingot.model import load_manifest

N6, H7 = "n6dk", "h747-disco"
BUILDS = ("scons", "cmake", "make", "ninja")


@dataclass(frozen=True)
class Case:
    """use: of `ingot new`. model: that examples/use_cases/train.py trains. inputs: below the folder that it writes."""

    use: str
    model: str
    inputs: tuple[str, ...]


CASES = (
    Case("image-classification", "fruit", ("test/leaf/leaf-1.png", "test/lime/lime-2.png", "test/brick/brick-0.png")),
    Case("object-detection", "forms", ("test/forms-0.png", "test/forms-1.png", "test/forms-2.png")),
    Case("pose", "puppet", ("test/puppet-0.png", "test/puppet-1.png")),
    Case("keyword-spotting", "words", ("test/yes/yes-0.wav", "test/no/no-1.wav", "test/go/go-2.wav")),
    Case("sensor-windows", "moves", ("test/walk/walk-0.npy", "test/rest/rest-1.npy", "test/run/run-2.npy")),
    Case(
        "anomaly-detection",
        "machine",
        (
            "test/normal/normal-0.npy",
            "test/normal/normal-1.npy",
            "test/anomaly/anomaly-1.npy",
            "test/anomaly/anomaly-2.npy",
        ),
    ),
)


@dataclass(frozen=True)
class Cell:
    case: Case
    build: str
    board: str

    @property
    def name(self) -> str:
        return f"{self.case.use} {self.build} {self.board}"


def every_cell() -> list[Cell]:
    """Each use case by each build system on n6dk, and once on h747-disco, by build systems in turn."""
    cells = [Cell(case, build, N6) for case in CASES for build in BUILDS]
    return cells + [Cell(case, BUILDS[i % len(BUILDS)], H7) for i, case in enumerate(CASES)]


def commands(build: str, verify: bool) -> list[str]:
    """Build, verify with one input, run the inputs. {data} stands for these."""
    found = {
        "scons": ["scons -Q", "scons -Q verify samples=1", "scons -Q emulate input={data}"],
        "make": ["make", "make verify OPTIONS='--samples 1'", "make emulate OPTIONS='--input {data}'"],
        "ninja": ["ingot build", "ingot build -t verify --samples 1", "ingot run --input {data}"],
        "cmake": [
            "cmake -B build -DINPUT={data} && cmake --build build",
            "cmake --build build --target verify",
            "cmake --build build --target emulate",
        ],
    }[build]
    return found if verify else [found[0], found[2]]


def run_cell(cell: Cell, trained: Path, folder: Path, cache: Path, verify: bool = False) -> str:
    """What the commands printed. trained: where the model is. folder: that the project's folder gets into.

    Raises AssertionError with the last words of a command that failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tools = folder / "tools"
    tools.mkdir()
    for tool, module in (("ingot", "ingot"), ("scons", "SCons")):
        (tools / tool).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (tools / tool).chmod(0o755)
    data = folder / "given"
    data.mkdir()
    for name in cell.case.inputs:
        shutil.copy(trained / name, data)
    own = load_manifest(trained / "model.yaml").postprocessing
    words = ["--model", str(trained / f"{cell.case.model}.tflite"), "--board", cell.board, "--build", cell.build]
    if "classes" in own:
        (folder / "labels.txt").write_text("\n".join(map(str, own["classes"])))
        words += ["--labels", str(folder / "labels.txt")]
    return _run_commands(cell, trained, folder, words, cache, verify)


def _run_commands(cell: Cell, trained: Path, folder: Path, words: Sequence[str], cache: Path, verify: bool) -> str:
    environment = {**os.environ, "PATH": f"{folder / 'tools'}{os.pathsep}{os.environ['PATH']}"}
    environment |= {"PYTHONPATH": str(ROOT / "site_scons"), "INGOT_CACHE": str(cache)}
    lines = [" ".join(["ingot new mine --use-case", cell.case.use, *words])]
    lines += [line.format(data=folder / "given") for line in commands(cell.build, verify)]
    printed = ""
    for number, line in enumerate(lines):
        place = folder if number == 0 else folder / "mine"
        done = subprocess.run(
            ["bash", "-c", line], cwd=place, env=environment, capture_output=True, text=True, timeout=3000
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        printed += done.stdout
        if number == 0:  # what the file does not tell is stated as it was trained
            text = (trained / "model.yaml").read_text()
            text = re.sub(r"^application: .*$", "application: app", text, flags=re.MULTILINE)
            (folder / "mine" / "model.yaml").write_text(text)
    return printed


def wrong_answers(cell: Cell, trained: Path, printed: str) -> list[str]:
    """Of which inputs what was printed is not what they show, and what it is."""
    said = _said(printed, [Path(name).name for name in cell.case.inputs])
    wrong = []
    for name in cell.case.inputs:
        words = said.get(Path(name).name, [])
        if not _is_right(cell.case, trained, name, words):
            wrong.append(f"{name}: {' / '.join(words) or 'nothing'}")
    return wrong


def _said(printed: str, names: Sequence[str]) -> dict[str, list[str]]:
    """The lines behind `<file>: ...` or `<file> at <where its first window begins>: ...` of each file."""
    found: dict[str, list[str]] = {}
    begins = re.compile(rf"({'|'.join(map(re.escape, names))})(?: at [\d.]+(?: s)?)?: ")
    current = ""
    for line in map(str.strip, printed.splitlines()):
        if start := begins.match(line):
            current, line = start[1], line[start.end() :]
        if line.startswith(("instructions ", "stack ")):
            current = ""
        if current:
            found.setdefault(current, []).append(line)
    return found


def _is_right(case: Case, trained: Path, name: str, words: Sequence[str]) -> bool:
    if case.use == "object-detection":
        truth = [line.split()[0] for line in (trained / name).with_suffix(".txt").read_text().splitlines()]
        return sorted(line.split()[0] for line in words) == sorted(truth)
    if case.use == "pose":
        return _joints_are_there(trained, name, words)
    return len(words) == 1 and words[0].split()[0] == Path(name).parent.name


def _joints_are_there(trained: Path, name: str, words: Sequence[str]) -> bool:
    """Ten of the joints at least, nine of ten of those that were found within an eighth of the picture."""
    number = int(Path(name).stem.rpartition("-")[2])
    places = np.loadtxt(trained / "places.csv", delimiter=",")[number].reshape(-1, 2)
    found = [re.fullmatch(r"key point (\d+) \d+ % at x (-?[\d.]+) %, y (-?[\d.]+) %", line) for line in words]
    near = [
        math.dist((float(m[2]) / 100, float(m[3]) / 100), places[int(m[1])]) < 0.125 for m in found if m is not None
    ]
    return len(near) == len(words) and len(near) >= 10 and sum(near) >= 0.85 * len(near)
