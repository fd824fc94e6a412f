# SPDX-License-Identifier: Apache-2.0
"""Pools on a board: do they fit it, where are those without an address, and where are they on the twin."""

from __future__ import annotations

from dataclasses import replace

from ingot.base.errors import IngotError
from ingot.board.application import application_memory
from ingot.board.board import Board, Region
from ingot.board.mpool import EXTERNAL_FROM, Mpool, Pool
from ingot.board.mpool_reading import read_mpool
from ingot.board.ranges import Range, size_text


def load_pools(board: Board) -> Mpool:
    """The board's own pools: read, placed, checked. Raises IngotError, also when the application has no room left."""
    mpool = within_chips(board, place_pools(board, read_mpool(board.pools_file)))
    check_pools(board, mpool)
    application_memory(board, mpool)
    return mpool


def place_pools(board: Board, mpool: Mpool) -> Mpool:
    """Gives pools without an address the memory or bank of the same name (`DTCMRAM` is `dtcm`)."""
    places = {**{region.name: region.base for region in board.regions}}
    places.update({name: board.memory(name).start for name in board.memory_names if board.banks(name)})

    def placed(pool: Pool) -> Pool:
        if pool.base is not None or pool.relative or not pool.enabled:
            return pool
        name = pool.name.lower()
        base = places.get(name, places.get(name.removesuffix("ram")))
        return pool if base is None else replace(pool, base=base)

    return replace(mpool, pools=tuple(placed(pool) for pool in mpool.pools))


def within_chips(board: Board, mpool: Mpool) -> Mpool:
    """The pools, cut where the chip that they begin in ends.

    ST's file for NUCLEO-N657X0-Q has a pool that ends 512 KiB past the flash, in every application. A network that uses
    bytes there does not fit the pool that is left, which `check` and the rules for ST's outputs say.
    """

    def cut(pool: Pool) -> Pool:
        region = board.region_at(pool.base) if pool.base is not None and pool.enabled else None
        if region is None:
            return pool
        return replace(pool, size=board.bytes_of(board.memory(region.memory)).common(board.bytes_of(pool.range)).size)

    return replace(mpool, pools=tuple(cut(pool) for pool in mpool.pools))


def check_pools(board: Board, mpool: Mpool) -> None:
    """Raises IngotError for the first pool that cannot be right: by itself, beside another, or on this board."""
    check_names(mpool)
    for pool in mpool.enabled:
        _check_properties(mpool, pool)
        if pool.base is not None:
            _check_place(board, mpool, pool)
    check_overlaps(board, mpool)
    for pool in mpool.enabled:
        for slot in board.slots:
            if pool.base is None:
                continue
            common = board.bytes_of(pool.range).common(board.bytes_of(slot.range))
            if common.size:
                raise IngotError(
                    f"pool '{pool.name}' {board.aliases.text(pool.range)} overlaps flash slot '{slot.name}' "
                    f"{board.aliases.text(slot.range)} by {common.size:,} bytes",
                    where=mpool.where(pool),
                    remedy=f"Shrink the pool there, or move the slot in {board.path}.",
                )


def check_names(mpool: Mpool) -> None:
    """Names are unique; so are file postfixes, or one initializer would overwrite the other."""
    seen: dict[str, Pool] = {}
    for attribute in ("name", "fname"):
        seen.clear()
        for pool in mpool.pools:
            word = getattr(pool, attribute)
            if word in seen:
                raise IngotError(
                    f"two pools have the {attribute} '{word}'"
                    + (f": '{seen[word].name}' and '{pool.name}'" if attribute == "fname" else ""),
                    where=mpool.where(pool),
                    remedy=f"Give one of them another {attribute}.",
                )
            seen[word] = pool


def check_overlaps(board: Board, mpool: Mpool) -> None:
    """No byte belongs to two pools, by whichever addresses they are given."""
    placed = [pool for pool in mpool.enabled if pool.base is not None]
    overlap = board.aliases.first_overlap(placed, lambda pool: pool.range)
    if overlap is not None:
        low, high = overlap
        common = board.bytes_of(low.range).common(board.bytes_of(high.range))
        raise IngotError(
            f"pool '{low.name}' {board.aliases.text(low.range)} overlaps pool '{high.name}' "
            f"{board.aliases.text(high.range)} by {common.size:,} bytes",
            where=mpool.where(high),
            remedy=f"Change the offset or the size of one of them ('{low.name}' is at {mpool.where(low)}).",
        )


