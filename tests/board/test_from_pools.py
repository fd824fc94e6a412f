# SPDX-License-Identifier: Apache-2.0
"""A board begun from a pool file of ST's: it fits those pools, and says what it left out."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import Pool, find_board, load_board, read_mpool, write_mpool
from ingot.board.fit import load_pools
from ingot.board.template import new_board
from ingot.cli.main import ingot
from support.shared import shared

BOARDS = ROOT / "boards"


def pools_of(board: str, folder: Path, name: str, **changes: int) -> Path:
    """A board's pools with one of them changed, as a file elsewhere."""
    mpool = read_mpool(load_board(BOARDS / board / "board.yaml").pools_file)

    def changed(pool: Pool) -> Pool:
        return replace(pool, **changes) if pool.name == name else pool  # type: ignore[arg-type]

    file = folder / "theirs.mpool"
    write_mpool(file, replace(mpool, path=file, pools=tuple(changed(pool) for pool in mpool.pools)))
    return file


def test_slots_that_a_pool_covers_are_taken_out_and_said(tmp_path: Path) -> None:
    pools = pools_of("n6dk", tmp_path, "octoFlash", size=61 << 20)
    file, copy = new_board("ours", tmp_path / "ours", "n6dk", BOARDS, pools)
    board = load_board(file)
    assert [slot.name for slot in board.slots] == ["fsbl", "application"]
    assert board.name == "ours" and copy.read_bytes() == pools.read_bytes()
    assert (
        "  # network 0x71000000-0x717FFFFF: not here, pool 'octoFlash' of theirs.mpool covers it.\n" in file.read_text()
    )
    assert next(p for p in load_pools(board).pools if p.name == "octoFlash").size == 61 << 20


def test_a_pool_past_the_chip_is_cut_for_counting_and_left_in_the_file(tmp_path: Path) -> None:
    pools = pools_of("nucleo-n657", tmp_path, "octoFlash", size=61 << 20)
    file, copy = new_board("ours", tmp_path / "ours", "nucleo-n657", BOARDS, pools)
    (flash,) = (pool for pool in load_pools(load_board(file)).pools if pool.name == "octoFlash")
    assert flash.range.end == 0x74000000
    assert read_mpool(copy).pools == read_mpool(pools).pools


def test_a_pool_on_the_application_leaves_no_board_behind(tmp_path: Path) -> None:
    pools = pools_of("n6dk", tmp_path, "octoFlash", base=0x70180000)
    with pytest.raises(IngotError) as caught:
        new_board("ours", tmp_path / "ours", "n6dk", BOARDS, pools)
    assert caught.value.what == (
        "pool 'octoFlash' covers flash slot 'application' 0x70100000-0x7037FFFF, where the application is"
    )
    assert caught.value.where == str(pools) and not (tmp_path / "ours").exists()


def test_what_is_wrong_with_the_pools_names_their_own_file(tmp_path: Path) -> None:
    pools = pools_of("n6dk", tmp_path, "hyperRAM", base=0x92000000)
    with pytest.raises(IngotError, match=r"pool 'hyperRAM' .* starts where board 'ours' has no memory") as caught:
        new_board("ours", tmp_path / "ours", "n6dk", BOARDS, pools)
    assert caught.value.where.startswith(str(pools)) and not (tmp_path / "ours").exists()
    with pytest.raises(IngotError, match="No such file"):
        new_board("ours", tmp_path / "ours", "n6dk", BOARDS, tmp_path / "none.mpool")


@pytest.mark.parametrize("board", ["STM32N6570-DK", "NUCLEO-N657X0-Q"])
def test_the_pools_of_sts_applications(tmp_path: Path, board: str) -> None:
    like = {"STM32N6570-DK": "n6dk", "NUCLEO-N657X0-Q": "nucleo-n657"}[board]
    file, _ = new_board("st", tmp_path / "st", like, BOARDS, shared(f"mpools/stm32n6-app2_{board}.mpool"))
    assert [slot.name for slot in load_board(file).slots] == ["fsbl", "application"]


def test_it_is_found_by_the_name_it_was_made_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    new_board("ours", Path("boards/ours"), "n6dk", BOARDS)
    for word in ("ours", "boards/ours", "boards/ours/board.yaml"):
        assert find_board(word, BOARDS) == Path("boards/ours/board.yaml")
    with pytest.raises(IngotError, match="there is no board 'ous'") as caught:
        find_board("ous", BOARDS)
    assert caught.value.remedy == "Did you mean 'ours'?"


@pytest.mark.parametrize("page", ["docs/st-repositories.md", "docs/stedgeai.md"])
def test_the_command_of_the_pages(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pools of Ingot's boards in place of those that ST's repositories have."""
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^ *(ingot board new .*)$", (ROOT / page).read_text(), re.MULTILINE)
    for command in commands:
        words = shlex.split(command)[1:]
        pools = Path(words[words.index("--pools") + 1])
        pools.parent.mkdir(parents=True, exist_ok=True)
        pools_of("nucleo-n657" if "NUCLEO" in pools.name else "n6dk", tmp_path, "").rename(pools)
        ingot.main(words, standalone_mode=False)
        assert load_board(Path("boards") / words[2] / "board.yaml").name == words[2]
    assert commands
