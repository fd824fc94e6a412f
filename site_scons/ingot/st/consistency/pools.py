# SPDX-License-Identifier: Apache-2.0
"""The pools that the network was generated for are the board's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ingot.board import Board
from ingot.board.mpool import EXTERNAL_FROM, Pool
from ingot.board.ranges import size_text
from ingot.network.types import NetworkPool
from ingot.st.consistency.finding import Finding, Subject

DIFFER, CACHEABLE = "pool-differs", "pool-cacheable"
SHORTER = 8  # bytes that ATONN 1.1.0 takes off the last pool of a contiguous run


def pools(subject: Subject) -> Iterable[Finding]:
    """Real pools that the network uses: same address, rights and file postfix, and no more used than the board has.

    Where there are c_info and network.c, both are looked at: the firmware is made of network.c, which may be older.
    """
    known = {pool.name: pool for pool in subject.mpool.pools}
    said: set[str] = set()
    for who, pool in _used_pools(subject):
        there = known.get(pool.name)
        if there is None:
            found = [f"{who} uses pool '{pool.name}', which {subject.mpool.path.name} lacks"]
        else:
            found = list(_differences(subject.board, who, pool, there))
        if found and pool.name not in said:
            said.add(pool.name)
            yield from (_differs(subject, there, words) for words in found)


def _used_pools(subject: Subject) -> Iterable[tuple[str, NetworkPool]]:
    """(who says so, pool): those of the description, then those of a network.c beside a c_info."""
    used = {pool.name: pool.used for pool in subject.network.pools}
    for pool in subject.network.pools:
        if pool.virtual or not pool.used or (pool.base is None and not pool.fname):  # a heap or array of the CPU's
            continue
        yield "the network", pool
    if subject.document is not None and subject.built is not None:
        for pool in subject.built.pools:
            if not pool.virtual and used.get(pool.name):
                yield subject.main, replace(pool, used=used[pool.name])


def _differences(board: Board, who: str, pool: NetworkPool, there: Pool) -> Iterable[str]:
    name = f"pool '{pool.name}'"
    apart = (pool.base is None) != (there.base is None) or board.offset(pool.base or 0, there.base or 0) != 0
    if not pool.relative and not there.relative and apart:
        yield f"{who} has {name} at {_address(pool.base)}, the board at {_address(there.base)}"
    if pool.used > there.size:
        yield f"{who} uses {size_text(pool.used)} of {name}, the board has {size_text(there.size)}"
    if pool.rights != there.rights:
        yield f"{who} has {name} as {pool.rights}, the board as {there.rights}"
    if pool.fname and pool.fname != there.fname:
        yield f"{who} has {name} with the file postfix '{pool.fname}', the board with '{there.fname}'"


def _differs(subject: Subject, there: Pool | None, words: str) -> Finding:
    return Finding(
        DIFFER,
        words,
        subject.mpool.where(there) if there else str(subject.mpool.path),
        f"Generate the network with {subject.mpool.path.name}, "
        f"or give the board the pools of {subject.output.path.name}.",
    )


def cacheable(subject: Subject) -> Iterable[Finding]:
    """The NPU cache sits in front of external memory alone; CACHEABLE_ON in internal RAM reads stale bytes."""
    for pool in subject.network.pools:
        if pool.cacheable and pool.used and pool.base is not None and pool.base < EXTERNAL_FROM:
            yield Finding(
                CACHEABLE,
                f"the network was generated with pool '{pool.name}' as CACHEABLE_ON, but it is internal "
                f"({_address(pool.base)})",
                str(subject.output.path),
                'Remove "cacheable" from that pool in the .mpool, and generate again.',
            )


def _address(base: int | None) -> str:
    return "no fixed address" if base is None else f"0x{base:08X}"