def _check_properties(mpool: Mpool, pool: Pool) -> None:
    if pool.base is None:
        if not pool.relative:
            raise IngotError(
                f"pool '{pool.name}' has no address, and the board has no memory of that name",
                where=mpool.where(pool),
                remedy='Give it an "offset".',
            )
        return
    external = pool.base >= EXTERNAL_FROM
    if pool.cacheable and not external:
        raise IngotError(
            f"pool '{pool.name}' is CACHEABLE_ON, but it is internal RAM or flash (0x{pool.base:08X})",
            where=mpool.where(pool),
            remedy="Only external memory, from 0x60000000 upwards, is behind the NPU cache. Remove it.",
        )
    if pool.relative and not external:
        raise IngotError(
            f"pool '{pool.name}' is USEMODE_RELATIVE, but it is internal (0x{pool.base:08X})",
            where=mpool.where(pool),
            remedy="Only external memory, from 0x60000000 upwards, can be relative. Remove the mode.",
        )


def _check_place(board: Board, mpool: Mpool, pool: Pool) -> None:
    """Every byte of the pool is in one memory of the board, in banks that the network may own."""
    first = board.region_at(pool.range.start)
    where = mpool.where(pool)
    if first is None:
        raise IngotError(
            f"pool '{pool.name}' {board.aliases.text(pool.range)} starts where board '{board.name}' has no memory",
            where=where,
            remedy=f"The memories are in {board.files_text}: {_memories(board)}.",
        )
    whole = board.memory(first.memory)
    inside = board.bytes_of(whole).common(board.bytes_of(pool.range)).size
    if inside < pool.size:
        raise IngotError(
            f"pool '{pool.name}' {board.aliases.text(pool.range)} ends {pool.size - inside:,} bytes "
            f"past the end of '{first.memory}' {whole}",
            where=where,
            remedy=f"Set its size to at most {size_text(inside)}, or correct the memory's size in {board.files_text}.",
        )
    if pool.writable and first.kind == "flash":
        raise IngotError(
            f"pool '{pool.name}' is ACC_WRITE, but '{first.memory}' is flash",
            where=where,
            remedy='Set its "rights" to "ACC_READ".',
        )
    for region in owners_missing(board, pool.range, "network"):
        raise IngotError(
            f"pool '{pool.name}' {board.aliases.text(pool.range)} takes bytes of '{region.name}' {region.range}, "
            "which no network may own",
            where=where,
            remedy=f"Move or shrink the pool, or add network to the owners of '{region.name}' in {board.files_text}.",
        )


def owners_missing(board: Board, wanted: Range, owner: str) -> list[Region]:
    """Banks that hold bytes of `wanted` but do not list `owner`."""
    taken = board.bytes_of(wanted)
    return [r for r in board.regions if owner not in r.owners and board.bytes_of(r.range).overlaps(taken)]


def _memories(board: Board) -> str:
    present = [name for name in board.memory_names if board.banks(name)]
    return ", ".join(f"{name} {board.memory(name)}" for name in present)


def twin_pools(board: Board, twin: Board, mpool: Mpool) -> Mpool:
    """The pools at the addresses of the twin; cut where a memory of the twin is smaller, disabled where it is absent.

    No pool is relative there: the twin runs the absolute network.
    """

    def moved(pool: Pool) -> Pool:
        region = board.region_at(pool.base) if pool.base is not None and pool.enabled else None
        if region is None or pool.base is None:
            return pool
        if not twin.banks(region.memory):
            return replace(pool, size=0)
        here, there = board.memory(region.memory), twin.memory(region.memory)
        base = there.start + board.offset(pool.base, here.start)
        return replace(pool, base=base, size=max(0, min(pool.size, there.end - base)))

    return replace(mpool, pools=tuple(moved(pool) for pool in mpool.pools))
