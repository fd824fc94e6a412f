# SPDX-License-Identifier: Apache-2.0
"""explore: what nothing else beats, and what `optimize=` gives in any case; measured figures where there are any."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base import places
from ingot.model.asked import Asked
from ingot.steps.explore import Way, as_json_text, explore, shown, table, undominated
from support.random_model import random_model

BOARD = places.ROOT / "boards/n6dk/board.yaml"


def way(limit: int, peak: int, cost: int, instructions: int | None = None, code: int | None = None) -> Way:
    return Way((("ram_limit", limit),), peak, cost, 0, 1, instructions, code)


def speed(peak: int, cost: int) -> Way:
    return Way((("optimize", "speed"),), peak, cost, 0, 1)


def limits(ways: list[Way]) -> list[int]:
    return [w.asks[0][1] for w in ways]


def test_a_way_that_another_beats_is_left_out() -> None:
    ways = [way(1, 100, 50), way(2, 90, 60), way(3, 100, 60), way(4, 80, 60)]
    assert limits(undominated(ways)) == [4, 1]


def test_measured_figures_count_before_estimates_and_code_counts_too() -> None:
    ways = [way(1, 100, 50, 70, 10), way(2, 90, 60, 60, 10), way(3, 120, 60, 90, 9)]
    assert limits(undominated(ways)) == [2, 3]


def test_of_equals_the_first_stays() -> None:
    assert limits(undominated([way(7, 1, 1), way(8, 1, 1)])) == [7]


def test_what_optimize_gives_is_shown_beside_what_beats_it() -> None:
    ways = [way(1, 100, 50), way(2, 120, 60), speed(120, 51)]
    assert shown(ways) == [(ways[0], None), (ways[2], ways[0])]
    last = table(ways).splitlines()[-2]
    assert last.endswith("optimize=speed (ram_limit=1 is no worse in anything)")
    assert [row["no_better_than"] for row in json.loads(as_json_text(ways, flags=True))] == [None, "--ram-limit 1"]


def test_the_table_says_what_was_measured() -> None:
    lines = table([way(1, 1000, 50, 200, 10), way(2, 2000, 50, 100, 20)]).splitlines()
    assert " ".join(lines[1].split()) == "peak RAM instructions more code fused calls steps how to get it"
    assert lines[3].split() == ["1,000", "200", "+100.00", "%", "10", "0", "1", "ram_limit=1"]
    with_cycles = table([replace(way(1, 1000, 50, 200, 10), cycles=240)])
    assert " est. cycles " in with_cycles.splitlines()[1]
    assert with_cycles.splitlines()[3].split()[4:6] == ["240", "10"]
    assert "instructions (estimate)" in table([way(1, 1000, 50)])
    assert table([]) == "nothing to compute, so nothing to choose\n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "net.tflite"
    path.write_bytes(random_model(3))
    return path


def rows(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [row["how"] for row in json.loads(capsys.readouterr().out)]


@pytest.mark.slow
def test_every_optimize_has_its_place(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explore(model, BOARD, as_json=True)
    asked = " or ".join(rows(capsys))
    assert all(f"optimize={name}" in asked for name in ("ram", "balanced", "speed"))
    explore(model, BOARD, flags=True, as_json=True)
    asked = " or ".join(rows(capsys))
    assert all(f"--optimize {name}" in asked for name in ("ram", "balanced", "speed"))


def test_without_fusion_there_is_one_way(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explore(model, BOARD, asked=Asked(fuse=False), as_json=True)
    assert rows(capsys) == ["fuse=0"]
    explore(model, BOARD, asked=Asked(fuse=False), flags=True, as_json=True)
    assert rows(capsys) == ["--no-fuse"]
