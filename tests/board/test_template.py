# SPDX-License-Identifier: Apache-2.0
"""A new board is valid as it is, whichever board it begins with, and never replaces one."""

from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import board_names, load_board
from ingot.board.fit import load_pools
from ingot.board.template import new_board

BOARDS = ROOT / "boards"


@pytest.mark.parametrize("like", board_names(BOARDS))
def test_it_validates_and_says_what_to_do(tmp_path: Path, like: str) -> None:
    file, pools = new_board("my-board", tmp_path / "b", like, BOARDS)
    board = load_board(file)
    assert board.name == "my-board" and like in board.title
    assert board.regions == load_board(BOARDS / like / "board.yaml").regions
    assert load_pools(board).enabled and pools.is_file()
    assert file.read_text().startswith("# my-board: correct the memories first")


def test_it_replaces_nothing(tmp_path: Path) -> None:
    (tmp_path / "board.yaml").write_text("mine")
    with pytest.raises(IngotError, match="a board already"):
        new_board("b", tmp_path, "n6dk", BOARDS)
    assert (tmp_path / "board.yaml").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "A board", "../x"])
def test_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(IngotError, match="cannot be the name"):
        new_board(name, tmp_path, "n6dk", BOARDS)
