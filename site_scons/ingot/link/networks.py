# SPDX-License-Identifier: Apache-2.0
"""Networks of a firmware against its pools, and against each other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from ingot.base.errors import IngotError
from ingot.board import Board, Mpool, Range
from ingot.board.aliases import Aliases
from ingot.network.types import Network, NetworkPool


def check_network(board: Board, mpool: Mpool, network: Network) -> None:
    """The network was made for these pools, and each buffer is inside its pool. Raises IngotError.

    A network that was placed behind others has the rest of a pool.
    """
    shares = bool(network.beside or network.in_turn)
    known = {pool.name: pool for pool in mpool.pools}
    for pool in network.pools:
        if pool.virtual or not pool.used or pool.relative:
            continue
        if pool.name not in known:
            raise IngotError(
                f"the network uses pool '{pool.name}', which {mpool.path.name} does not have",
                where=str(mpool.path),
                remedy="Compile the network again with these pools.",
            )
        there = known[pool.name]
        behind = board.offset(pool.base or 0, there.base or 0)
        if behind < 0 or (behind and not shares):
            raise IngotError(
                f"the network has pool '{pool.name}' at {_address(pool.base)}, "
                f"{mpool.path.name} at {_address(there.base)}",
                where=mpool.where(there),
                remedy="Compile the network again with these pools.",
            )
        if behind + pool.used > there.size:
            raise IngotError(
                f"the network uses {pool.used:,} bytes of pool '{pool.name}', which has {there.size - behind:,}",
                where=mpool.where(there),
                remedy="Enlarge the pool, or compile the network again with these pools.",
            )
    for buffer in network.buffers:
        if buffer.pool:
            owner = pool_of(network, buffer.pool)
            if buffer.offset < 0 or buffer.offset + buffer.size > owner.size:
                raise IngotError(
                    f"buffer '{buffer.name}' (offset {buffer.offset:,}, {buffer.size:,} bytes) "
                    f"is outside pool '{buffer.pool}' of {owner.size:,} bytes",
                    where="network description",
                    remedy="Compile the network again.",
                )


def pool_of(network: Network, name: str) -> NetworkPool:
    try:
        return network.pool(name)
    except KeyError:
        raise IngotError(
            f"a buffer or initializer is in pool '{name}', which the network does not have",
            where="network description",
            remedy="Compile the network again.",
        ) from None


def _address(value: int | None) -> str:
    return "no fixed address" if value is None else f"0x{value:08X}"


def check_together(networks: Sequence[Network], aliases: Aliases) -> None:
    """Networks of one firmware have different names, and no two have a byte in common unless they take turns.

    Raises IngotError.
    """
    names = [network.name for network in networks]
    for name in names:
        if names.count(name) > 1:
            raise IngotError(
                f"two networks of the firmware are named '{name}'", remedy="Compile one with another name."
            )
    for first, second in itertools.combinations(networks, 2):
        if first.name in second.in_turn or second.name in first.in_turn:
            continue
        for low, high in itertools.product(first.pools, second.pools):
            common = aliases.bytes_of(used_range(low)).common(aliases.bytes_of(used_range(high)))
            if low.used and high.used and not low.relative and common.size:
                raise IngotError(
                    f"networks '{first.name}' and '{second.name}' both use {common} of pool '{low.name}'",
                    where="network description",
                    remedy=f"Compile '{second.name}' beside '{first.name}', or in turn with it.",
                )


def used_range(pool: NetworkPool) -> Range:
    """The addresses that a network uses of a pool."""
    base = pool.base or 0
    return Range(base + pool.start, base + pool.used)
