# SPDX-License-Identifier: Apache-2.0
"""The pools a network uses: what of each is taken, and how network.c names it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingot.base.c_text import comment, identifier
from ingot.network.types import NetworkPool

if TYPE_CHECKING:
    from ingot.compiler.emit.compiled import Compiled


def used_pools(compiled: Compiled) -> tuple[NetworkPool, ...]:
    """All pools of the board in the .mpool's order, then the virtual ones in use, with their use filled in.

    A buffer in a virtual pool counts in the virtual pool and, for the part that lies in it, in each real one.
    """
    spans: dict[str, tuple[int, int]] = {}
    virtual: dict[str, NetworkPool] = {}
    ranges = [(p.pool, p.offset, p.offset + p.size) for p in compiled.plan.placements.values()]
    ranges += [(p.pool, p.offset, p.offset + p.size) for p in compiled.plan.scratch.values()]
    ranges.append((compiled.initializer_pool, 0, compiled.initializer.size))
    for name, start, end in ranges:
        if not name or end == start:
            continue
        _extend(spans, name, start, end)
        members = members_of(compiled, name)
        if len(members) < 2:
            continue
        if name not in virtual:
            virtual[name] = _virtual(name, members)
        base = members[0].base or 0
        for member in members:
            low = max(start, (member.base or 0) - base) - ((member.base or 0) - base)
            high = min(end, (member.base or 0) - base + member.size) - ((member.base or 0) - base)
            if low < high:
                _extend(spans, member.name, low, high)
    used = []
    for pool in (*compiled.pools, *(virtual[name] for name in sorted(virtual))):
        start, end = spans.get(pool.name, (0, 0))
        used.append(replace(pool, start=start, used=end))
    return tuple(used)


def members_of(compiled: Compiled, name: str) -> list[NetworkPool]:
    """The real pools that a planner's pool spans, lowest address first: one for a real pool.

    The planner joins the names of contiguous pools with underscores. Raises KeyError for a name that is neither.
    """
    for pool in compiled.pools:
        if pool.name == name:
            return [pool]
    real = sorted((p for p in compiled.pools if p.base is not None and p.size), key=lambda p: p.base or 0)
    for first in range(len(real)):
        for last in range(first + 1, len(real)):
            run = real[first : last + 1]
            if "_".join(p.name for p in run) == name:
                return run
    raise KeyError(name)


def macro(pool: str) -> str:
    """The macro in network.c that stands for the pool's first byte."""
    return f"INGOT_POOL_{identifier(pool)}"


def symbol(network: str, pool: NetworkPool) -> str:
    """The C label of a relative pool, in ST's form."""
    return f"_mem_pool_{identifier(pool.fname)}_{identifier(network)}"


def pool_comment(index: int, pool: NetworkPool, notes: str) -> str:
    """The two comments that ST's tools parse for pool number `index`."""
    size = f"{pool.used - pool.start} B" if pool.used else "?"
    mode = "relative_mode" if pool.relative else "absolute_mode"
    rights = "READ_ONLY" if pool.rights == "ACC_READ" else "READ_WRITE"
    words = [
        f"index={index}",
        f"file postfix={comment(pool.fname)}",
        f"name={comment(pool.name)}",
        f"offset={pool.base or 0:#x}",
        "vpool" if pool.virtual else "",
        mode,
        f"size={pool.size}",
        rights,
        comment(notes),
        f"cacheable={'ON' if pool.cacheable else 'OFF'}",
        f"score={pool.score}",
    ]
    return f"/* global pool {index} is {size} */\n/* {' '.join(w for w in words if w)} */"


def _extend(spans: dict[str, tuple[int, int]], name: str, start: int, end: int) -> None:
    low, high = spans.get(name, (start, end))
    spans[name] = (min(low, start), max(high, end))


def _virtual(name: str, members: list[NetworkPool]) -> NetworkPool:
    size = sum(member.size for member in members)
    return NetworkPool(
        name=name,
        fname="",
        base=members[0].base,
        size=size,
        used=0,
        rights=members[0].rights,
        score=sum(member.size * member.score for member in members) // size,
        cacheable=any(member.cacheable for member in members),
        subpools=tuple(member.name for member in members),
    )
