# SPDX-License-Identifier: Apache-2.0
"""A model that is replaced while it is compiled: the result is one file's own, and so is what the cache keeps."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingot.base import places, stamp
from ingot.base.errors import IngotError
from ingot.board.target import open_board
from ingot.compiler.compile import output_names
from ingot.steps.registry import call
from support.tflite_builder import Builder

BOARD = places.ROOT / "boards/n6dk/board.yaml"
NAMES = output_names("network", open_board(BOARD)[1]).all()
MOMENTS = 100


def layer(seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    b = Builder()
    source, result = b.input((1, 8), "int8", 0.1, 3), b.tensor((1, 4), "int8", 0.2, -5)
    weights = b.constant(rng.integers(-127, 128, (4, 8)).astype(np.int8), 0.01)
    b.operator("FULLY_CONNECTED", [source, weights, None], [result])
    return b.finish([result])


FILES = layer(1), layer(2)


class Project:
    """A model's file, and builds of it; each build has a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.model = folder / "net.tflite"
        self._folder = folder
        self._builds = 0

    def put(self, data: bytes) -> None:
        """As a training does it: written beside, then renamed."""
        beside = self.model.with_suffix(".new")
        beside.write_bytes(data)
        os.replace(beside, self.model)

    def build(self, **options: str) -> dict[str, bytes]:
        self._builds += 1
        out = self._folder / str(self._builds)
        call(
            "compile_network",
            {"model": self.model, "board": BOARD, "outputs": [out / name for name in NAMES], **options},
        )
        return {name: (out / name).read_bytes() for name in NAMES}


@contextmanager
def every_call(do: Callable[[int], None]) -> Iterator[None]:
    """Inside, `do` is called before every call of a function, of Python's or C's, with its number."""
    count = 0

    def event(frame: Any, what: str, argument: object) -> None:
        nonlocal count
        if what in ("call", "c_call"):
            count += 1
            do(count)

    sys.setprofile(event)
    try:
        yield
    finally:
        sys.setprofile(None)


def moments(project: Project, cache: Path) -> list[int]:
    """Numbers of calls over a whole build, half of them while its files are still being opened."""
    total, opened = 0, 0
    hooked = True

    def note(number: int) -> None:
        nonlocal total
        total = number

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal opened
        if hooked and event == "open" and str(arguments[0]) == str(project.model):
            opened = total

    sys.addaudithook(audit)
    with every_call(note):
        project.build()
    hooked = False
    shutil.rmtree(cache / "compiled")
    half = MOMENTS // 2
    assert half < opened < total
    early = [1 + opened * i // (half - 1) for i in range(half)]
    return sorted({*early, *(opened + 2 + (total - opened) * i // half for i in range(half))})


@pytest.mark.slow
def test_a_hundred_moments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("INGOT_CACHE", str(cache))
    monkeypatch.setattr(stamp, "_STARTED", float("inf"))  # whoever edits the code while tests run
    project = Project(tmp_path)
    own = []
    for data in FILES:
        project.put(data)
        own.append(project.build())
        shutil.rmtree(cache / "compiled")
    assert own[0] != own[1]
    project.put(FILES[0])
    when = moments(project, cache)
    assert len(when) == MOMENTS
    results = []
    for moment in when:
        project.put(FILES[0])
        with every_call(lambda number, moment=moment: project.put(FILES[1]) if number == moment else None):
            result = project.build()
        assert project.model.read_bytes() == FILES[1], f"call {moment}: the build had ended"
        assert result in own, f"call {moment}: a mixture of both files"
        results.append(own.index(result))
        for data, expected in zip(FILES, own, strict=True):
            project.put(data)
            assert project.build() == expected, (
                f"call {moment}: the cache has another file's result under this one's key"
            )
        shutil.rmtree(cache / "compiled")
    assert {*results} == {0, 1}, "the moments are before and after the one read"


def test_the_file_that_the_model_yaml_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared when the build is described, compiled later: nothing is written for another file."""
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    project = Project(tmp_path)
    project.put(FILES[0])
    sha256 = hashlib.sha256(FILES[0]).hexdigest()
    assert project.build(sha256=sha256)
    project.put(FILES[1])
    with pytest.raises(IngotError) as caught:
        project.build(sha256=sha256)
    assert str(caught.value) == (
        f"{project.model}: the model was replaced during the build: its sha256 is "
        f"{hashlib.sha256(FILES[1]).hexdigest()}, the model.yaml's {sha256}.\n"
        "  Put the right file there, or correct source.sha256 of the model.yaml, and build again."
    )
    assert not (tmp_path / "2").exists()
