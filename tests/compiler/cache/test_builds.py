# SPDX-License-Identifier: Apache-2.0
"""Ten builds at the same time share one cache while one of them is killed, again and again: every result is right."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingot.base import places
from ingot.board.target import open_board
from ingot.compiler.cache.store import Store
from ingot.compiler.compile import output_names
from support.pose_model import pose_model

BOARD = places.ROOT / "boards/n6dk/board.yaml"
MODELS = 3  # fewer than builds: several write the same entry
BUILDS = 10
KILLS = 6


class Builds:
    """Processes of `ingot step compile_network`, each in a folder of its own, with one cache."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.names = output_names("network", open_board(BOARD)[1]).all()
        self.environment = {
            **os.environ,
            "INGOT_CACHE": str(top / "cache"),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        for seed in range(MODELS):
            (top / str(seed)).mkdir()
            (top / str(seed) / "net.tflite").write_bytes(pose_model(seed))

    def start(self, folder: str, seed: int, **more: str) -> subprocess.Popen[str]:
        outputs = [word for name in self.names for word in ("--out", f"outputs={self.top / folder / name}")]
        model = self.top / str(seed) / "net.tflite"
        files = ["--in", f"model={model}", "--in", f"board={BOARD}", *outputs]
        return subprocess.Popen(
            [sys.executable, "-m", "ingot", "step", "compile_network", *files],
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def result(self, folder: str) -> dict[str, bytes]:
        return {name: (self.top / folder / name).read_bytes() for name in self.names}


@pytest.mark.slow
def test_ten_builds_and_one_that_is_killed_at_random_moments(tmp_path: Path) -> None:
    random.seed(7)
    builds = Builds(tmp_path)
    started = time.monotonic()
    for seed in range(MODELS):
        assert builds.start(f"expected{seed}", seed, INGOT_COMPILE_CACHE="0").wait(300) == 0
    usual = (time.monotonic() - started) / MODELS
    expected = [builds.result(f"expected{seed}") for seed in range(MODELS)]
    assert len({result["network_atonbuf.xSPI2.raw"] for result in expected}) == MODELS

    running = [builds.start(f"build{number}", number % MODELS) for number in range(BUILDS)]
    killed = 0
    try:
        for _ in range(KILLS):
            victim = builds.start("victim", 0)
            time.sleep(random.uniform(0.2, 1.5) * usual)
            killed += victim.poll() is None
            victim.kill()
            victim.communicate()
        for number, process in enumerate(running):
            assert process.wait(300) == 0, process.communicate()[0]
            assert builds.result(f"build{number}") == expected[number % MODELS], f"build {number}"
    finally:
        for process in running:
            process.kill()
            process.communicate()
    assert killed > 0

    found = Store(tmp_path / "cache/compiled").stats(look=True)
    assert (found.entries, found.damaged) == (MODELS, 0)
    before = found.found
    for seed in range(MODELS):
        assert builds.start(f"after{seed}", seed).wait(300) == 0
        assert builds.result(f"after{seed}") == expected[seed]
    assert Store(tmp_path / "cache/compiled").stats().found == before + MODELS
