# SPDX-License-Identifier: Apache-2.0
"""The SCons tool in variant directories, in several environments, and as a copy in site_scons."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from support.foreign import Installed
from support.pose_model import pose_model

SCONSTRUCT = """\
for board in ("n6dk", "nucleo-n657"):
    SConscript("src/SConscript", variant_dir=f"out/{board}", duplicate=%d, exports="board")
"""
SCONSCRIPT = """\
Import("board")
env = Environment(tools=["default", "ingot"], toolpath=[PyPackageDir("ingot.site_tools")])
detect = env.IngotModel("detect", "detect.tflite", board=board)
classify = env.IngotModel("classify", "classify.tflite", board=board, beside=[detect])
env.IngotToolchain(board=board).IngotProgram("firmware", ["main.c"], [detect, classify])
"""
COPIED = """\
import ingot
from ingot.site_tools import tool

print("ingot from", ingot.__file__)
env = Environment(tools=["default", tool])
env.IngotModel("network", "detect.tflite", board="n6dk")
"""


@pytest.mark.parametrize("duplicate", [0, 1])
def test_variant_directories_and_two_environments(installed: Installed, tmp_path: Path, duplicate: int) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (tmp_path / "SConstruct").write_text(SCONSTRUCT % duplicate)
    (source / "SConscript").write_text(SCONSCRIPT)
    (source / "main.c").write_text("int main(void) { return 0; }\n")
    for name, seed in (("detect", 0), ("classify", 7)):
        (source / f"{name}.tflite").write_bytes(pose_model(seed))
    before = sorted(source.rglob("*"))
    targets = [f"out/{board}/firmware.ld" for board in ("n6dk", "nucleo-n657")]
    installed.run(tmp_path, "scons", "-Q", *targets)
    for target in targets:
        board = target.split("/")[1]
        text = (tmp_path / target).read_text()
        assert f"Linker script of board {board}," in text
        assert "_sweights_classify_octoFlash = _spool_octoFlash + 4096;" in text
        assert (tmp_path / f"out/{board}/classify/classify.c").is_file()
    assert sorted(source.rglob("*")) == before
    assert {path.name for path in tmp_path.iterdir()} == {"SConstruct", "src", "out", ".sconsign.dblite"}
    said = installed.run(tmp_path, "scons", "-Q", "-n")
    for board in ("n6dk", "nucleo-n657"):
        assert f"ingot check_firmware -> out/{board}/firmware_memory_map.txt" in said


def test_a_copy_in_site_scons(installed: Installed, tmp_path: Path) -> None:
    shutil.copytree(installed.target / "ingot", tmp_path / "site_scons/ingot")
    (tmp_path / "SConstruct").write_text(COPIED)
    (tmp_path / "detect.tflite").write_bytes(pose_model(0))
    environment = {key: value for key, value in installed.environment.items() if key != "PYTHONPATH"}
    command = (sys.executable, "-m", "SCons", "-Q", "network/network.ld")
    said = replace(installed, environment=environment).run(tmp_path, *command)
    assert f"ingot from {tmp_path}/site_scons/ingot/__init__.py" in said
    assert (tmp_path / "network/network.ld").is_file()


EDITORS = """\
env = Environment(tools=["default", "ingot", "compilation_db"], toolpath=[PyPackageDir("ingot.site_tools")])
env.CompilationDatabase()
net = env.IngotModel("network", "detect.tflite", board="n6dk")
"""


def test_editors_see_the_network_and_the_runtime(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "SConstruct").write_text(EDITORS)
    (tmp_path / "detect.tflite").write_bytes(pose_model(0))
    installed.run(tmp_path, "scons", "-Q", "compile_commands.json")
    entries = {
        Path(entry["file"]).name: entry for entry in json.loads((tmp_path / "compile_commands.json").read_text())
    }
    assert {"network.c", "conv2d.c", "startup.c"} <= entries.keys()
    assert entries["network.c"]["command"].startswith("arm-none-eabi-gcc -o network/obj/network.o -c -mcpu=cortex-m55 ")


CLASH = """\
env = Environment(tools=["default", "ingot"], toolpath=[PyPackageDir("ingot.site_tools")])
net = env.IngotModel("network", "detect.tflite", board="n6dk", out="build")
env.IngotToolchain(board="n6dk").IngotProgram("build/firmware", net=net, app="validate")
"""


def test_two_programs_in_one_folder_are_refused(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "SConstruct").write_text(CLASH)
    (tmp_path / "detect.tflite").write_bytes(pose_model(0))
    done = subprocess.run(
        ["scons", "-Q"], cwd=tmp_path, env=installed.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "ingot: 'build/obj/network.o' would be written by two commands that differ\n" in done.stderr
    (tmp_path / "SConstruct").write_text(CLASH.replace('out="build"', 'out="build/network"'))
    assert "ingot check_firmware -> build/memory_map.txt" in installed.run(tmp_path, "scons", "-Q", "-n")


OWN_RUNTIME = """\
env = Environment(tools=["default", "ingot"], toolpath=[PyPackageDir("ingot.site_tools")])
net = env.IngotModel("network", "detect.tflite", board="n6dk", out="build/network")
env.IngotToolchain(board="n6dk").IngotProgram("build/firmware", [SOURCES], net, startup=False)
"""


def test_a_program_with_sts_runtime_does_not_get_a_second_one(installed: Installed, tmp_path: Path) -> None:
    """Its startup code is assembler, which the cross compiler takes."""
    (tmp_path / "detect.tflite").write_bytes(pose_model(0))
    for name in ("main.c", "ll_aton_runtime.c", "startup.s", "vectors.S"):
        (tmp_path / name).write_text("")

    def commands(*sources: str) -> list[str]:
        (tmp_path / "SConstruct").write_text(OWN_RUNTIME.replace("SOURCES", ", ".join(map(repr, sources))))
        return installed.run(tmp_path, "scons", "-Q", "-n", "build/firmware.elf").splitlines()

    def runtimes(lines: list[str]) -> list[str]:
        return [line for line in lines if "ll_aton_runtime" in line and "Linking" not in line and " -c " in line]

    plain, own = commands("main.c", "startup.s"), commands("main.c", "startup.s", "vectors.S", "ll_aton_runtime.c")
    assert len(runtimes(plain)) == len(runtimes(own)) == 1, "\n".join(own)
    assert runtimes(own)[0].startswith("arm-none-eabi-gcc -o ll_aton_runtime.o -c ")
    assert len([line for line in own if "ingot_initializer.o" in line and " -c " in line]) == 1  # network.c calls it
    assert not [line for line in own if "ingot_reloc_install" in line and " -c " in line]
    for name in ("startup", "vectors"):
        (line,) = [line for line in own if f"-o {name}.o " in line]
        assert line.startswith(f"arm-none-eabi-gcc -o {name}.o -c -mcpu=cortex-m55 ")
