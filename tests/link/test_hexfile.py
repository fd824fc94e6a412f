# SPDX-License-Identifier: Apache-2.0
"""HEX files read back through intelhex; firmware images at their flash addresses."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intelhex import IntelHex

from ingot.base.errors import IngotError
from ingot.board import twin_of
from ingot.link.elf import read_elf
from ingot.link.hexfile import application_binary, flash_images, hex_text, raw_to_hex, write_firmware
from support.boards import small_board, small_data
from support.elf_builder import R, Segment, write_elf

LOAD = 0x34000400


def segments_of(text: str) -> list[tuple[int, bytes]]:
    """(address, bytes) of each contiguous piece, as the library reads the file."""
    reader = IntelHex()
    reader.loadhex(io.StringIO(text))
    return [(start, reader.tobinstr(start, end - 1)) for start, end in reader.segments()]


@settings(max_examples=50)
@given(start=st.integers(0, 0xFFFF0000), data=st.binary(min_size=1, max_size=200))
def test_one_piece(start: int, data: bytes) -> None:
    assert segments_of(hex_text([(start, data)])) == [(start, data)]


@pytest.mark.parametrize("start", [0x7000FFFF, 0x7000FFE0, 0x7000FFF1, 0xFFFF0000, 0])
def test_pages_are_crossed(start: int) -> None:
    data = bytes(i * 7 & 0xFF for i in range(0x10000))
    assert segments_of(hex_text([(start, data)])) == [(start, data)]


def test_several_pieces_in_any_order() -> None:
    pieces = [(0x70380000, b"weights"), (0x70100400, b"code"), (0x0, b"stub"), (0x100, b"")]
    text = hex_text(pieces)
    assert segments_of(text) == [(0x0, b"stub"), (0x70100400, b"code"), (0x70380000, b"weights")]
    assert text == hex_text(reversed(pieces))


def test_impossible_pieces() -> None:
    with pytest.raises(ValueError, match="bytes at 0x00000003 are given twice"):
        hex_text([(0, b"1234"), (3, b"4")])
    with pytest.raises(ValueError, match="beyond 32-bit addresses"):
        hex_text([(0xFFFFFFFF, b"12")])


def test_raw_to_hex(tmp_path: Path) -> None:
    raw, target = tmp_path / "network_atonbuf.xSPI2.raw", tmp_path / "network_atonbuf.xSPI2.hex"
    raw.write_bytes(bytes(range(256)) * 300)
    assert raw_to_hex(raw, 0x70380000, target)
    assert segments_of(target.read_text()) == [(0x70380000, raw.read_bytes())]
    assert not raw_to_hex(raw, 0x70380000, target), "unchanged"
    with pytest.raises(IngotError, match="cannot read the file"):
        raw_to_hex(tmp_path / "none.raw", 0, target)
    with pytest.raises(IngotError, match="76,800 bytes at 0xFFFFFF00 end beyond 32-bit addresses"):
        raw_to_hex(raw, 0xFFFFFF00, target)


def test_loaded_to_ram_flashed_to_the_slot(tmp_path: Path) -> None:
    """Behind the boot header of the slot; the gap between two segments is as erased flash is."""
    board = small_board(tmp_path)
    elf = write_elf(tmp_path / "firmware.elf", [Segment(LOAD, b"code"), Segment(LOAD + 8, b"data", flags=R)])
    content = b"code\xff\xff\xff\xffdata"
    assert application_binary(board, read_elf(elf)) == content
    write_firmware(board, elf, tmp_path / "firmware.bin", tmp_path / "firmware.hex")
    assert (tmp_path / "firmware.bin").read_bytes() == content
    assert segments_of((tmp_path / "firmware.hex").read_text()) == [(0x70000400, content)]


def test_in_place_code_stays_where_it_is_linked(tmp_path: Path) -> None:
    data = small_data()
    data["application"] = {"code": "flash", "data": "sram", "slot": "application"}
    board = small_board(tmp_path, data)
    elf = write_elf(
        tmp_path / "firmware.elf",
        [
            Segment(0x70000000, b"code"),
            Segment(0x34000000, b"data", load=0x70000004),
            Segment(0x34000004, memory_size=9),
        ],
    )
    (image,) = flash_images(board, read_elf(elf))
    assert (image.name, image.address, image.data) == ("flash", 0x70000000, b"codedata")


def test_the_twin_is_loaded_where_it_runs(tmp_path: Path) -> None:
    board = twin_of(small_board(tmp_path))
    elf = write_elf(tmp_path / "firmware.elf", [Segment(0x31000400, b"code"), Segment(0, b"stub", flags=R)])
    write_firmware(board, elf, tmp_path / "firmware.bin", tmp_path / "firmware.hex")
    assert (tmp_path / "firmware.bin").read_bytes() == b"code"
    assert segments_of((tmp_path / "firmware.hex").read_text()) == [(0, b"stub"), (0x31000400, b"code")]


def test_bytes_for_no_memory(tmp_path: Path) -> None:
    board = small_board(tmp_path)
    elf = write_elf(tmp_path / "firmware.elf", [Segment(0x20000000, b"code")])
    with pytest.raises(IngotError, match="bytes are loaded to 0x20000000, where board 'small' has no memory"):
        flash_images(board, read_elf(elf))
    elf = write_elf(tmp_path / "firmware.elf", [Segment(0x90000000, b"data")])
    with pytest.raises(IngotError, match="the firmware has no code in 'sram'"):
        application_binary(board, read_elf(elf))
