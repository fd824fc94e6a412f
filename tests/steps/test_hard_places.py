# SPDX-License-Identifier: Apache-2.0
"""Full disks, folders of others, killed writers, several at once: the same bytes, or one message and no half file.

Every shell writes what is generated through the same steps, which run here as CMake, Ninja and Make run them; SCons
runs them in its own process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from ingot.board.target import open_board
from ingot.compiler.output_names import output_names
from support.namespaces import as_another_user, in_small_folder, needs_namespaces, read_only
from support.pose_model import pose_model

pytestmark = pytest.mark.slow

BOARD = ROOT / "boards/n6dk/board.yaml"
NAMES = output_names("network", open_board(BOARD)[1]).all()


@dataclass
class Step:
    """`ingot step compile_network` in a folder. more: environment variables."""

    top: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def out(self) -> Path:
        return self.top / "out"

    def words(self) -> list[str]:
        outputs = [word for name in NAMES for word in ("--out", f"outputs={self.out / name}")]
        files = ["--in", f"model={self.top / 'net.tflite'}", "--in", f"board={BOARD}", *outputs]
        return [sys.executable, "-m", "ingot", "step", "compile_network", *files]

    def start(self, words: Sequence[str] = ()) -> subprocess.Popen[str]:
        environment = {"INGOT_CACHE": str(self.top / "cache"), "PYTHONPATH": os.pathsep.join(sys.path), **self.more}
        return subprocess.Popen(
            words or self.words(),
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, words: Sequence[str] = ()) -> tuple[int, str]:
        process = self.start(words)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def written(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.out.iterdir()} if self.out.is_dir() else {}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    step = make_step(tmp_path_factory.mktemp("expected"))
    assert step.run() == (0, "")
    return step.written()


def make_step(top: Path) -> Step:
    (top / "net.tflite").write_bytes(pose_model(1))
    return Step(top)


@pytest.fixture
def step(tmp_path: Path) -> Step:
    return make_step(tmp_path)


@needs_namespaces
def test_a_full_disk_is_one_message_and_leaves_whole_files(step: Step, expected: dict[str, bytes]) -> None:
    left = step.top / "left"
    status, said = step.run(in_small_folder(step.out, "24k", step.words(), left))
    assert status == 2
    assert said.count("\n") == 2 and f"ingot: {step.out}/" in said
    assert "the operating system refuses it: no space left on device\n  Free space there, or choose" in said
    assert all(path.read_bytes() == expected[path.name] for path in left.iterdir())
    assert step.run() == (0, "") and step.written() == expected


@needs_namespaces
def test_a_full_cache_costs_time_only(step: Step, expected: dict[str, bytes]) -> None:
    assert step.run(in_small_folder(step.top / "cache", "8k", step.words())) == (0, "")
    assert step.written() == expected


@needs_namespaces
def test_a_read_only_folder(step: Step, expected: dict[str, bytes]) -> None:
    step.out.mkdir()
    status, said = step.run(read_only(step.out, step.words()))
    assert status == 2
    assert "the operating system refuses it: read-only file system\n  The file system is mounted read-only" in said
    assert step.run(read_only(step.top / "cache", step.words())) == (0, "")
    assert step.written() == expected


@needs_namespaces
def test_files_of_another_user(step: Step, expected: dict[str, bytes]) -> None:
    """They are read, and not written: neither the outputs nor the cache."""
    step.top.chmod(0o755)
    assert step.run() == (0, "")
    content = step.out / NAMES[0]
    content.write_bytes(b"of somebody else")
    folders = [step.out, *(path for path in (step.top / "cache").rglob("*") if path.is_dir()), step.top / "cache"]
    for folder in folders:
        folder.chmod(0o555)
    try:
        status, said = step.run(as_another_user(step.words()))
        assert status == 2
        assert f"{step.out / NAMES[0]}: the operating system refuses it: permission denied\n  Change its" in said
        step.out.chmod(0o777)
        assert step.run(as_another_user(step.words())) == (0, "")
        assert step.written() == expected
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_a_cache_that_is_none(step: Step, expected: dict[str, bytes]) -> None:
    cache = step.top / "cache"
    cache.write_text("")
    assert step.run() == (0, "") and step.written() == expected
    cache.unlink()
    shutil.rmtree(step.out)
    (cache / "compiled").mkdir(parents=True)
    for number in range(256):
        (cache / "compiled" / f"{number:02x}").write_text("a file where folders must be")
    assert step.run() == (0, "") and step.written() == expected


def test_a_cache_that_disappears_while_it_is_used(step: Step, expected: dict[str, bytes]) -> None:
    process, stop = step.start(), threading.Event()

    def remove() -> None:
        while not stop.is_set():
            shutil.rmtree(step.top / "cache", ignore_errors=True)
            time.sleep(0.002)

    remover = threading.Thread(target=remove)
    remover.start()
    said, _ = process.communicate(timeout=120)
    stop.set()
    remover.join()
    assert (process.returncode, said) == (0, "")
    assert step.written() == expected


def test_several_at_once_and_a_killed_one(step: Step, expected: dict[str, bytes]) -> None:
    """In one folder: no file is ever seen half-written, and all of them end in the same bytes."""
    step.more["INGOT_COMPILE_CACHE"] = "0"
    running = [step.start() for _ in range(3)]
    while not (step.out / NAMES[0]).exists() and running[0].poll() is None:
        time.sleep(0.001)
    running[0].kill()
    while any(process.poll() is None for process in running):
        for name in NAMES:
            if (step.out / name).exists():
                assert (step.out / name).read_bytes() == expected[name], name
        time.sleep(0.01)
    outcomes = [(process.communicate()[0], process.returncode) for process in running]
    assert outcomes[1:] == [("", 0), ("", 0)]
    assert step.run() == (0, "")
    assert {name: step.written()[name] for name in NAMES} == expected
