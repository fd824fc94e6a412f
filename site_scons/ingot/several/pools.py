# SPDX-License-Identifier: Apache-2.0
"""The pools that are left for a network when others of the same firmware are compiled already.

Weights follow weights. Activations follow those of the networks that may run at the same time ("beside"); those of
networks that never do ("in turn") may lie in the same memory, since an inference leaves nothing behind but its outputs,
which the application has taken by then. A network that remembers something between inferences cannot take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingot.base.errors import IngotError
from ingot.board import Mpool, Pool
from ingot.board.aliases import Aliases
from ingot.board.mpool import initializer_pool
from ingot.network.state import check_stateless
from ingot.network.types import Network
from ingot.several.names import check_names

#: Activations begin on a boundary that suits every kernel and cache line.
ACTIVATIONS_ALIGNED = 64

#: Weights begin on a boundary of flash sectors, so that each network can be written by itself.
WEIGHTS_ALIGNED = 4096


def pools_left(mpool: Mpool, aliases: Aliases, beside: Sequence[Network], in_turn: Sequence[Network] = ()) -> Mpool:
    """The pools without what other networks take, at the start of each.

    beside: networks that may run at the same time. in_turn: networks that never do.
    Raises IngotError: two have one name, one that takes turns keeps state, or there is no room left for weights.
    """
    check_names([network.name for network in (*beside, *in_turn)])
    for network in in_turn:
        check_stateless(network.name, any(buffer.role == "state" for buffer in network.buffers))
    constants = initializer_pool(mpool).name

    def left(pool: Pool) -> Pool:
        if pool.base is None or not pool.enabled:
            return pool
        if pool.name == constants:
            return _behind(pool, _used(pool, aliases, (*beside, *in_turn)), WEIGHTS_ALIGNED)
        return _behind(pool, _used(pool, aliases, beside), ACTIVATIONS_ALIGNED)

    rest = replace(mpool, pools=tuple(left(pool) for pool in mpool.pools))
    if not rest.pool(constants).enabled:
        raise IngotError(
            f"the weights of {_names((*beside, *in_turn))} leave no room in pool '{constants}'",
            where=mpool.where(mpool.pool(constants)),
            remedy="Enlarge the pool in the board's .mpool file.",
        )
    return rest


def _used(pool: Pool, aliases: Aliases, networks: Sequence[Network]) -> int:
    """Bytes from the start of the pool to the last one that a network uses of it; 0 when none uses it."""
    uses = [item for network in networks for item in network.pools if item.name == pool.name and item.used]
    start = aliases.physical_address(pool.base or 0)
    return max((aliases.physical_address(item.base or 0) - start + item.used for item in uses), default=0)


def _behind(pool: Pool, used: int, alignment: int) -> Pool:
    """The pool without its first `used` bytes; disabled when nothing is left."""
    assert pool.base is not None
    if used <= 0:
        return pool
    end = pool.base + used
    start = min((end + alignment - 1) // alignment * alignment, pool.base + pool.size)
    return replace(pool, base=start, size=pool.base + pool.size - start)


def _names(networks: Sequence[Network]) -> str:
    return " and ".join(f"'{network.name}'" for network in networks)
