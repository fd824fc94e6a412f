# SPDX-License-Identifier: Apache-2.0
"""Two environments in one SConstruct: each compiles, archives and links with its own flags."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from support.pose_model import pose_model

HEAD = f"""\
import sys
sys.path.insert(0, {str(ROOT / "site_scons")!r})
from ingot.site_tools import tool
"""
PROGRAM = """
def program(kind, **settings):
    env = Environment(tools=["default", tool], **settings)
    net = env.IngotModel("network", "net.tflite", board="n6dk", out=f"build/{kind}")
    target = env.IngotToolchain(board="n6dk")
    target.IngotProgram(f"build/{kind}", [target.Object(f"build/{kind}/main.o", "main.c")], net)
    env.Alias("images", net.image)
"""
KERNELS = """
from ingot.shells.scons.declare import declared_jobs
for job in declared_jobs():
    step = getattr(job, "step", None)
    if step is not None and step.name == "compile_kernels":
        print("arm-none-eabi-gcc -o", step.outputs["archive"], "-c", *step.options["flags"], step.options["store"])
"""


def commands(folder: Path, calls: str) -> list[str]:
    """The command lines of a whole build, which is not run; one line for the kernels of a program."""
    (folder / "SConstruct").write_text(HEAD + PROGRAM + calls + KERNELS)
    (folder / "net.tflite").write_bytes(pose_model(0))
    (folder / "main.c").write_text("int main(void) { return 0; }\n")
    done = subprocess.run(
        [sys.executable, "-m", "SCons", "-Q", "-n", ".", "images", "build/debug-verify", "build/release-verify"],
        cwd=folder,
        env={**os.environ, "INGOT_CACHE": str(folder / ".cache"), "INGOT_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("arm-none-eabi-")]


def objects_of(lines: list[str], product: str) -> list[str]:
    """The command lines of everything that goes into a file, with what archives hold."""
    made = {}
    for line in lines:
        words = line.split()
        target = words[2] if words[0].endswith("ar") else words[words.index("-o") + 1]
        made[target] = line
    found, todo, seen = [], [product], set()
    while todo:
        target = todo.pop()
        if target in seen:
            continue
        seen.add(target)
        if " -c " in made[target]:
            found.append(made[target])
        else:
            todo += [word for word in made[target].split() if word in made]
    return found


DIFFERENCES = {
    "flags": ('INGOT_CCFLAGS=["-O0", "-g3"]', "-O0 -g3"),
    "a macro": ('INGOT_CCFLAGS=["-DINGOT_DEBUG=1"]', "-DINGOT_DEBUG=1"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DIFFERENCES)
@pytest.mark.parametrize("first", ["release", "debug"])
def test_each_environment_links_objects_of_its_own_flags(tmp_path: Path, name: str, first: str) -> None:
    settings, shown = DIFFERENCES[name]
    calls = ['program("release")', f'program("debug", {settings})']
    lines = commands(tmp_path, "\n".join(calls if first == "release" else calls[::-1]))
    for product in ("build/{}.elf", "build/{}/reloc/network_rel.elf", "build/{}/twin/firmware.elf"):
        debug = [line for line in objects_of(lines, product.format("debug")) if "main.o" not in line]
        release = objects_of(lines, product.format("release"))
        assert len(debug) > 3 and any("_kernels.a " in line for line in debug), product
        assert [line for line in debug if shown not in line] == [], product
        assert [line for line in release if shown in line] == [], product


@pytest.mark.slow
def test_environments_that_compile_alike_share_the_kernels(tmp_path: Path) -> None:
    lines = commands(tmp_path, 'program("release")\nprogram("debug", INGOT_CCFLAGS=[], CCFLAGS=["-of-your-own-code"])')
    kernels = [line.partition(" -c ")[2] for line in lines if "_kernels.a -c " in line]
    assert len(kernels) == 6 and len(set(kernels)) == 2, "of firmware and twin, and of an image"
