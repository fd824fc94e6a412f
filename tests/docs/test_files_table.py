# SPDX-License-Identifier: Apache-2.0
"""docs/make.md: the files of a program are called alike in all build systems, and the table says how."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.network import NetworkBuild
from ingot.recipe.options import parse_options
from ingot.recipe.request import Request
from ingot.recipe.whole import whole_recipe
from support.pose_model import pose_model
from support.shell_commands import PROGRAM_FILES

PAGE = (ROOT / "docs" / "make.md").read_text(encoding="utf-8").partition("## The same files everywhere\n")[2]
#: Rows of the table: names of Ingot's program, names of a program of the user's.
ROWS = [
    tuple(re.findall(r"`([^`]+)`", column) for column in row.split("|")[2:4])
    for row in PAGE.splitlines()
    if row.startswith("| ") and "your program" not in row
]


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NetworkBuild:
    monkeypatch.chdir(tmp_path)
    Path("network.tflite").write_bytes(pose_model(0))
    options = parse_options({"app": "inference"})
    request = Request(model="network.tflite", board="n6dk", out="out", app="inference", options=options)
    return NetworkBuild(request)


def test_the_table_is_what_the_shells_are_compared_by() -> None:
    """tests/shells/test_matrix.py takes these names from CMake and from an SConstruct for those of Ingot's program."""
    listed = {yours: own for owns, all_yours in ROWS for own, yours in zip(owns, all_yours, strict=True)}
    assert len(listed) == 9
    assert {name: own for name, own in PROGRAM_FILES.items() if not name.endswith(".intact")} == listed


def test_the_recipe_writes_them(network: NetworkBuild) -> None:
    recipe = whole_recipe(FirmwareBuild([network]), ("sign", "sbom"))
    written = {file.removeprefix("out/") for job in recipe.jobs for file in job.outputs}
    assert {name for names, _ in ROWS for name in names} <= written


def test_a_program_of_the_users_has_its_name_in_front(network: NetworkBuild) -> None:
    firmware = FirmwareBuild([network], stem="fw_")
    files = {file for job in (*firmware.flash_files("fw.elf"), firmware.check("fw.elf")) for file in job.outputs}
    assert {"fw.bin", "fw.hex", "fw_memory_map.txt", "fw_summary.json"} <= files
