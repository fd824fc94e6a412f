# SPDX-License-Identifier: Apache-2.0
"""What a network uses of its memory pools: extents of each pool, and the bytes of all activations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ingot.board.aliases import NO_ALIASES, Aliases
from ingot.board.ranges import Range
from ingot.network.types import Network, NetworkBuffer, NetworkPool


def pool_usage(network: Network) -> tuple[NetworkPool, ...]:
    """The pools with `start` and `used` from the buffers. A buffer in a virtual pool takes bytes of the real ones.

    A real pool's stated use is kept where it is more: c_info may leave buffers out. The sum over real pools counts no
    byte twice; a virtual pool's own figure is its extent.
    """
    spans = _spans(network.pools, network.buffers)
    result = []
    for pool in network.pools:
        start, end = spans.get(pool.name, (0, 0))
        used = max(pool.used, end)
        result.append(replace(pool, start=start if pool.name in spans else 0, used=used))
    return tuple(result)


def with_stated_use(
    pools: Sequence[NetworkPool], stated: Mapping[str, tuple[int, int]], buffers: Iterable[NetworkBuffer]
) -> tuple[NetworkPool, ...]:
    """The real pools that hold more than the listed buffers, with `used` as the comments of network.c state it.

    Without --all-buffers-info, ST's compiler lists inputs, outputs and parameters only. stated: pool -> least and most
    bytes that the rounded figure can mean; the most is taken, rounded down to the 8 bytes that sizes are multiples of.
    """
    spans = _spans(pools, buffers)
    result = []
    for pool in pools:
        least, most = stated.get(pool.name, (0, 0))
        hidden = not pool.virtual and least > spans.get(pool.name, (0, 0))[1]
        result.append(replace(pool, used=min(most - most % 8, pool.size)) if hidden else pool)
    return tuple(result)


def activation_bytes(
    pools: Sequence[NetworkPool], buffers: Iterable[NetworkBuffer], aliases: Aliases = NO_ALIASES
) -> int:
    """Bytes that activations take: in each physical pool from the lowest to the highest used byte, no byte twice.

    A buffer in a virtual pool counts in the real pools that it lies in, and two pools at one address count once. A pool
    to write whose `used` is past all buffers holds some that are not listed, and counts from its first byte.
    aliases: the board's, where it is known.
    """
    buffers = tuple(buffers)
    everything, spans = _spans(pools, buffers), _spans(pools, [b for b in buffers if b.role != "param"])
    fixed, total = [], 0
    for pool in pools:
        start, end = spans.get(pool.name, (0, 0))
        if pool.used > everything.get(pool.name, (0, 0))[1] and pool.rights != "ACC_READ":
            start, end = 0, pool.used
        if pool.virtual and pool.base is not None:
            continue  # counted in its members
        if pool.base is None:
            total += end - start
        else:
            fixed.append(Range(pool.base + start, pool.base + end))
    return total + aliases.union(fixed).size


def _spans(pools: Sequence[NetworkPool], buffers: Iterable[NetworkBuffer]) -> dict[str, tuple[int, int]]:
    """Pool -> lowest and end offset of the buffers' bytes in it; pools without any are left out."""
    spans: dict[str, tuple[int, int]] = {}
    by_name = {pool.name: pool for pool in pools}
    for buffer in buffers:
        pool = by_name.get(buffer.pool)
        if pool is None or not buffer.size:
            continue
        for name, start, end in _pieces(pool, buffer, by_name):
            low, high = spans.get(name, (start, end))
            spans[name] = (min(low, start), max(high, end))
    return spans


def _pieces(
    pool: NetworkPool, buffer: NetworkBuffer, pools: Mapping[str, NetworkPool]
) -> Iterable[tuple[str, int, int]]:
    """(pool, first offset, end) of a buffer in its pool, and of its part in each real pool below a virtual one."""
    yield pool.name, buffer.offset, buffer.offset + buffer.size
    if pool.base is None:
        return
    start = pool.base + buffer.offset
    for name in pool.subpools:
        member = pools.get(name)
        if member is None or member.base is None:
            continue
        low, high = max(start, member.base), min(start + buffer.size, member.base + member.size)
        if low < high:
            yield name, low - member.base, high - member.base
