# SPDX-License-Identifier: Apache-2.0
"""A copy of the checkout that a test may build in and change, and what a build did there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingot.base.places import ROOT
from support.pose_model import pose_model

PARTS = ("SConstruct", "site_scons", "boards", "examples", "firmware", "models", "third_party", "toolchain")

MODEL_YAML = """\
name: small
source:
  file: small.tflite
application: pose_estimation
postprocessing:
  type: heatmaps_spe
  confidence_threshold: 0.5
"""

STEP = re.compile(r"^  (\w{1,9}) +\S+(?: -> \S+)?$")
COMPILED = re.compile(r"^arm-none-eabi-gcc -o \S+/(\S+)\.o -c ")
LINKED = re.compile(r"^arm-none-eabi-gcc .* -Wl,-T,\S+ ")


@dataclass(frozen=True)
class Build:
    """What one run of scons printed and did.

    steps: how often each step of ingot.steps ran, by its progress line. compiled: names of object files made.
    links: firmwares linked.
    """

    status: int
    out: str
    err: str

    @property
    def steps(self) -> Counter[str]:
        return Counter(found[1] for line in self.out.splitlines() if (found := STEP.match(line)))

    @property
    def compiled(self) -> set[str]:
        return {found[1] for line in self.out.splitlines() if (found := COMPILED.match(line))}

    @property
    def links(self) -> int:
        return sum(bool(LINKED.match(line)) for line in self.out.splitlines())

    @property
    def nothing(self) -> bool:
        return not self.steps and not self.compiled and not self.links


class Project:
    """The copy. `model` is its small pose model, described by models/small/model.yaml."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, folder: Path) -> Project:
        """A fresh copy with the small model in it."""
        folder.mkdir(parents=True)
        _copy((ROOT / part for part in PARTS), folder, "-p")
        for made in (folder / "site_scons").glob("*.egg-info"):
            shutil.rmtree(made)
        project = cls(folder)
        project.model_yaml.parent.mkdir()
        project.model_yaml.write_text(MODEL_YAML)
        project.train(0)
        return project

    def copy(self, folder: Path) -> Project:
        """A copy with all that was built: new times, same contents. Modules keep their times, and so their bytecode."""
        folder.mkdir(parents=True)
        _copy((path for path in self.folder.iterdir() if path.name != "site_scons"), folder)
        _copy([self.folder / "site_scons"], folder, "-p")
        return Project(folder)

    @property
    def model_yaml(self) -> Path:
        return self.folder / "models" / "small" / "model.yaml"

    @property
    def out(self) -> Path:
        return self.folder / "build" / "n6dk" / "small"

    def train(self, seed: int) -> None:
        """New weights, scales and zero points for the same graph."""
        (self.folder / "models" / "small" / "small.tflite").write_bytes(pose_model(seed))

    def replace(self, file: str, old: str, new: str) -> None:
        """Edits a file of the project; `old` must be there exactly once."""
        path = self.folder / file
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new))

    def scons(self, *arguments: str, python: tuple[str, ...] = (), **variables: str) -> Build:
        """Runs scons with command lines shown. variables: of the environment."""
        environment = {**os.environ, "INGOT_CACHE": str(self.folder / ".cache"), "INGOT_OFFLINE": "1", **variables}
        environment.pop("INGOT_MODEL_PATH", None)
        done = subprocess.run(
            [sys.executable, *python, "-m", "SCons", "model=small", "verbose=1", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        return Build(done.returncode, done.stdout, done.stderr)

    def ingot(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the project's own `ingot` in it."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.folder / "site_scons"),
            "INGOT_CACHE": str(self.folder / ".cache"),
            "INGOT_OFFLINE": "1",
        }
        command = [sys.executable, "-m", "ingot", *arguments]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=300)

    def build(self, *arguments: str, **variables: str) -> Build:
        """Runs scons, which must succeed."""
        build = self.scons(*arguments, **variables)
        assert build.status == 0, build.out + build.err
        return build

    def outputs(self) -> dict[str, bytes]:
        """Every file under build/, without SCons's database and the objects that builds share."""
        top = self.folder / "build"
        return {
            path.relative_to(top).as_posix(): path.read_bytes()
            for path in sorted(top.rglob("*"))
            if path.is_file() and not path.name.startswith(".sconsign") and top / "kernels" not in path.parents
        }


def _copy(files: Iterable[Path], folder: Path, *options: str) -> None:
    """Thousands of files, which `cp` copies in half of the time that Python needs."""
    subprocess.run(["cp", "-R", *options, *map(str, files), str(folder)], check=True)
