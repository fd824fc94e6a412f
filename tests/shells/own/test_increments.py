# SPDX-License-Identifier: Apache-2.0
"""Which actions run after which change, counted."""

import json
import os
import re
import time
from pathlib import Path

import pytest

from support.scons_project import Project

#: Steps that run again when the network's description changed: cheap, and their results stay what they were.
DESCRIBED = {"layout", "config", "check"}


def touch(folder: Path) -> None:
    """Gives every file a new time."""
    now = time.time() + 60
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (now, now))


def test_nothing_changed_runs_nothing_also_in_another_folder(project: Project) -> None:
    build = project.build()
    assert build.nothing
    assert "is up to date" in build.out


def test_touching_everything_runs_nothing(project: Project) -> None:
    touch(project.folder)
    assert project.build().nothing


def test_retraining_and_requantizing_compiles_no_c_and_does_not_link(project: Project) -> None:
    before = project.outputs()
    project.train(7)
    build = project.build()
    assert build.compiled == set() and build.links == 0
    assert set(build.steps) == {"compile", "weights"} | DESCRIBED
    assert all(count == 1 for count in build.steps.values())
    after = project.outputs()
    changed = {name.split("/")[-1] for name in after if after[name] != before[name]}
    weights = {"network_atonbuf.xSPI2.raw", "network_atonbuf.xSPI2.hex"}
    assert weights <= changed <= weights | {"network_c_info.json", "network_generate_report.txt"}


def test_a_threshold_changes_app_config_and_what_includes_it(project: Project) -> None:
    project.replace("models/small/model.yaml", "confidence_threshold: 0.5", "confidence_threshold: 0.25")
    build = project.build()
    assert build.steps["config"] == 1
    assert "compile" not in build.steps and "layout" not in build.steps and "weights" not in build.steps
    shared = [project.folder / "firmware" / folder for folder in ("frames", "postprocessing")]
    including = {f"{path.parent.name}_{path.stem}" for folder in shared for path in folder.glob("*.c")}
    assert build.compiled == {"frames_picture_loop", "postprocessing_answer_keypoints"} <= including
    assert "network" not in build.compiled and build.links == 1


@pytest.mark.slow
def test_a_budget_stops_the_build_and_says_what_grew(project: Project) -> None:
    within = project.model_yaml.read_text() + "budget: {ram: 1000000, flash: 1000000}\n"
    project.model_yaml.write_text(within)
    assert set(project.build().steps) == {"check"}
    summary = project.out / "summary.json"
    used = json.loads(summary.read_bytes())["budget"]["used"]
    project.model_yaml.write_text(within.replace("ram: 1000000", f"ram: {used['ram'] + 4000}"))
    project.build()
    main = "firmware/apps/pose_estimation/main.c"
    project.replace(
        main, "int main(void)\n{\n", "static volatile char grown[5000];\nint main(void)\n{\n    grown[0] = 1;\n"
    )
    build = project.scons()
    assert build.status != 0 and not build.nothing
    assert f"model.yaml:8: budget.ram is {used['ram'] + 4000:,}, the build takes " in build.err
    assert "In ram grew since the last build within its budget: data grown +5,000 (new)" in build.err
    assert json.loads(summary.read_bytes())["budget"]["used"] == used
    project.model_yaml.write_text(within)
    assert project.build().steps["check"] == 1


def test_a_comment_in_model_yaml_runs_nothing(project: Project) -> None:
    project.replace("models/small/model.yaml", "name: small", "name: small  # a comment")
    assert project.build().nothing


def test_a_pool_size_plans_lays_out_and_links_again(project: Project) -> None:
    mpool = project.folder / "boards" / "n6dk" / "stm32n6.mpool"
    pool = re.search(
        r'"name": *"hyperRAM".*?"value": *"(\d+)",\s*"magnitude": *"[KM]BYTES"', mpool.read_text(), re.DOTALL
    )
    assert pool is not None
    text = mpool.read_text()
    mpool.write_text(text[: pool.start(1)] + "8" + text[pool.end(1) :])
    build = project.build()
    assert build.compiled <= {"network"}, "the pools' table in network.c may change, nothing else"
    assert build.links == 1
    assert {"compile", "layout", "check"} <= set(build.steps)
    assert project.build().nothing


def test_a_stack_size_lays_out_and_links_again(project: Project) -> None:
    project.model_yaml.write_text(project.model_yaml.read_text() + "memory: {stack: 8192}\n")
    build = project.build()
    assert build.compiled == set() and build.links == 1
    assert "compile" not in build.steps and build.steps["layout"] == 1
    assert b"8192" in project.outputs()["n6dk/small/firmware.ld"]


def test_a_header_of_a_kernel_compiles_what_includes_it(project: Project) -> None:
    header = project.folder / "firmware" / "kernels" / "depthwise.h"
    header.write_text(header.read_text() + "\n/* changed */\n")
    build = project.build()
    assert "depthwise_3x3" in build.compiled and "conv2d" not in build.compiled
    assert build.steps["compile"] == 1, "network.c includes headers of kernels: they count as code"


def test_a_compiler_flag_compiles_its_files_again(project: Project) -> None:
    project.replace("toolchain/arm-none-eabi.json", '"network": ["-Os"]', '"network": ["-O1"]')
    build = project.build()
    assert build.compiled == {"network"} and build.links == 1


def test_another_option_of_the_compiler_runs_it_again(project: Project) -> None:
    build = project.build("optimize=speed", "fuse=0")
    assert build.steps["compile"] == 1
    assert project.build("optimize=speed", "fuse=0").nothing


def test_keeping_the_input_compiles_the_network_again(project: Project) -> None:
    project.model_yaml.write_text(project.model_yaml.read_text() + "io: {input: keep}\n")
    build = project.build()
    assert build.steps["compile"] == 1 and build.compiled >= {"network"}
    assert project.build().nothing
    assert project.build("io_input=overwrite").compiled >= {"network"}


def test_a_tampered_linker_script_is_not_trusted_after_its_inputs_change(project: Project) -> None:
    project.model_yaml.write_text(project.model_yaml.read_text() + "memory: {heap: 1024}\n")
    (project.out / "firmware.ld").write_text("not a linker script\n")
    assert project.build().links == 1


@pytest.mark.parametrize("arguments", [("-j2",), ("--debug=explain",)])
def test_options_of_scons_work(project: Project, arguments: tuple[str, ...]) -> None:
    project.train(3)
    build = project.build(*arguments)
    assert build.steps["compile"] == 1 and build.compiled == set()
    if "--debug=explain" in arguments:
        assert re.search(r"rebuilding `build/n6dk/small/network\.c' because", build.out), build.out
