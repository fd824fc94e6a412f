# SPDX-License-Identifier: Apache-2.0
"""The command line does what SCons does: the same functions, the same bytes."""

import json
import re
from pathlib import Path

import pytest

from support.pose_model import pose_model
from support.scons_project import Project


def ingot(project: Project, *arguments: str) -> str:
    """What `ingot` prints in the project; it must succeed."""
    done = project.ingot(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rule(file: Path) -> tuple[set[str], set[str]]:
    """Outputs and inputs of a depfile, by file name."""
    left, _, right = file.read_text().replace(" \\\n ", " ").partition(": ")
    assert right.endswith("\n") and right.count("\n") == 1
    return tuple({Path(name).name for name in re.split(r"(?<!\\) ", side.strip())} for side in (left, right))  # type: ignore[return-value]


def test_it_writes_what_scons_writes(project: Project) -> None:
    out = project.folder / "out"
    common = ("--board", "n6dk", "--network", "out/network_c_info.json")
    facts = json.loads(ingot(project, "compile", "small", "--board", "n6dk", "--out", "out", "--json"))
    ingot(project, "app-config", "small", *common[2:], "--out", "out/app_config.h")
    ingot(project, "linker-script", *common, "--app", "pose_estimation", "--out", "out/firmware.ld")
    elf = "build/n6dk/small/firmware.elf"
    ingot(project, "check", *common, "--elf", elf, "--out", "out/memory_map.txt")

    written = {path.name for path in out.iterdir()}
    assert {Path(name).name for name in facts["files"]} < written
    assert {"app_config.h", "firmware.ld", "memory_map.txt", "summary.json"} < written
    for name in written:
        assert (out / name).read_bytes() == (project.out / name).read_bytes(), name


def test_depfiles_name_everything_that_was_read(project: Project) -> None:
    ingot(project, "compile", "small", "--board", "n6dk", "--out", "out", "--depfile", "out/compile.d")
    outputs, inputs = rule(project.folder / "out/compile.d")
    assert {"network.c", "network.h", "network_c_info.json", "network_atonbuf.xSPI2.raw"} <= outputs
    assert inputs == {"small.tflite", "model.yaml", "board.yaml", "stm32n657.yaml", "stm32n6.mpool"}

    network = ("--network", "out/network_c_info.json")
    ingot(project, "app-config", "small", *network, "--out", "out/a b.h", "--depfile", "out/config.d")
    assert rule(project.folder / "out/config.d") == ({"a\\ b.h"}, {"network_c_info.json", "model.yaml"})


def test_a_bare_model_file_works_too(project: Project) -> None:
    (project.folder / "weekly.tflite").write_bytes(pose_model(5))
    facts = json.loads(ingot(project, "info", "weekly.tflite", "--json"))
    assert facts["totals"]["operators"] == 7
    assert "weekly.tflite" in ingot(project, "compile", "weekly.tflite", "--board", "n6dk", "--out", "x", "--json")


def test_usage_mistakes_are_short(project: Project) -> None:
    for arguments, message in (
        (["compile"], "Missing argument 'MODEL'"),
        (["compile", "small", "--bord", "x"], "No such option '--bord'"),
        (["compile", "small", "--board", "n6dk", "--out", "o", "--optimize", "rom"], "'rom' is not one of"),
        (["compile", "small", "--board", "n6dk", "--out", "o", "--ram-limit", "-3"], "ram_limit=-3 is below 0"),
        (["compile", "small", "--board", "n6dk", "--out", "o", "--ram-limit", "3"], "ram_limit=3: the activations of"),
    ):
        done = project.ingot(*arguments)
        assert done.returncode == 2 and message in done.stderr and "Traceback" not in done.stderr


def test_the_version_is_the_packages(project: Project) -> None:
    import ingot as package

    assert ingot(project, "--version") == f"ingot {package.__version__}\n"


@pytest.mark.emulated
def test_verify_finds_a_firmware_that_computes_something_else(project: Project) -> None:
    project.build("emulate")
    twin = project.out / "twin"
    common = ("--board", "n6dk", "--network", str(twin / "network_c_info.json"), "--elf", str(twin / "firmware.elf"))
    good = json.loads(ingot(project, "verify", "small", *common, "--samples", "2", "--json"))
    assert good["passed"] is True and len(good["samples"]) == 2

    shown = json.loads(ingot(project, "emulate", *common, "--seed", "3", "--json"))
    assert shown["outputs"][0]["shape"] == [1, 8, 8, 13] and len(shown["outputs"][0]["values"]) == 8 * 8 * 13

    project.train(11)  # the model is another one now, the firmware still the old
    bad = project.ingot("verify", "small", *common, "--samples", "2")
    assert bad.returncode == 2
    assert "DIFFERS" in bad.stdout and "computes something else than the model" in bad.stderr
