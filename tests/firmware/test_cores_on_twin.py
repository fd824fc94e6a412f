# SPDX-License-Identifier: Apache-2.0
"""A generic board of every core that has a twin computes what LiteRT does, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.board.cores import all_cores, core_named
from ingot.board.template import generic_board
from ingot.compiler.compile import CompileOptions
from ingot.device.run.samples import random_samples
from ingot.device.run.verify import verify
from support.firmware import needs_gcc, needs_qemu
from support.pose_model import pose_model
from support.twin_model import build_for_twin

WITH_TWIN = [core.name for core in all_cores() if core.machine]
WITHOUT = [core.name for core in all_cores() if not core.machine]


@pytest.mark.emulated
@pytest.mark.slow
@needs_gcc
@needs_qemu
@pytest.mark.parametrize("core", WITH_TWIN)
def test_a_model_is_equal_to_the_reference(core: str, tmp_path: Path) -> None:
    row = core_named(core)
    model = tmp_path / "small.tflite"
    model.write_bytes(pose_model(0))
    file, _ = generic_board("generic", tmp_path / "board", core)
    built = build_for_twin(model, tmp_path, CompileOptions(cpu=core, isa=row.isa), board_file=file)
    assert built.machine == row.machine
    outcome = verify(
        model, built.elf, built.images, built.network, random_samples(built.network, 2, 1), machine=built.machine
    )
    assert outcome.passed and len(outcome.samples) == 2
    assert all(sample.instructions > 1000 for sample in outcome.samples)


@pytest.mark.slow
@needs_gcc
@pytest.mark.parametrize("core", WITHOUT)
def test_a_core_without_a_twin_builds(core: str, tmp_path: Path) -> None:
    """The board's own firmware, with the proof; nothing can run it here."""
    import subprocess
    import sys

    from ingot.base.places import ROOT

    model = tmp_path / "small.tflite"
    model.write_bytes(pose_model(0))
    file, _ = generic_board("generic", tmp_path / "board", core)
    words = [f"board={file}", f"model={model}", f"build={tmp_path / 'build'}", "firmware"]
    command = [sys.executable, "-m", "SCons", "-Q", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the kernels are portable C" in done.stdout + done.stderr
    assert list((tmp_path / "build").rglob("firmware.elf"))
