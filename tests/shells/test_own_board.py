# SPDX-License-Identifier: Apache-2.0
"""A board of one's own, in the example and as `ingot board new` begins it, from the installed wheel."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from support.foreign import Installed
from support.pose_model import pose_model


@pytest.mark.slow
@pytest.mark.emulated
def test_the_example_builds_and_verifies(installed: Installed, tmp_path: Path) -> None:
    folder = tmp_path / "own_board"
    shutil.copytree(ROOT / "examples/own_board", folder)
    (folder / "network.tflite").write_bytes(pose_model(0))
    installed.run(folder, "scons", "-Q", "-j2")
    memory_map = (folder / "build/firmware_memory_map.txt").read_text()
    assert memory_map.startswith("Memory map of ours: our STM32N6 with 16 MiB of flash")
    assert "octoflash (flash) 0x70000000-0x70FFFFFF" in memory_map
    assert "3 samples equal" in installed.run(folder, "scons", "-Q", "-j2", "build/firmware-verify")


@pytest.mark.parametrize("like", ["n6dk", "nucleo-n657", "h747-disco"])
def test_a_new_board_is_valid_as_it_is(installed: Installed, tmp_path: Path, like: str) -> None:
    installed.run(tmp_path, "ingot", "board", "new", "mine", "--like", like, "--out", "b")
    (tmp_path / "net.tflite").write_bytes(pose_model(0))
    installed.run(tmp_path, "ingot", "compile", "net.tflite", "--board", "b", "--out", "o")
    network = ("--network", "o/network_c_info.json", "--app", "validate")
    installed.run(tmp_path, "ingot", "linker-script", "--board", "b", *network, "--out", "firmware.ld")
    assert "Linker script of board mine," in (tmp_path / "firmware.ld").read_text()
