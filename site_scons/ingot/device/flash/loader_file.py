# SPDX-License-Identifier: Apache-2.0
"""The file of a first-stage loader: signed bytes, or an Intel HEX file that says where they go, as ST's ai_fsbl.hex."""

from __future__ import annotations

from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.intel_hex import hex_segments
from ingot.board import Board, Slot
from ingot.device.sign.stm32_header import MAGIC

_ERASED = b"\xff"


def loader_bytes(board: Board, slot: Slot, file: Path) -> bytes:
    """What stands at the start of the slot.

    Raises IngotError for a file that cannot be read, a .hex for another address, and on an STM32N6 for bytes without
    the header that its ROM looks for.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise IngotError(f"cannot be read: {error.strerror}", where=str(file), remedy="Build it first.") from None
    if data[:1] == b":":
        data = _of_hex(data, slot, file)
    if board.chip == "stm32n6" and not data.startswith(MAGIC):
        begin = data[:4].hex(" ") or "nothing"
        raise IngotError(
            f"is no signed first-stage loader: it begins with {begin}, not with {MAGIC.decode()}",
            where=str(file),
            remedy="Take ai_fsbl.hex, or sign the .bin: docs/first-stage.md",
        )
    return data


def _of_hex(data: bytes, slot: Slot, file: Path) -> bytes:
    """Gaps are as erased flash is."""
    try:
        segments = hex_segments(data.decode("ascii"))
    except ValueError as error:
        raise IngotError(f"is no Intel HEX file: {error}", where=str(file)) from None
    if not segments or segments[0][0] != slot.base:
        begin = f"0x{segments[0][0]:08X}" if segments else "nowhere"
        raise IngotError(
            f"begins at {begin}, the slot '{slot.name}' at 0x{slot.base:08X}",
            where=str(file),
            remedy="Is it the loader of another board?",
        )
    end = segments[-1][0] + len(segments[-1][1])
    if end > slot.base + slot.size:
        raise IngotError(f"ends at 0x{end:08X}, behind the slot '{slot.name}'", where=str(file))
    whole = bytearray(_ERASED * (end - slot.base))
    for address, piece in segments:
        whole[address - slot.base : address - slot.base + len(piece)] = piece
    return bytes(whole)
