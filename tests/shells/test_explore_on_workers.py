# SPDX-License-Identifier: Apache-2.0
"""`explore` on workers: each schedule is a piece of work, and the table is the one of a single machine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.model.asked import USUAL
from ingot.recipe.options import parse_options
from ingot.recipe.request import Request
from ingot.shells.explore import WayWork, explore_on_workers
from ingot.shells.workers import on_dask
from ingot.shells.workers.parcel import deliver, parcel_of
from ingot.shells.workers.work import Done, Say
from ingot.steps.explore import explore, measured, show, ways_of
from support.pose_model import pose_model
from support.scons_project import Project

BOARD = ROOT / "boards/n6dk/board.yaml"


@pytest.fixture
def request_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Request:
    """For the small pose model, which lies beside the working folder."""
    (tmp_path / "here").mkdir()
    (tmp_path / "small.tflite").write_bytes(pose_model(0))
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    return Request("../small.tflite", "n6dk", "build/explore", app="validate", kernels="build/kernels")


def test_a_schedule_carries_what_it_reads(request_here: Request) -> None:
    packed = [parcel_of(WayWork(request_here, ("optimize", name)), "build") for name in ("ram", "speed")]
    assert packed[0].key != packed[1].key
    assert list(packed[0].files) == ["../small.tflite"]
    assert {"boards/n6dk/board.yaml", "firmware/apps/inference/main.c"} <= packed[0].own.keys()
    assert parcel_of(WayWork(request_here, ("optimize", "ram")), "build").key == packed[0].key


def test_every_schedule_is_handed_out_once_and_the_table_has_what_came_back(
    request_here: Request, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def pretend(works: list[WayWork], build: str, scheduler: str, say: Say) -> list[Done]:
        asked.extend(work.name for work in works)
        assert scheduler == "tcp://there:1"
        return [Done("measured", "", figures(number)) for number in range(len(works))]

    def figures(number: int) -> dict[str, int | None]:
        return {"peak": 1000 + number, "instructions": 9000 - number, "code": 10, "cycles": None}

    monkeypatch.setattr(on_dask, "run_on_dask", pretend)
    model = Path("../small.tflite")
    explore_on_workers(request_here, model, "tcp://there:1")
    printed = capsys.readouterr().out
    explore(model, BOARD, as_json=True)
    assert len(asked) == len(set(asked)) >= len(json.loads(capsys.readouterr().out)) > 1
    ways = ways_of(model, BOARD, USUAL)
    assert asked == ["{}={}".format(*way.asks[0]) for way in ways]
    show([measured(way, figures(number)) for number, way in enumerate(ways)], False, False)
    assert printed == capsys.readouterr().out and "8,9" in printed


def test_a_schedule_that_fails_ends_it_with_its_text(
    request_here: Request, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(works: list[WayWork], *_: object) -> list[Done]:
        return [Done("FAILED", "ingot: the disk is full", {}) for _ in works]

    monkeypatch.setattr(on_dask, "run_on_dask", fail)
    with pytest.raises(IngotError, match=r"optimize=\w+ failed"):
        explore_on_workers(request_here, Path("../small.tflite"), "local:2")
    assert "the disk is full" in capsys.readouterr().err


def test_what_explore_chooses_itself_is_refused_before_anything_is_sent(request_here: Request) -> None:
    for text, message in (("ram_limit", "tries limits of its own"), ("npu", "runs on the CPU")):
        options = parse_options({text: "1"})
        with pytest.raises(IngotError, match=message):
            explore_on_workers(
                Request("../small.tflite", "n6dk", "out", options=options), Path("../small.tflite"), "local:2"
            )


@pytest.mark.slow
@pytest.mark.emulated
@pytest.mark.thorough
def test_a_worker_measures_what_this_machine_measures(request_here: Request, tmp_path: Path) -> None:
    """A worker's folder and the one of `scons explore`: the same figures of one schedule."""
    if missing := [tool for tool in ("ninja", "arm-none-eabi-gcc", "qemu-system-arm") if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    done = deliver(parcel_of(WayWork(request_here, ("optimize", "ram")), "build"), tmp_path / "worker")
    assert done.state == "measured", done.log
    project = Project.create(tmp_path / "project")
    lines = project.build("explore", "verbose=0").out.splitlines()
    (row,) = [line for line in lines if "optimize=ram" in line and "ingot:" not in line]
    cells = row.split()
    assert [int(cells[n].replace(",", "")) for n in (0, 1)] == [done.facts["peak"], done.facts["instructions"]]
