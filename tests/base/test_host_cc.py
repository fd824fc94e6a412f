# SPDX-License-Identifier: Apache-2.0
"""The cache of what the host's compiler made: an object is kept under the key of the very files it was compiled of."""

from __future__ import annotations

import ctypes
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ingot.base import host_cc
from ingot.base.errors import IngotError

FLAGS = ("-shared", "-fPIC")


class Replacing:
    """Replaces the source before and behind runs of the compiler, the first `times` of them."""

    def __init__(self, source: Path, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.source, self.times, self.runs = source, times, 0
        self._real = subprocess.run
        monkeypatch.setattr(host_cc.subprocess, "run", self)

    def __call__(self, command: list[str], **more: Any) -> Any:
        if "-o" in command and self.runs < self.times:
            self.runs += 1
            write(self.source, self.runs)
        return self._real(command, **more)


def write(source: Path, answer: int) -> None:
    source.write_text(f"int answer(void) {{ return {answer}; }}\n")


def answer(source: Path) -> int:
    return int(ctypes.CDLL(str(host_cc.build([source], FLAGS, ".so"))).answer())


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    write(tmp_path / "answer.c", 0)
    return tmp_path / "answer.c"


def test_a_source_that_is_replaced_while_it_is_compiled(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replacing = Replacing(source, 1, monkeypatch)
    assert answer(source) == 1 and replacing.runs == 1
    write(source, 0)
    assert answer(source) == 0


def test_one_that_never_rests(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Replacing(source, 100, monkeypatch)
    with pytest.raises(IngotError, match="changed 5 times while it was compiled"):
        answer(source)
    assert [path.name for path in (source.parent / "cache/host").iterdir()] == []


def test_what_may_be_in_use_stays_however_many_there_are(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that another process is writing is not the newest for long, where a thousand others are used."""
    monkeypatch.setattr(host_cc, "KEEP", 4)
    folder = source.parent / "cache/host"
    folder.mkdir(parents=True)
    for number in range(8):
        (folder / f"unfinished{number}.o").touch()
        (folder / f"old{number}.so").touch()
        os.utime(folder / f"old{number}.so", (number, number))
    answer(source)
    left = {path.name for path in folder.iterdir()}
    assert "old0.so" not in left
    assert {f"unfinished{number}.o" for number in range(8)} <= left
