# SPDX-License-Identifier: Apache-2.0
"""What makes `ingot watch` build again, and what does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from ingot.base.watch import snapshot, watch


class Stop(Exception):
    """Ends the endless loop."""


def run(
    paths: list[Path], scenes: list[Callable[[], None]], results: list[bool] | None = None
) -> tuple[int, list[str]]:
    """Plays a scene at each pause of the loop, stops behind the last; (number of builds, what was said)."""
    said: list[str] = []
    builds = 0

    def build() -> bool:
        nonlocal builds
        builds += 1
        return (results or [True] * 99)[builds - 1]

    def sleep(seconds: float) -> None:
        assert seconds == 0.5
        if not scenes:
            raise Stop
        scenes.pop(0)()

    with pytest.raises(Stop):
        watch(paths, build, said.append, sleep=sleep)
    return builds, said


def nothing() -> None:
    """A pause in which nothing changes."""


def test_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    assert run([tmp_path], [nothing] * 3) == (1, ["ok, waiting for changes"])


def test_a_change_is_built_when_it_has_come_to_rest(tmp_path: Path) -> None:
    file = tmp_path / "model.tflite"
    file.write_text("1")
    grow = [lambda n=n: file.write_text("x" * n) for n in (2, 3, 4)]
    builds, said = run([tmp_path], [nothing, *grow, nothing, nothing])
    assert builds == 2
    assert said[1:] == ["changed: model.tflite", "ok, waiting for changes"]


def test_new_and_gone_files_and_failures(tmp_path: Path) -> None:
    folder, single = tmp_path / "board", tmp_path / "m.tflite"
    folder.mkdir()
    scenes = [lambda: single.write_text("1"), nothing, single.unlink, nothing]
    builds, said = run([folder, single], scenes, [True, False, True])
    assert builds == 3
    assert said == [
        "ok, waiting for changes",
        "changed: m.tflite",
        "failed, waiting for changes",
        "changed: m.tflite",
        "ok, waiting for changes",
    ]


def test_hidden_files_and_caches_do_not_count(tmp_path: Path) -> None:
    for name in (".hidden", "__pycache__/x.pyc", "seen"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    assert [path.name for path in snapshot([tmp_path])] == ["seen"]


def test_the_command(tmp_path: Path) -> None:
    """The real loop with a project whose build says what it was asked for, and writes; Ctrl-C ends it."""
    (tmp_path / "SConstruct").write_text(
        "print('asked', sorted(ARGUMENTS.items()), COMMAND_LINE_TARGETS)\n"
        "import os; os.makedirs('build', exist_ok=True); open('build/written', 'a').write('1'); Exit(0)\n"
    )
    watched = tmp_path / "more"
    watched.write_text("1")
    command = [sys.executable, "-u", "-m", "ingot", "watch", str(ROOT / "models" / "movenet" / "model.yaml")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "site_scons"), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*command, "--board", "n6dk", "--target", "verify", "--set", "seed=7", "--also", str(tmp_path)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A background job of a shell starts with Ctrl-C ignored, and so would everything it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout
        try:
            lines = [process.stdout.readline(), process.stdout.readline()]
            time.sleep(0.05)
            watched.write_text("22")
            lines += [process.stdout.readline() for _ in range(3)]
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 130
        finally:
            process.kill()
    assert (
        lines[0] == lines[3]
        and "('board', 'n6dk')" in lines[0]
        and "('seed', '7')" in lines[0]
        and "verify" in lines[0]
    )
    assert lines[1] == lines[4] == "ingot: ok, waiting for changes\n"
    assert lines[2] == "ingot: changed: more\n"
