# SPDX-License-Identifier: Apache-2.0
"""Rules of a linked firmware: where its bytes may be, where it starts, what is loaded and what is copied."""

from __future__ import annotations

from collections.abc import Iterable

from ingot.base.errors import IngotError
from ingot.board import Board, Range
from ingot.board.fit import owners_missing
from ingot.link.claims import is_copied, range_at
from ingot.link.elf import Elf, Part
from ingot.link.memory_map import Claim
from ingot.link.stack_and_heap import own_ram


def check_owner(board: Board, claim: Claim) -> None:
    """Every byte is in one memory, in banks that the owner may have. Pools and slots were checked with the board."""
    if claim.owner != "application" or not claim.range.size:
        return
    if in_boot_stub(board, claim.range):
        return
    shown = board.aliases.text(claim.range)
    first = board.region_at(claim.range.start)
    remedy = f"The memories are in {board.files_text}; the linker script is made from it."
    if first is None:
        raise IngotError(
            f"{claim.name} {shown} starts where board '{board.name}' has no memory",
            where=claim.place,
            remedy=remedy,
        )
    whole = board.memory(first.memory)
    past = claim.range.size - board.bytes_of(claim.range).common(board.bytes_of(whole)).size
    if past:
        raise IngotError(
            f"{claim.name} {shown} ends {past:,} bytes past the end of '{first.memory}' {whole}",
            where=claim.place,
            remedy=remedy,
        )
    for region in owners_missing(board, claim.range, "application"):
        raise IngotError(
            f"{claim.name} {shown} takes bytes of '{region.name}' {region.range}, which the application may not own",
            where=claim.place,
            remedy=f"Add application to the owners of '{region.name}' in {board.files_text}, or link it elsewhere.",
        )


def in_boot_stub(board: Board, addresses: Range) -> bool:
    return board.boot_stub is not None and board.bytes_of(board.boot_stub).contains(board.bytes_of(addresses))


def check_start(board: Board, firmware: Elf) -> None:
    """The vector table is where the loader or the core looks for it, and leads to the firmware's own memory."""
    remedy = "Link with the firmware.ld of this board."
    stack, reset = (firmware.word(board.load_address + at, board.aliases) for at in (0, 4))
    if stack is None or reset is None:
        raise IngotError(
            f"there is no vector table at the load address 0x{board.load_address:08X}",
            where=str(firmware.path),
            remedy=remedy,
        )
    if not _inside(board, firmware.parts, reset & ~1, executable=True) or not reset & 1:
        raise IngotError(
            f"the reset vector 0x{reset:08X} does not lead to code of this firmware",
            where=str(firmware.path),
            remedy=remedy,
        )
    if not _inside(board, firmware.parts, stack - 4, executable=False) and not own_ram(board, stack - 4):
        raise IngotError(
            f"the first stack pointer 0x{stack:08X} is not the end of memory of this firmware",
            where=str(firmware.path),
            remedy=remedy,
        )


def _inside(board: Board, parts: Iterable[Part], address: int, executable: bool) -> bool:
    byte = board.bytes_of(range_at(address, 1))
    return any(
        board.bytes_of(part.memory).contains(byte) and (part.executable if executable else part.writable)
        for part in parts
    )


def check_initialised(board: Board, firmware: Elf) -> None:
    """What is loaded elsewhere than it runs must be copied at start, and only _sdata to _edata is."""
    start, end = firmware.symbols.get("_sdata"), firmware.symbols.get("_edata")
    for part in firmware.parts:
        if not is_copied(board, part) or part.filler:
            continue
        if start is None or end is None or not board.bytes_of(Range(start, end)).contains(board.bytes_of(part.memory)):
            raise IngotError(
                f"{part.name} {part.memory} has initial values (at {part.load}) that nothing copies there",
                where=str(firmware.path),
                remedy="Put its variables in .data, or in a section that needs no initial values.",
            )


def check_loaded(board: Board, firmware: Elf) -> None:
    """Initial bytes go to the code memory, which the loader fills; nothing fills the others."""
    whole = board.memory(board.code)
    for piece in firmware.pieces:
        loaded = range_at(piece.address, len(piece.data))
        physical = board.bytes_of(loaded)
        if board.bytes_of(whole).contains(physical) or in_boot_stub(board, loaded):
            continue
        loads = [(part.name, part.load) for part in firmware.parts if part.load is not None]
        owners = [name for name, load in loads if board.bytes_of(load).overlaps(physical)]
        raise IngotError(
            f"{owners[0] if owners else 'a segment'} has bytes to be loaded to {loaded}, "
            f"outside '{board.code}' {whole}",
            where=str(firmware.path),
            remedy=f"Only '{board.code}' is filled at start; put there what has initial values.",
        )
