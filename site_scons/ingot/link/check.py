# SPDX-License-Identifier: Apache-2.0
"""The proof: everything that the finished firmware, its network and its flash hold, laid on one map.

What is checked is the result, not the intent: the linked ELF file, the initializers and images on disk, the pools as
the board's `.mpool` has them, the flash slots. Any overlap, any byte outside its memory, any pool past the end of its
chip is an IngotError that names both owners, their ranges and the files to edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ingot.board import Board, Mpool, Range, check_pools
from ingot.board.aliases import Aliases
from ingot.board.application import application_memory
from ingot.link.claims import (
    Built,
    PlacedImage,
    check_disjoint,
    firmware_claims,
    header_claim,
    pool_claims,
    runs_in,
    slot_claims,
)
from ingot.link.elf import read_elf
from ingot.link.memory_map import Claim, MemoryMap
from ingot.link.networks import check_network, check_together
from ingot.link.rules import check_initialised, check_loaded, check_owner, check_start
from ingot.network.source import check_source
from ingot.network.types import Network


def check(
    board: Board,
    mpool: Mpool,
    network: Network,
    elf: Path,
    folder: Path,
    images: Sequence[PlacedImage] = (),
    others: Sequence[Built] = (),
) -> MemoryMap:
    """Proves that nothing overlaps and nothing is outside its memory; returns the map.

    folder: where the network's initializers are. others: further networks of the same firmware. Raises IngotError for
    the first thing that is wrong.
    """
    check_pools(board, mpool)
    members = [Built(network, folder), *others]
    for member in members:
        check_source(member.network, member.folder)
        check_network(board, mpool, member.network)
    check_together([member.network for member in members], board.aliases)
    firmware = read_elf(elf)
    claims = [
        *header_claim(board),
        *firmware_claims(board, firmware),
        *pool_claims(board, mpool, members),
        *slot_claims(board, firmware, images),
    ]
    for claim in claims:
        check_owner(board, claim)
    check_disjoint(board.aliases, [claim for claim in claims if not is_unused_pool(claim)])
    check_start(board, firmware)
    check_initialised(board, firmware)
    check_loaded(board, firmware)
    memory = application_memory(board, mpool)
    occupied = [claim.range for claim in claims if claim.owner == "application"]
    return MemoryMap(
        board=board,
        network=network,
        claims=tuple(sorted(claims, key=lambda claim: (claim.range, claim.name))),
        application=memory.data,
        application_used=_occupied(board.aliases, memory.data, occupied),
        extra=tuple((b.name, b.range, _occupied(board.aliases, b.range, occupied)) for b in memory.extra),
        others=tuple(member.network for member in others),
    )


def check_placement(board: Board, mpool: Mpool, network: Network, folder: Path) -> MemoryMap:
    """As `check` without a firmware: pools, initializers on disk and flash slots. Raises IngotError."""
    check_pools(board, mpool)
    check_source(network, folder)
    check_network(board, mpool, network)
    slots = [
        Claim("flash", f"slot '{slot.name}'", slot.range, str(board.path), used=0)
        for slot in board.slots
        if not (slot.name == board.application_slot and runs_in(board, slot))
    ]
    claims = [*pool_claims(board, mpool, [Built(network, folder)]), *slots]
    check_disjoint(board.aliases, [claim for claim in claims if not is_unused_pool(claim)])
    memory = application_memory(board, mpool)
    return MemoryMap(
        board=board,
        network=network,
        claims=tuple(sorted(claims, key=lambda claim: (claim.range, claim.name))),
        application=memory.data,
        application_used=0,
        extra=tuple((block.name, block.range, 0) for block in memory.extra),
    )


def _occupied(aliases: Aliases, block: Range, ranges: Iterable[Range]) -> int:
    return aliases.union(ranges).common(aliases.bytes_of(block)).size


def is_unused_pool(claim: Claim) -> bool:
    """A pool that no network uses says nothing of what else is there: ST's files list all memories of a board."""
    return claim.owner == "network" and not claim.used_size
