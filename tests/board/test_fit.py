# SPDX-License-Identifier: Apache-2.0
"""Pools on a board: each rule with the pool that breaks it, and the twin's pools."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.board import Mpool, Pool, Range, find_board, load_board, place_pools, read_mpool, twin_of, twin_pools
from ingot.board.fit import check_pools
from support.boards import HYPER, KIB, OCTO, RAM, small_board, small_pools
from support.shared import shared

BOARDS = Path(__file__).resolve().parents[2] / "boards"


def refusal(folder: Path, *pools: Pool) -> str:
    with pytest.raises(IngotError) as caught:
        check_pools(small_board(folder), small_pools(*pools))
    return str(caught.value).replace(str(folder) + "/", "")


def test_good_pools(tmp_path: Path) -> None:
    check_pools(small_board(tmp_path), small_pools())
    (
        check_pools(small_board(tmp_path), small_pools(replace(RAM, size=0, base=0x1), OCTO)),
        "a disabled pool is no matter",
    )
    check_pools(small_board(tmp_path), small_pools(replace(HYPER, relative=True)))
    spanning = replace(RAM, base=0x34008000, size=96 * KIB)
    check_pools(small_board(tmp_path), small_pools(spanning))  # a pool may span neighbouring banks


@pytest.mark.parametrize(
    ("pools", "expected"),
    [
        ((RAM, replace(OCTO, name="ram")), "two pools have the name 'ram'\n  Give one of them another name."),
        (
            (RAM, replace(OCTO, fname="RAM")),
            "two pools have the fname 'RAM': 'ram' and 'octo'\n  Give one of them another fname.",
        ),
        (
            (replace(RAM, cacheable=True),),
            "pool 'ram' is CACHEABLE_ON, but it is internal RAM or flash (0x34010000)\n"
            "  Only external memory, from 0x60000000 upwards, is behind the NPU cache. Remove it.",
        ),
        (
            (replace(RAM, relative=True),),
            "pool 'ram' is USEMODE_RELATIVE, but it is internal (0x34010000)\n"
            "  Only external memory, from 0x60000000 upwards, can be relative. Remove the mode.",
        ),
        (
            (replace(RAM, base=None),),
            "pool 'ram' has no address, and the board has no memory of that name\n  Give it an \"offset\".",
        ),
        (
            (RAM, replace(RAM, name="b", fname="b", base=0x3401FFFF, size=1)),
            "pool 'ram' 0x34010000-0x3401FFFF overlaps pool 'b' 0x3401FFFF-0x3401FFFF by 1 bytes\n"
            "  Change the offset or the size of one of them ('ram' is at small.mpool).",
        ),
        (
            (replace(HYPER, size=1025 * KIB),),
            "pool 'hyper' 0x90000000-0x901003FF ends 1,024 bytes past the end of 'psram' 0x90000000-0x900FFFFF\n"
            "  Set its size to at most 1 MiB, or correct the memory's size in board.yaml.",
        ),
        (
            (replace(RAM, base=0x24000000),),
            "pool 'ram' 0x24000000-0x2400FFFF starts where board 'small' has no memory\n"
            "  The memories are in board.yaml: sram 0x34000000-0x34027FFF, flash 0x70000000-0x700FFFFF, "
            "psram 0x90000000-0x900FFFFF.",
        ),
        (
            (replace(OCTO, rights="ACC_WRITE"),),
            "pool 'octo' is ACC_WRITE, but 'flash' is flash\n  Set its \"rights\" to \"ACC_READ\".",
        ),
        (
            (replace(RAM, base=0x34020000, size=20 * KIB),),
            "pool 'ram' 0x34020000-0x34024FFF takes bytes of 'secret' 0x34024000-0x34027FFF, which no network may own\n"
            "  Move or shrink the pool, or add network to the owners of 'secret' in board.yaml.",
        ),
        (
            (replace(OCTO, size=512 * KIB),),
            "pool 'octo' 0x70010000-0x7008FFFF overlaps flash slot 'network' 0x70080000-0x700BFFFF by 65,536 bytes\n"
            "  Shrink the pool there, or move the slot in board.yaml.",
        ),
    ],
)
def test_messages(tmp_path: Path, pools: tuple[Pool, ...], expected: str) -> None:
    assert refusal(tmp_path, *pools) == f"small.mpool: {expected}"


def test_an_overlap_is_found_behind_a_third_pool(tmp_path: Path) -> None:
    """The large pool overlaps the last one only; the one between is inside it."""
    inner = replace(HYPER, name="in", fname="in", base=0x90001000, size=16)
    far = replace(HYPER, name="far", fname="far", base=0x9007FFFF, size=KIB)
    assert "overlaps" in refusal(tmp_path, HYPER, far, inner)
    assert "overlaps" in refusal(tmp_path, HYPER, far)


def test_adjacent_pools_are_fine(tmp_path: Path) -> None:
    check_pools(small_board(tmp_path), small_pools(HYPER, replace(HYPER, name="b", fname="b", base=HYPER.range.end)))


def test_st_nucleo_pools_are_caught() -> None:
    """ST's file for the NUCLEO board declares 512 KiB of flash that the board does not have."""
    board = load_board(find_board("nucleo-n657", BOARDS))
    with pytest.raises(IngotError) as caught:
        check_pools(board, read_mpool(shared("mpools/stm32n6-app2_NUCLEO-N657X0-Q.mpool")))
    assert caught.value.what == (
        "pool 'octoFlash' 0x70380000-0x7407FFFF ends 524,288 bytes past the end of 'octoflash' 0x70000000-0x73FFFFFF"
    )


def test_h747_pools_get_their_memories() -> None:
    board = load_board(find_board("h747-disco", BOARDS))
    pools = place_pools(board, read_mpool(shared("mpools/h747_disco_image_classification.json")))
    assert [pool.range for pool in pools.pools] == [
        Range(0x20000000, 0x2001E000),
        Range(0x24000000, 0x2406E000),
        Range(0xD0000000, 0xD1388000),
    ]
    check_pools(board, pools)


def test_pools_of_the_twin(tmp_path: Path) -> None:
    board = small_board(tmp_path)
    twin = twin_of(board)
    late = Pool("late", "late", 0x34020000, 32 * KIB)  # the machine ends in the middle of it
    gone = Pool("gone", "gone", 0x34024000, 16 * KIB)
    moved = twin_pools(board, twin, Mpool((RAM, HYPER, late, gone)))
    assert [pool.range for pool in moved.pools] == [
        Range(0x31010000, 0x31020000),
        HYPER.range,
        Range(0x31020000, 0x31024000),
        Range(0x31024000, 0x31024000),
    ]
