# SPDX-License-Identifier: Apache-2.0
"""Networks for build systems that have their own compiler settings: `ingot zephyr`, `ingot csolution`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ingot.base.places import ROOT
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.job import CompileJob
from ingot.recipe.kernels import kernel_files
from ingot.recipe.request import Request
from support.firmware import needs_gcc
from support.pose_model import pose_model

#: Keys of "build" in module.yml (scripts/zephyr_module.py of Zephyr) that we write.
BUILD = {"cmake": "zephyr", "kconfig": "zephyr/Kconfig"}

#: Zephyr's commands, as far as a library needs them.
STAND_INS = """\
cmake_minimum_required(VERSION 3.20)
project(stand_in C)
set(CONFIG_INGOT_NETWORK y)
set(CONFIG_INGOT_NETWORK_MERGE_HEX y)
set(KERNEL_HEX_NAME zephyr.hex)
add_library(zephyr_interface INTERFACE)
target_compile_options(zephyr_interface INTERFACE -mcpu=cortex-m55 -mthumb -mfloat-abi=hard -Wall -Wextra -Werror)
macro(zephyr_include_directories)
  target_include_directories(zephyr_interface INTERFACE ${ARGN})
endmacro()
macro(zephyr_library_named name)
  set(LIBRARY ${name})
  add_library(${name} STATIC)
  target_link_libraries(${name} PRIVATE zephyr_interface)
endmacro()
macro(zephyr_library_compile_definitions)
  target_compile_definitions(${LIBRARY} PRIVATE ${ARGN})
endmacro()
macro(zephyr_library_compile_options)
  target_compile_options(${LIBRARY} PRIVATE ${ARGN})
endmacro()
macro(zephyr_library_include_directories)
  target_include_directories(${LIBRARY} PRIVATE ${ARGN})
endmacro()
macro(zephyr_library_sources)
  target_sources(${LIBRARY} PRIVATE ${ARGN})
endmacro()
add_subdirectory(ingot_module/zephyr module)
"""


def ingot(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ingot", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT / "site_scons"), "PATH": str(Path(sys.executable).parent)},
    )


def project(folder: Path) -> Path:
    folder.mkdir()
    (folder / "network.tflite").write_bytes(pose_model())
    return folder


def compiled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[Path, CompileJob]:
    """How Ninja compiles the same files, but for startup and application."""
    monkeypatch.chdir(folder)
    firmware = FirmwareBuild.of([Request(model="network.tflite", board="n6dk", out="build/n6dk/network")])
    jobs = [*firmware.objects("network", "runtime"), *kernel_files(firmware.first)]
    return {Path(job.source).absolute(): job for job in jobs}


def written(folder: Path, *words: str) -> dict[str, bytes]:
    """The files of a run, in a folder that was empty but for the model."""
    done = ingot(project(folder), *words, "network.tflite", "--board", "n6dk")
    assert (done.returncode, done.stderr) == (0, "")
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_module_is_the_same_in_any_folder(tmp_path: Path) -> None:
    here, there = written(tmp_path / "here", "zephyr"), written(tmp_path / "there", "zephyr")
    assert here == there
    names = {"module.yml", "Kconfig", "CMakeLists.txt"}
    assert set(here) == {"network.tflite", *(f"ingot_module/zephyr/{name}" for name in names)}
    assert not any(str(tmp_path).encode() in text or str(ROOT).encode() in text for text in here.values())
    assert yaml.safe_load(here["ingot_module/zephyr/module.yml"]) == {"name": "ingot_network", "build": BUILD}


def test_module_compiles_as_ninja_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = written(tmp_path / "here", "zephyr")["ingot_module/zephyr/CMakeLists.txt"].decode()
    text = text.replace("${INGOT_SOURCES}", str(ROOT)).replace("${INGOT_PROJECT}", str(tmp_path / "here"))
    listed = [Path(name) for name in re.findall(r'^  "(/\S+\.c)"$', text, re.MULTILINE)]
    assert sorted(listed) == sorted(compiled(tmp_path / "here", monkeypatch))


@needs_gcc
@pytest.mark.slow
@pytest.mark.thorough
def test_module_builds_with_stand_ins_for_zephyr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything but Zephyr itself: steps, then three libraries; new weights compile nothing."""
    if missing := [tool for tool in ("cmake", "ninja") if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    here = tmp_path / "here"
    written(here, "zephyr")
    (here / "CMakeLists.txt").write_text(STAND_INS)
    program = here / "ingot"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT / "site_scons"} exec {sys.executable} -m ingot "$@"\n')
    program.chmod(0o755)
    configure = ["cmake", "-S", ".", "-B", "out", "-G", "Ninja", f"-DINGOT={program}"]
    configure += ["-DCMAKE_SYSTEM_NAME=Generic", "-DCMAKE_C_COMPILER=arm-none-eabi-gcc"]
    configure += ["-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY"]

    def run(*words: str) -> str:
        done = subprocess.run(words, cwd=here, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(*configure)
    first = run("cmake", "--build", "out", "-j", "2")
    assert first.count("Building C object") == len(compiled(here, monkeypatch)) > 40
    assert (here / "build/n6dk/network/network_atonbuf.xSPI2.hex").exists()
    for name in ("network", "runtime", "kernels"):
        assert list((here / "out").rglob(f"libingot_network_{name}.a")), name
    (here / "network.tflite").write_bytes(pose_model(1))
    again = run("cmake", "--build", "out")
    assert "compile_network" in again
    assert "Building C object" not in again


@pytest.mark.slow
def test_layer_lists_files_that_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    name = "layers/network.clayer.yml"
    groups = yaml.safe_load(written(here, "csolution", "--out", name)[name])["layer"]["groups"]
    assert [group["group"] for group in groups] == [
        "Ingot network",
        "Ingot runtime",
        "Ingot kernels",
        "Ingot weights",
    ]
    expected = compiled(here, monkeypatch)
    found = {}
    for group in groups:
        for file in group["files"]:
            path = (here / "layers" / file["file"]).resolve()
            assert path.is_file(), path
            if path.suffix == ".c":
                found[path] = group
        for folder in group.get("add-path", []):
            assert (here / "layers" / folder).is_dir(), folder
    assert sorted(found) == sorted(expected)
    for path, group in found.items():
        job = expected[path]
        assert set(group["misc"][0]["C"]) < set(job.flags)
        assert {name: value for define in group.get("define", []) for name, value in define.items()} == job.defines


@pytest.mark.slow
def test_layer_is_the_same_in_any_folder(tmp_path: Path) -> None:
    assert written(tmp_path / "here", "csolution") == written(tmp_path / "there", "csolution")


@pytest.mark.parametrize("verb", ["zephyr", "csolution"])
def test_other_compilers_are_refused(tmp_path: Path, verb: str) -> None:
    here = project(tmp_path / "here")
    done = ingot(here, verb, "network.tflite", "--board", "n6dk", "--compiler", "stedgeai")
    assert done.returncode != 0
    assert done.stderr.splitlines() == [
        "ingot: compiler=stedgeai: a network of this compiler is not made of C files alone: it needs ST's runtime",
        "  Leave the option away (compiler=builtin), or build with SCons, CMake, Ninja or Make.",
    ]
    assert [path.name for path in here.iterdir()] == ["network.tflite"]
