# SPDX-License-Identifier: Apache-2.0
"""ingot doctor: what is missing follows from what is there, for people and for programs."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingot.base.places import ROOT
from ingot.cli.doctor import doctor
from ingot.device.flash.drivers import PROGRAMS as FLASHING
from ingot.doctor.tools import PACKAGES, PROGRAMS, TASKS, examine, program, tasks
from support.stedgeai_stand_in import install


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any program; returns its only folder on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("STEDGEAI_CORE_DIR", raising=False)
    return folder


def put(folder: Path, name: str, prints: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\necho '{prints}'\n")
    (folder / name).chmod(0o755)


def test_every_task_needs_things_that_are_looked_for() -> None:
    known = {item.name for item in examine()}
    assert len(known) == len(PACKAGES) + len(PROGRAMS)
    assert {name for needs in TASKS.values() for names in needs for name in names.split("|")} <= known
    assert set(FLASHING.values()) <= known


def test_a_bare_machine_compiles_but_builds_no_firmware(bare: Path) -> None:
    found = {item.name: item for item in examine()}
    assert found["arm-none-eabi-gcc"].problem == "not on the PATH" and found["numpy"].present
    able = tasks(list(found.values()))
    assert able["compile a model (compiler=builtin)"] == []
    assert able["emulate"] == ["arm-none-eabi-gcc", "qemu-system-arm"]
    assert "STEDGEAI_CORE_DIR (not set)" in found["stedgeai"].problem


def test_versions_are_read_and_tasks_become_possible(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bare, "arm-none-eabi-gcc", "arm-none-eabi-gcc (15:12.2.rel1-1) 12.2.1 20221205")
    put(bare, "qemu-system-arm", "QEMU emulator version 7.2.22 (Debian)")
    install(tmp_path / "core", "4.0")
    monkeypatch.setenv("STEDGEAI_CORE_DIR", str(tmp_path / "core"))
    found = {item.name: item for item in examine()}
    assert found["qemu-system-arm"].version == "7.2.22" and found["stedgeai"].version == "4.0.1-20581"
    able = tasks(list(found.values()))
    assert able["emulate"] == [] and able["use the NPU (compiler=stedgeai)"] == []


def test_one_of_several_is_enough(bare: Path) -> None:
    names = "STM32_Programmer_CLI or openocd or probe-rs or pyocd"
    assert tasks(examine())["flash internal flash"] == [names]
    put(bare, "openocd", "Open On-Chip Debugger 0.12.0")
    able = tasks(examine())
    assert able["flash internal flash"] == [] and able["flash STM32N6, and external flash"] == ["STM32_Programmer_CLI"]


def test_what_is_declared_for_users_is_looked_for() -> None:
    """Every optional package of pyproject.toml is one that doctor knows, with the first extra that has it."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    found = {item.name.lower(): item for item in examine()}
    first: dict[str, str] = {}
    for extra, needs in extras.items():
        for name in (re.split(r"[<>=]", need)[0].lower() for need in needs):
            first.setdefault(name, extra)
    for name, extra in first.items():
        assert found[name].install == f"pip install {found[name].name}  # Ingot's extra {extra}"


def test_a_program_that_does_not_start_counts_as_missing(bare: Path) -> None:
    (bare / "cmake").write_bytes(b"\x7fELF")
    (bare / "cmake").chmod(0o755)
    found = program("cmake", "x", "y")
    assert not found.present and found.problem.startswith("does not start")


def test_for_people_and_for_programs(bare: Path) -> None:
    shown = CliRunner().invoke(doctor, [])
    assert shown.exit_code == 0
    assert "no  emulate; needs arm-none-eabi-gcc, qemu-system-arm" in shown.output
    assert "apt-get install qemu-system-arm" in shown.output
    facts = json.loads(CliRunner().invoke(doctor, ["--json"]).output)
    task = next(item for item in facts["tasks"] if item["task"] == "emulate")
    assert task == {"task": "emulate", "works": False, "missing": ["arm-none-eabi-gcc", "qemu-system-arm"]}
    assert {item["name"] for item in facts["tools"]} >= {"numpy", "stedgeai", "STM32_Programmer_CLI"}
