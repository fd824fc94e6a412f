# SPDX-License-Identifier: Apache-2.0
"""The pools of a network as arrays of the host: contiguous pools become one array, of exactly the bytes in use."""

from __future__ import annotations

from dataclasses import dataclass

from ingot.network.types import Network, NetworkPool


@dataclass(frozen=True)
class Block:
    """One array: its C label and its size in bytes."""

    label: str
    size: int


@dataclass(frozen=True)
class Place:
    """Where a pool begins: which array, at what offset."""

    pool: str
    label: str
    offset: int


def host_blocks(network: Network) -> tuple[list[Block], list[Place]]:
    """Arrays for all pools in use. Pools that touch share an array, so that virtual pools may span them."""
    real = [pool for pool in network.pools if not pool.virtual]
    needed = {pool.name: pool.used for pool in real}
    for pool in network.pools:
        for name in pool.subpools:
            needed[name] = max(needed.get(name, 0), 1)
    placed = sorted((p for p in real if needed[p.name] and p.base is not None), key=lambda p: p.base or 0)
    groups: list[list[NetworkPool]] = []
    for pool in placed:
        before = groups[-1][-1] if groups else None
        if before is not None and (before.base or 0) + before.size == pool.base:
            groups[-1].append(pool)
        else:
            groups.append([pool])
    groups += [[pool] for pool in real if needed[pool.name] and pool.base is None]
    blocks, places = [], []
    for number, group in enumerate(groups):
        label, base = f"host_memory_{number}", group[0].base or 0
        names = {pool.name for pool in group}
        ends = [(pool.base or 0) - base + needed[pool.name] for pool in group]
        ends += [(p.base or 0) - base + p.used for p in network.pools if p.virtual and names & set(p.subpools)]
        blocks.append(Block(label, max(ends)))
        places += [Place(pool.name, label, (pool.base or 0) - base) for pool in group]
    return blocks, places
