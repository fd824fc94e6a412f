# SPDX-License-Identifier: Apache-2.0
"""What a build leaves: only declared targets, the same bytes anywhere, and nothing after a mistake."""

import re
from pathlib import Path

import pytest

from support.scons_project import Project
from support.session import path_without_memory

PRODUCTS = {
    "app_config.h",
    "firmware.bin",
    "firmware.elf",
    "firmware.hex",
    "firmware.ld",
    "firmware.ld.intact",
    "firmware.map",
    "memory_map.txt",
    "network.c",
    "network.h",
    "network.intact",
    "network_atonbuf.xSPI2.hex",
    "network_atonbuf.xSPI2.raw",
    "network_c_info.json",
    "network_generate_report.txt",
    "summary.json",
}


def test_everything_that_was_promised_is_there(built: Project) -> None:
    assert {path.name for path in built.out.iterdir() if path.is_file()} == PRODUCTS


@pytest.mark.emulated
def test_every_output_is_a_declared_target(project: Project) -> None:
    targets = ("emulate", "report", "verify", "bounds", "sbom", "flash", "check")
    project.build(*targets, "samples=1", "dry_run=1")
    assert (project.out / "twin" / "verify.json").exists()
    # The page has the verdict of the same build, wherever `report` stands.
    assert "1 sample equal to LiteRT" in (project.out / "report.html").read_text()
    cleaned = project.build("-c", "firmware", *targets, "samples=1", "dry_run=1")
    assert project.outputs() == {}, cleaned.out
    left = project.out / "twin" / "of a target"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_text("")
    project.build("-c")
    assert not project.out.exists()
    assert not list((project.folder / "build").rglob("*.o"))


def test_the_same_build_elsewhere_gives_the_same_bytes(built: Project, tmp_path: Path) -> None:
    other = Project.create(tmp_path / "a folder" / ("much_longer" * 6))
    elsewhere = {"PYTHONHASHSEED": "5", "SOURCE_DATE_EPOCH": "86400", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    other.build(**elsewhere, PATH=path_without_memory())
    ours, theirs = built.outputs(), other.outputs()
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert [name for name in theirs if b"much_longer" in theirs[name]] == []


def test_a_shared_cache_gives_everything_back(built: Project, project: Project, tmp_path: Path) -> None:
    cache = f"cache={tmp_path / 'cache'}"
    project.build("-c")
    project.build(cache)
    expected = project.outputs()
    project.build("-c", cache)
    again = project.build(cache)
    assert again.compiled == set() and again.links == 0 and "compile" not in again.steps
    assert project.outputs() == expected == built.outputs()


def test_a_mistake_leaves_no_half_written_output(project: Project) -> None:
    model = project.folder / "models" / "small" / "small.tflite"
    model.write_bytes(model.read_bytes()[:-700])
    build = project.scons()
    assert build.status == 2
    assert re.search(r"^ingot: models/small/small\.tflite: ", build.err, re.MULTILINE), build.err
    assert "Traceback" not in build.err + build.out
    left = {path.name for path in project.out.iterdir() if path.is_file()}
    assert not left & {"network.c", "network.h", "network_c_info.json", "network_atonbuf.xSPI2.raw"}
