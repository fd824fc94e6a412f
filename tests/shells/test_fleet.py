# SPDX-License-Identifier: Apache-2.0
"""A fleet's table and JUnit file are right, also when one entry fails; the others are built."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ingot.base.errors import IngotError
from ingot.shells.command import ingot_command
from ingot.shells.fleet import matrix as fleet
from ingot.shells.fleet import report as fleet_report
from ingot.shells.fleet import run as fleet_run
from support.models.qdq import network as qdq_network
from support.pose_model import pose_model
from support.qdq_builder import QdqBuilder
from support.scons_project import Project

FLEET = """\
boards: [n6dk, nucleo-n657]
models: [good.tflite, cut.tflite]
samples: 1
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "good.tflite").write_bytes(pose_model(0))
    (tmp_path / "cut.tflite").write_bytes(pose_model(0)[:900])
    (tmp_path / "fleet.yaml").write_text(FLEET)
    return tmp_path


def outcome(entry: fleet.Entry, state: str, log: str = "") -> fleet.Outcome:
    return fleet.Outcome(entry, state, log, {} if state == "FAILED" else {"peak": 1234, "weights": 56789})


def test_all_combinations_in_order(folder: Path) -> None:
    (folder / "fleet.yaml").write_text(FLEET + "options: [{}, {optimize: ram}]\n")
    names = [entry.name for entry in fleet.read_fleet(Path("fleet.yaml"), "out")]
    assert names[:4] == ["n6dk good", "n6dk good optimize=ram", "n6dk cut", "n6dk cut optimize=ram"]
    assert len(names) == len(set(names)) == 8
    chosen = fleet.read_fleet(Path("fleet.yaml"), "out", board="nucleo-n657", model="good")
    assert [entry.name for entry in chosen] == ["nucleo-n657 good", "nucleo-n657 good optimize=ram"]
    assert len({entry.request.out for entry in fleet.read_fleet(Path("fleet.yaml"), "out")}) == 8


def test_mistakes_name_the_place(folder: Path) -> None:
    with pytest.raises(IngotError, match="Did you mean 'n6dk'"):
        fleet.read_fleet(Path("fleet.yaml"), "out", board="n6d")
    (folder / "fleet.yaml").write_text(FLEET + "sample: 3\n")
    with pytest.raises(IngotError, match=r"fleet\.yaml"):
        fleet.read_fleet(Path("fleet.yaml"), "out")


def test_the_jobs_have_one_maker_each(folder: Path) -> None:
    entries = fleet.read_fleet(Path("fleet.yaml"), "out")
    commands, names = fleet_run.fleet_commands(entries, ["ingot"], "out")
    made = [file for command in commands for file in command.outputs]
    assert len(made) == len(set(made))
    assert set(names["fleet"]) == {fleet_run.log_file(entry) for entry in entries} <= set(made)
    again = fleet_run.fleet_commands(entries, ["ingot"], "out")
    assert again == (commands, names)


def test_table_and_junit_say_the_same(folder: Path) -> None:
    entries = fleet.read_fleet(Path("fleet.yaml"), "out")
    outcomes = [
        outcome(entries[0], "verified"),
        outcome(entries[1], "FAILED", "noise\ningot: cut.tflite: it is <damaged>\n"),
    ]
    lines = fleet_report.table(outcomes).splitlines()
    assert lines[1].split() == ["n6dk", "good", "verified", "1,234", "56,789"]
    assert lines[2].split() == ["n6dk", "cut", "FAILED"]
    assert lines[3] == "2 entries, 1 failed"
    suite = ElementTree.fromstring(fleet_report.junit_xml(outcomes).encode())
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    good, cut = suite.findall("testcase")
    assert good.get("classname") == "n6dk" and good.find("failure") is None
    failure = cut.find("failure")
    assert failure is not None and failure.get("message") == "ingot: cut.tflite: it is <damaged>"


@pytest.mark.slow
@pytest.mark.emulated
def test_one_failure_stops_no_other(folder: Path) -> None:
    """Formats mix in a fleet."""
    if missing := [tool for tool in ("ninja", "arm-none-eabi-gcc") if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    (folder / "good.onnx").write_bytes(qdq_network(QdqBuilder(7)))
    (folder / "fleet.yaml").write_text(FLEET.replace("good.tflite", "good.onnx"))
    entries = fleet.read_fleet(Path("fleet.yaml"), "out", board="n6dk")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(fleet.__file__).parents[3]))
        good, cut = fleet_run.run_fleet(entries, ingot_command(), "out")
    assert (good.entry.model, good.state) == ("good", "verified"), good.log
    assert "1 sample equal to the exact arithmetic of QDQ models" in good.log
    assert good.facts["weights"] > 0
    assert (cut.state, "cut.tflite" in cut.log) == ("FAILED", True)


@pytest.mark.slow
@pytest.mark.emulated
def test_one_command_of_scons(folder: Path) -> None:
    """The table and the JUnit file are there although an entry failed; board= chooses."""
    if missing := [tool for tool in ("ninja", "arm-none-eabi-gcc") if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    project = Project.create(folder / "project")
    build = project.scons("fleet=../fleet.yaml", "board=nucleo-n657", "model=", "-j2")
    assert build.status == 2
    assert "fleet.yaml: 1 of 2 entries failed" in build.err and "Traceback" not in build.err
    assert "cut.tflite" in build.err
    table = (project.folder / "build/fleet/fleet.txt").read_text()
    assert table in build.out
    assert [line.split()[:3] for line in table.splitlines()[1:3]] == [
        ["nucleo-n657", "good", "verified"],
        ["nucleo-n657", "cut", "FAILED"],
    ]
    suite = ElementTree.parse(project.folder / "build/fleet/fleet.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    refused = project.scons("fleet=../fleet.yaml", "board=n6d", "model=")
    assert refused.status == 2 and "Did you mean 'n6dk'" in refused.err
