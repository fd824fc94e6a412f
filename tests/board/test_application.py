# SPDX-License-Identifier: Apache-2.0
"""What the pools leave to the application."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.board import Pool, Range, find_board, load_board, resized
from ingot.board.application import application_memory, application_summary, free_ranges
from ingot.board.fit import check_pools, load_pools
from support.boards import HYPER, KIB, OCTO, RAM, small_board, small_data, small_pools

BOARDS = Path(__file__).resolve().parents[2] / "boards"


def test_the_rest_is_the_applications(tmp_path: Path) -> None:
    memory = application_memory(small_board(tmp_path), small_pools())
    assert memory.code == memory.data == Range(0x34000400, 0x34010000)
    assert memory.shared and memory.reserved == Range(0x34000000, 0x34000400)
    assert [(block.name, block.range) for block in memory.extra] == [("psram", Range(0x90080000, 0x90100000))]
    assert application_summary(memory) == "application RAM: 63 KiB at 0x34000400, 512 KiB in psram"


def test_a_smaller_pool_hands_over_the_rest(tmp_path: Path) -> None:
    board = small_board(tmp_path)
    behind = application_memory(board, resized(small_pools(), {"ram": 16 * KIB}))
    assert behind.data == Range(0x34000400, 0x34010000)
    assert [(block.name, block.range) for block in behind.extra] == [
        ("bank2", Range(0x34014000, 0x34020000)),
        ("psram", Range(0x90080000, 0x90100000)),
    ]
    later = replace(RAM, base=0x3401C000, size=16 * KIB)
    grown = application_memory(board, small_pools(later, HYPER, OCTO))
    assert grown.data == Range(0x34000400, 0x3401C000), "contiguous with the load address, over two banks"


def test_a_pool_in_the_middle_leaves_two_blocks(tmp_path: Path) -> None:
    middle = replace(HYPER, base=0x90040000, size=KIB)
    memory = application_memory(small_board(tmp_path), small_pools(RAM, middle))
    assert [(block.name, block.range.start) for block in memory.extra] == [
        ("psram", 0x90000000),
        ("psram_2", 0x90040400),
    ]


def test_banks_of_others_stay_out(tmp_path: Path) -> None:
    free = free_ranges(small_board(tmp_path), small_pools(OCTO), "sram")
    assert free == [Range(0x34000000, 0x34020000)], "neither the cache nor the secret bank"


@pytest.mark.parametrize(
    ("pool", "words"),
    [
        (replace(RAM, base=0x34000000), "takes the memory that the application is linked to, 0x34000400"),
        (replace(RAM, base=0x34000400, size=1), "takes the memory that the application is linked to, 0x34000400"),
    ],
)
def test_a_pool_on_the_load_address(tmp_path: Path, pool: Pool, words: str) -> None:
    with pytest.raises(IngotError) as caught:
        application_memory(small_board(tmp_path), small_pools(pool))
    assert words in caught.value.what and caught.value.where == "small.mpool"


def test_code_in_flash_and_data_in_ram(tmp_path: Path) -> None:
    data = small_data()
    data["application"] = {"code": "flash", "data": "sram", "slot": "application"}
    memory = application_memory(small_board(tmp_path, data), small_pools())
    assert memory.code == Range(0x70000000, 0x70010000), "runs in its slot, and ends with it"
    assert memory.data == Range(0x34000000, 0x34010000)
    assert not memory.shared and memory.reserved is None
    whole = replace(RAM, base=0x34000000, size=128 * KIB)
    with pytest.raises(IngotError, match=r"pool 'ram' .* takes the memory"):
        application_memory(small_board(tmp_path, data), small_pools(whole))


@pytest.mark.parametrize(
    ("name", "code", "data"),
    [
        ("n6dk", Range(0x34000400, 0x34100000), Range(0x34000400, 0x34100000)),
        ("nucleo-n657", Range(0x34000400, 0x34100000), Range(0x34000400, 0x34100000)),
        ("h747-disco", Range(0x08000000, 0x08200000), Range(0x20000000, 0x20020000)),
    ],
)
def test_shipped_boards(name: str, code: Range, data: Range) -> None:
    board = load_board(find_board(name, BOARDS))
    memory = application_memory(board, load_pools(board))
    assert (memory.code, memory.data) == (code, data)


def test_the_last_bytes_of_the_psram_of_n6dk_are_no_programs() -> None:
    """By erratum 2.4.5 of ES0620. A pool of ST's covers all of the PSRAM."""
    board = load_board(BOARDS / "n6dk" / "board.yaml")
    pools = load_pools(board)
    (psram,) = [block.range for block in application_memory(board, pools).extra if block.name == "psram"]
    assert psram.end == 0x92000000 - 32
    largest = resized(pools, {"hyperRAM": 32 * KIB * KIB - 32})
    assert not [block for block in application_memory(board, largest).extra if block.name.startswith("psram")]
    check_pools(board, resized(pools, {"hyperRAM": 32 * KIB * KIB}))
