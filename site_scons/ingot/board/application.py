# SPDX-License-Identifier: Apache-2.0
"""What the pools leave to the application.

A pool's declared range is the network's, used or not; shrinking a pool in the .mpool hands the rest to the application.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingot.base.errors import IngotError
from ingot.board.board import VECTORS, Board
from ingot.board.mpool import Mpool
from ingot.board.ranges import Range, merged_addresses, size_text

SMALLEST = 64  # bytes; smaller leftovers are not worth a region of their own


@dataclass(frozen=True)
class Block:
    """RAM beside the main block. name: of the bank it starts in, e.g. "psram"; memory: of its chip or block."""

    name: str
    memory: str
    range: Range


@dataclass(frozen=True)
class ApplicationMemory:
    """Where the application may be.

    code: from the load address upwards.
    data: for .data, .bss, heap and stack; the same as code when the application is loaded to RAM.
    extra: all other RAM, by address. reserved: the boot header in front of the code, or None.
    """

    code: Range
    data: Range
    extra: tuple[Block, ...]
    reserved: Range | None

    @property
    def shared(self) -> bool:
        """Whether code and data are in one block."""
        return self.code == self.data


def application_memory(board: Board, mpool: Mpool) -> ApplicationMemory:
    """Divides what the pools leave: the block at the load address, the largest of the data memory, and the others.

    Raises IngotError when a pool takes the load address, or all of the data memory.
    """
    code = _code_block(board, mpool)
    if board.code == board.data:
        data = code
    else:
        free = free_ranges(board, mpool, board.data)
        if not free:
            raise _no_room(board, mpool, board.memory(board.data))
        data = max(free, key=lambda item: (item.size, -item.start))
    start = board.memory(board.code).start
    reserved = Range(start, start + board.header) if board.header else None
    taken = [code, data, *([reserved] if reserved else [])]
    return ApplicationMemory(code, data, _extra_blocks(board, mpool, taken), reserved)


def free_ranges(board: Board, mpool: Mpool, memory: str) -> list[Range]:
    """Ranges of a memory that the application may own and no pool takes, by address."""
    pools = [pool.range for pool in mpool.enabled if pool.base is not None]
    owned = merged_addresses(region.range for region in board.banks(memory) if "application" in region.owners)
    return [left for run in owned for left in board.aliases.without(run, pools)]


def _code_block(board: Board, mpool: Mpool) -> Range:
    load = board.load_address
    for free in free_ranges(board, mpool, board.code):
        if free.start <= load < free.end:
            end = free.end
            slot = board.slot(board.application_slot)
            if slot and slot.range.start <= load < slot.range.end:  # runs in place, from its slot
                end = min(end, slot.range.end)
            if end - load < VECTORS:
                raise IngotError(
                    f"the application has {end - load} bytes for its code, from 0x{load:08X} on; "
                    f"its vector table alone takes {VECTORS}",
                    where=str(board.path),
                    remedy=f"Enlarge the bank there ({board.files_text}), or shrink the pool behind it ({mpool.path}).",
                )
            return Range(load, end)
    raise _no_room(board, mpool, Range(load, load + 1))


def _no_room(board: Board, mpool: Mpool, wanted: Range) -> IngotError:
    bytes_wanted = board.bytes_of(wanted)
    takers = [p for p in mpool.enabled if p.base is not None and board.bytes_of(p.range).overlaps(bytes_wanted)]
    if not takers:
        region = board.region_at(wanted.start)
        name = region.name if region else f"0x{wanted.start:08X}"
        return IngotError(
            f"the application cannot be at 0x{wanted.start:08X}: '{name}' is not its own",
            where=str(board.path),
            remedy=f"Add application to the owners of '{name}'.",
        )
    pool = takers[0]
    return IngotError(
        f"pool '{pool.name}' {board.aliases.text(pool.range)} takes the memory that the application is linked to, "
        f"0x{wanted.start:08X}",
        where=mpool.where(pool),
        remedy="Set the pool's size to 0, or begin it behind the application.",
    )


def _extra_blocks(board: Board, mpool: Mpool, taken: list[Range]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    names: set[str] = set()
    for memory in board.memory_names:
        banks = board.banks(memory)
        if not banks or banks[0].kind != "ram":
            continue
        for free in free_ranges(board, mpool, memory):
            for left in board.aliases.without(free, taken):
                region = board.region_at(left.start)
                if left.size < SMALLEST or region is None:
                    continue
                name = region.name
                count = 2
                while name in names:  # a pool in the middle of a bank leaves two blocks of it
                    name, count = f"{region.name}_{count}", count + 1
                names.add(name)
                blocks.append(Block(name, memory, left))
    return tuple(sorted(blocks, key=lambda block: block.range))


def application_summary(memory: ApplicationMemory) -> str:
    """One line for the console: how much RAM the pools leave."""
    parts = [f"{size_text(memory.data.size)} at 0x{memory.data.start:08X}"]
    parts += [f"{size_text(block.range.size)} in {block.name}" for block in memory.extra]
    return "application RAM: " + ", ".join(parts)
