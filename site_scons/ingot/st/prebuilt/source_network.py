# SPDX-License-Identifier: Apache-2.0
"""The Network that a network.c alone amounts to, from its comments and tables."""

from __future__ import annotations

from collections.abc import Iterable

from ingot.base.errors import IngotError
from ingot.network.types import Network, NetworkBuffer, NetworkEpoch, NetworkPool
from ingot.st.prebuilt.network_c import NetworkSource, SourceBuffer, SourcePool
from ingot.st.prebuilt.usage import activation_bytes, with_stated_use

MOVED = "Its tables were changed after it was generated, or damaged: take the file again from where it was generated."


def network_of_source(source: NetworkSource, where: str) -> Network:
    """The description that the comments and tables of a network.c amount to. where: how messages call the file.

    It lacks what only c_info has: how long a buffer lives (the epoch that writes it is given twice), MACs, layers.
    Raises IngotError for a buffer that lies in none of the file's pools.
    """
    buffers = tuple(_buffers(source, where))
    pools = with_stated_use(
        [_pool(pool, source.pools) for pool in source.pools],
        {pool.name: pool.stated for pool in source.pools if pool.stated is not None},
        buffers,
    )
    return Network(
        name=source.name or "network",
        model=source.model or source.name,
        model_sha256="",
        compiler="prebuilt",
        compiler_version=source.description or str(source.version or ""),
        pools=pools,
        buffers=buffers,
        epochs=tuple(_epochs(source)),
        layers=(),
        initializers=(),
        peak=activation_bytes(pools, buffers),
    )


def _pool(pool: SourcePool, pools: Iterable[SourcePool]) -> NetworkPool:
    return NetworkPool(
        name=pool.name,
        fname="" if pool.virtual else pool.postfix,
        base=pool.base,
        size=pool.size,
        used=0,
        rights="ACC_WRITE" if pool.writable else "ACC_READ",
        score=pool.score,
        cacheable=pool.cacheable,
        relative=pool.relative,
        subpools=tuple(_members(pool, pools)) if pool.virtual else (),
    )


def _members(pool: SourcePool, pools: Iterable[SourcePool]) -> list[str]:
    """The real pools inside a virtual one, lowest address first."""
    start = pool.base or 0
    inside = [
        (p.base, p.name)
        for p in pools
        if not p.virtual and p.size and p.base is not None and start <= p.base < start + pool.size
    ]
    return [name for _, name in sorted(inside)]


def _buffers(source: NetworkSource, where: str) -> Iterable[NetworkBuffer]:
    """Inputs, outputs, then the rest; a buffer that is listed twice counts as input or output.

    ST lists parameters in the table of inputs.
    """
    order = {"input": 0, "output": 1, "internal": 2}
    seen: set[tuple[str, int | None, int]] = set()
    for buffer in sorted(source.buffers, key=lambda item: order[item.kind]):
        key = (buffer.name, buffer.base, buffer.offset)
        if key in seen:
            continue
        seen.add(key)
        role = "param" if buffer.param else "activation" if buffer.kind == "internal" else buffer.kind
        yield NetworkBuffer(
            name=buffer.name,
            pool=_pool_name(buffer, source.pools, where),
            offset=0 if buffer.user else buffer.offset,
            size=buffer.end - buffer.offset,
            shape=buffer.shape,
            dtype=buffer.dtype,
            role=role,
            epochs=(buffer.epoch, buffer.epoch),
            scale=buffer.scale,
            zero_point=buffer.zero_point,
        )


def _pool_name(buffer: SourceBuffer, pools: Iterable[SourcePool], where: str) -> str:
    """The pool that holds a buffer, "" for one that the application allocates.

    The compiler counts offsets from a pool's first byte. Of two pools at one address the smaller one that holds the
    buffer is meant. Raises IngotError when there is none: the buffer would be missing from every figure.
    """
    if buffer.user:
        return ""
    if buffer.base is None:
        at = [pool for pool in pools if pool.relative and f"_mem_pool_{pool.postfix}_" in buffer.label]
        place = f"'{buffer.label}'" if buffer.label else "an address that cannot be read"
    else:
        at = [pool for pool in pools if pool.base == buffer.base and pool.size]
        place = f"0x{buffer.base:08X}"
    holding = [pool for pool in at if buffer.end <= pool.size]
    if holding:
        return min(holding, key=lambda pool: (pool.virtual, pool.size)).name
    if at:
        pool = max(at, key=lambda pool: pool.size)
        what = f"ends at byte {buffer.end:,} of pool '{pool.name}', which has {pool.size:,}"
    else:
        what = f"lies at {place} + {buffer.offset:,}, and none of the file's memory pools begins there"
    raise IngotError(f"buffer '{buffer.name}' {what}", where=where, remedy=MOVED)


def _epochs(source: NetworkSource) -> Iterable[NetworkEpoch]:
    for block in source.blocks:
        for number in range(block.first, block.last + 1):
            kernels = source.kinds.get(number, ())
            why = ", ".join(dict.fromkeys(kernels)) if block.kind == "SW" else ""
            yield NetworkEpoch(number, "SW" if block.kind == "SW" else "EC", kernels, 0, why=why)
