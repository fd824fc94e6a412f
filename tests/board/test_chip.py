# SPDX-License-Identifier: Apache-2.0
"""A board inherits its chip's file, adds to it, and is read again when either changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from ingot.board import load_board
from ingot.board.chip import chip_names
from ingot.board.known import board_and_pools

BOARDS = ROOT / "boards"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """h747-disco with a chip's file of its own beside it."""
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    shutil.copytree(BOARDS / "h747-disco", tmp_path / "b")
    chip = load_board(BOARDS / "h747-disco" / "board.yaml").chip_file
    assert chip is not None
    shutil.copy(chip, tmp_path / "b")
    file = tmp_path / "b" / "board.yaml"
    file.write_text(file.read_text().replace("chip: stm32h747", "chip: stm32h747.yaml"))
    return file


def test_boards_with_one_chip_share_its_file() -> None:
    one, two = (load_board(BOARDS / name / "board.yaml") for name in ("n6dk", "nucleo-n657"))
    assert one.chip_file == two.chip_file and one.banks("sram") == two.banks("sram")
    assert chip_names() == ["stm32h747", "stm32n657"]


def test_a_probe_of_the_board_takes_the_place_of_the_chips(own: Path) -> None:
    board = load_board(own)
    assert [probe.tool for probe in board.probes] == ["cubeprogrammer", "openocd", "probe-rs", "pyocd"]
    assert board.probes[1].target == "board/stm32h747i-disco.cfg"
    assert board.memory_names[-2:] == ("qspi", "sdram") and board.files == (own, own.parent / "stm32h747.yaml")


def test_a_build_reads_a_changed_chip_again(own: Path) -> None:
    first, _ = board_and_pools(own)
    assert board_and_pools(own)[0] is first
    chip = own.parent / "stm32h747.yaml"
    chip.write_text(chip.read_text().replace("size: 128 KiB", "size: 96 KiB"))
    assert board_and_pools(own)[0].memory("dtcm").size == 96 << 10
