# SPDX-License-Identifier: Apache-2.0
"""The programs of docs/calling.md: they compile as C and C++ without a warning, and run on the twin."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from ingot.base.places import ROOT
from ingot.board import find_board, load_board
from ingot.board.fit import load_pools
from ingot.compiler.compile import CompileOptions, compile_model
from ingot.device.run import qemu
from ingot.device.run.oracle import Reference
from support.firmware import needs_gcc, needs_qemu
from support.pose_model import pose_model
from support.twin_model import build_for_twin

EXAMPLES = ROOT / "examples" / "calling"


@pytest.mark.parametrize(
    ("program", "compiler"), [("bare/main.c", "gcc"), ("thread/main.c", "gcc"), ("cpp/main.cpp", "g++")]
)
def test_programs_compile_without_a_warning(program: str, compiler: str, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"the host has no {compiler}")
    (tmp_path / "m.tflite").write_bytes(pose_model(0))
    pools = load_pools(load_board(find_board("n6dk", ROOT / "boards")))
    compile_model(tmp_path / "m.tflite", pools, tmp_path, CompileOptions())
    flags = ["-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{tmp_path}", f"-I{ROOT / 'firmware/runtime'}"]
    flags += ["-std=c++17"] if compiler == "g++" else ["-std=c11", "-Wpedantic"]
    subprocess.run([compiler, *flags, str(EXAMPLES / program)], check=True)


def test_network_h_says_types_and_shapes(tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(pose_model(0))
    pools = load_pools(load_board(find_board("n6dk", ROOT / "boards")))
    compile_model(tmp_path / "m.tflite", pools, tmp_path, CompileOptions())
    macros = dict(re.findall(r"^#define (NETWORK_\w+) (.+)$", (tmp_path / "network.h").read_text(), re.MULTILINE))
    assert (macros["NETWORK_IN_1_TYPE"], macros["NETWORK_OUT_1_TYPE"]) == ("uint8_t", "float")
    assert (macros["NETWORK_IN_1_SHAPE"], macros["NETWORK_OUT_1_SHAPE"]) == ("{1, 16, 16, 3}", "{1, 8, 8, 13}")


@pytest.mark.slow
@pytest.mark.emulated
@needs_gcc
@needs_qemu
def test_they_run_on_the_twin(tmp_path: Path) -> None:
    model = pose_model(0)
    values = (np.arange(16 * 16 * 3) * 7).astype(np.uint8).reshape(1, 16, 16, 3)
    best = int(Reference(model).run([values])[0].argmax())
    for program, line in (("bare", f"highest: {best}"), ("thread", "other threads ran in between")):
        folder = tmp_path / program
        folder.mkdir()
        (folder / "m.tflite").write_bytes(model)
        twin = build_for_twin(folder / "m.tflite", folder, CompileOptions(), EXAMPLES / program)
        done = qemu.run(twin.elf, twin.images, machine=twin.machine, folder=folder)
        assert (done.status, list(done.lines)) == (0, [line])
