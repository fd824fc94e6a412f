# SPDX-License-Identifier: Apache-2.0
"""The emulated twin of a board: the same memories where QEMU's machine has RAM."""

from __future__ import annotations

from dataclasses import replace

from ingot.base.errors import IngotError
from ingot.board.aliases import aliases_of_machine
from ingot.board.board import Board, Region, Slot, check_vector_table


def twin_of(board: Board) -> Board:
    """The board as the emulated machine has it: the same names and sizes, each memory where the machine has RAM.

    A memory may be smaller there; banks past its end are cut. Caches are off (QEMU has none).
    Raises IngotError when the board has no twin, or two of its memories meet on the machine.
    """
    if board.twin is None:
        raise IngotError(
            f"board '{board.name}' has no emulated twin", where=str(board.path), remedy="Add a section twin: to it."
        )
    moved = {name: (base, size) for name, base, size in board.twin.memories}
    regions: list[Region] = []
    for region in board.regions:
        start = board.memory(region.memory).start
        base, limit = moved.get(region.memory, (start, None))
        offset = region.base - start
        size = region.size if limit is None else min(region.size, limit - offset)
        if size > 0:
            regions.append(replace(region, base=base + offset, size=size))
    regions.sort(key=lambda region: region.base)
    aliases = aliases_of_machine(board.twin.machine)
    overlap = aliases.first_overlap(regions, lambda region: region.range)
    if overlap is not None:
        low, high = overlap
        raise IngotError(
            f"on the twin, '{low.name}' {aliases.text(low.range)} overlaps '{high.name}' {aliases.text(high.range)}",
            where=str(board.path),
            remedy="Change their bases or sizes under twin: memories:.",
        )
    twin = replace(
        board,
        regions=tuple(regions),
        icache=False,
        dcache=False,
        chip="",
        slots=_moved_slots(board, moved),
        twin=None,
        machine=board.twin.machine,
        boot_stub=board.twin.boot_stub,
        aliases=aliases,
    )
    check_vector_table(twin, str(board.path))
    return twin


def _moved_slots(board: Board, moved: dict[str, tuple[int, int | None]]) -> tuple[Slot, ...]:
    """Slots that are inside the twin's flash."""
    if not board.slots:
        return ()
    start = board.memory(board.flash_memory).start
    base, size = moved.get(board.flash_memory, (start, None))
    slots = (replace(slot, base=base + slot.base - start) for slot in board.slots)
    return tuple(slot for slot in slots if size is None or slot.range.end <= base + size)
