# SPDX-License-Identifier: Apache-2.0
"""firmware.ld: the application gets the memory that the network's pools leave.

Every address comes from the board and its pools. The script depends on no weight: retraining leaves it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingot.base.errors import IngotError
from ingot.base.render import render
from ingot.board import Board, Mpool, Pool, Range
from ingot.board.application import ApplicationMemory, application_memory
from ingot.board.cores import core_named
from ingot.board.ranges import size_text
from ingot.network.types import Network


@dataclass(frozen=True)
class LinkSettings:
    """What a model may ask for. stack, heap: bytes; None takes the board's."""

    stack: int | None = None
    heap: int | None = None


def linker_script(
    board: Board,
    mpool: Mpool,
    network: Network,
    settings: LinkSettings | None = None,
    others: Sequence[Network] = (),
    read: Sequence[int] = (),
) -> str:
    """The text of firmware.ld for a board (or twin) with its pools, a network and perhaps others.

    read: addresses outside of the networks at which the application reads, such as those of images in the flash.
    Raises IngotError when the pools leave no room where the application has to be, or less than stack and heap take.
    """
    chosen = settings or LinkSettings()
    stack = _aligned(board.stack if chosen.stack is None else chosen.stack)
    heap = _aligned(board.heap if chosen.heap is None else chosen.heap)
    memory = application_memory(board, mpool)
    if stack + heap >= memory.data.size:
        raise IngotError(
            f"stack ({size_text(stack)}) and heap ({size_text(heap)}) do not fit the {size_text(memory.data.size)} "
            f"that the pools leave to the application {memory.data}",
            where=str(board.path),
            remedy=f"Make them smaller, or shrink a pool in {mpool.path}.",
        )
    blocks, extra = _blocks(board, memory)
    pools = [pool for pool in mpool.enabled if pool.base is not None]
    slot = board.slot(board.application_slot)
    return render(
        "firmware.ld.j2",
        board=board.name,
        board_file=f"{board.name}/{board.path.name}",
        pools_file=f"{board.name}/{mpool.path.name}",
        load_address=f"0x{board.load_address:08X}",
        twin=board.is_twin,
        shared=memory.shared,
        stub=board.boot_stub is not None,
        stack=stack,
        heap=heap,
        trustzone=core_named(board.core).trustzone,
        stack_first=not core_named(board.core).stack_limit,
        blocks=blocks,
        width=max(len(block["name"]) for block in blocks),
        extra=extra,
        pools=[
            {"name": _identifier(p.name), "start": f"0x{p.range.start:08X}", "end": f"0x{p.range.end:08X}"}
            for p in pools
        ],
        initializers=[item for each in (network, *others) for item in _initializers(board, each, pools)],
        slot_room=slot.size - board.header if slot else None,
        runs=_runs(board, pools),
        aliases=_alias_symbols(board),
        needed=[] if board.is_twin else _needed(board, pools, (network, *others), read),
    )


def _needed(board: Board, pools: Sequence[Pool], networks: Sequence[Network], read: Sequence[int]) -> list[str]:
    """The lowest address that the networks use, or that is in `read`, of each memory beside the application's own, as a
    term of the script.

    The start-up of a board looks there before main(): an external memory may not be mapped.
    """
    used = [
        pool.base + pool.start
        for network in networks
        for pool in network.pools
        if pool.used and not pool.virtual and pool.base is not None
    ]
    used += [item.address for network in networks for item in network.initializers if item.address is not None]
    lowest: dict[str, int] = {}
    for address in sorted({*used, *read}):
        region = board.region_at(address)
        if region is not None and region.memory not in (board.code, board.data):
            lowest.setdefault(region.memory, address)
    return [_term(pools, address) for address in sorted(lowest.values())]


def _term(pools: Sequence[Pool], address: int) -> str:
    """An address, from the start of the pool that it is in."""
    for pool in pools:
        if pool.range.start <= address < pool.range.end:
            past = address - pool.range.start
            return f"_spool_{_identifier(pool.name)}{f' + {past}' if past else ''}"
    return f"0x{address:08X}"


def _aligned(size: int) -> int:
    return (size + 7) & ~7


def _identifier(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", name)


def _blocks(board: Board, memory: ApplicationMemory) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The regions of MEMORY, and those of them that only hold a NOLOAD section."""

    def block(name: str, rights: str, where: Range) -> dict[str, Any]:
        size = f"{where.size // 1024}K" if where.size % 1024 == 0 else str(where.size)
        return {"name": name, "rights": rights, "start": f"0x{where.start:08X}", "size": size}

    blocks: list[dict[str, Any]] = []
    if board.boot_stub is not None:
        blocks.append(block("STUB", "r", board.boot_stub))
    if memory.shared:
        blocks.append(block("RAM", "rwx", memory.code))
    else:
        blocks += [block("FLASH", "rx", memory.code), block("RAM", "rwx", memory.data)]
    extra = [
        {
            **block(_identifier(item.name).upper(), "rw", item.range),
            "section": f"{_identifier(item.name)}_bss",
            "bytes": size_text(item.range.size),
        }
        for item in memory.extra
    ]
    return blocks + extra, extra


def _alias_symbols(board: Board) -> list[dict[str, str]]:
    """The board's aliases for the loader of relocatable images, which may not overwrite a byte by its other address."""
    return [
        {"start": f"0x{a.addresses.start:08X}", "end": f"0x{a.addresses.end:08X}", "alias_of": f"0x{a.alias_of:08X}"}
        for a in board.aliases.items
    ]


def _runs(board: Board, pools: list[Pool]) -> list[dict[str, str]]:
    """First and last pool of each run of pools without a gap: what no region may touch.

    shift: to be added to their addresses to get those by which the board's memories have the bytes.
    """
    runs: list[list[Pool]] = []
    for pool in sorted(pools, key=lambda item: item.range):
        if runs and runs[-1][-1].range.end == pool.range.start:
            runs[-1].append(pool)
        else:
            runs.append([pool])
    return [
        {"first": _identifier(run[0].name), "last": _identifier(run[-1].name), "shift": _shift(board, run[0])}
        for run in runs
    ]


def _shift(board: Board, pool: Pool) -> str:
    """As a term of an expression, ` + 0x10000000`; empty for a pool at the board's own addresses."""
    shift = board.own_address(pool.range.start) - pool.range.start
    return f" {'+' if shift > 0 else '-'} 0x{abs(shift):08X}" if shift else ""


def _initializers(board: Board, network: Network, pools: Sequence[Pool]) -> list[dict[str, Any]]:
    """The initializers in pools with an address, each once."""
    bases = {pool.name: pool.range.start for pool in pools}
    found = []
    for item in network.initializers:
        if item.pool in bases and item.address is not None:
            found.append(
                {
                    "name": f"{_identifier(network.name)}_{_identifier(item.pool)}",
                    "pool": _identifier(item.pool),
                    "file": item.file,
                    "offset": board.offset(item.address, bases[item.pool]),
                    "size": item.size,
                }
            )
    return found
