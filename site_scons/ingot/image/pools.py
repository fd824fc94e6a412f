# SPDX-License-Identifier: Apache-2.0
"""The pools of a network as an image's descriptors, and the params that belong to them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingot.base.errors import IngotError
from ingot.board.mpool import initializer_pool
from ingot.image.nbin import EXTERNAL_FROM, MAX_DESCRIPTORS, PoolAttr, PoolData, PoolType, aligned
from ingot.network.types import Initializer, Network, NetworkPool

if TYPE_CHECKING:
    from ingot.board import Board, Mpool

READ_ONLY_ID, READ_WRITE_ID = 0, 1
#: Half of a RAM begins at a multiple of so many bytes.
HALF_STEP = 1 << 16


@dataclass(frozen=True)
class ImagePool:
    """One descriptor of an image, without its name's address.

    offset: of its bytes in the params. dst: absolute address, 0 for a relative pool. size: bytes used.
    lead: bytes in the params before the first one that the network uses, so that offsets count from the pool's base.
    """

    name: str
    fname: str
    pool_type: PoolType
    data: PoolData
    attributes: PoolAttr
    pool_id: int
    offset: int
    dst: int
    size: int
    lead: int = 0

    @property
    def flags(self) -> int:
        return self.pool_type << 24 | self.data << 16 | self.attributes << 8 | self.pool_id


@dataclass(frozen=True)
class ImagePools:
    """All descriptors of an image in their order, and the params: each pool's raw data, padded to 8."""

    pools: tuple[ImagePool, ...]
    params: bytes

    @property
    def acts_size(self) -> int:
        """Bytes of activations."""
        return sum(pool.size for pool in self.pools if pool.data == PoolData.ACTIV)

    @property
    def params_size(self) -> int:
        """Bytes of parameters without padding."""
        return sum(pool.size for pool in self.pools if pool.data != PoolData.ACTIV)

    @property
    def ext_ram_size(self) -> int:
        """Bytes of external RAM that the loader must be given: those of the read-write relative pool."""
        sizes = [p.size for p in self.pools if p.pool_type == PoolType.RELOC and p.pool_id == READ_WRITE_ID]
        return sum(sizes)

    def relative(self, pool_id: int) -> tuple[ImagePool, ...]:
        """The relative pools with that id: one or none."""
        return tuple(p for p in self.pools if p.pool_type == PoolType.RELOC and p.pool_id == pool_id)


def image_pools(network: Network, raws: Mapping[str, bytes], blobs_in_params: bool = False) -> ImagePools:
    """Descriptors and params of a network. raws: content of each initializer by its file name.

    Pools come by decreasing address, as ST's packager orders them; virtual and unused ones have no descriptor. A pool's
    descriptor covers all bytes that belong there, wherever in the pool its first used byte is.

    blobs_in_params: epoch-controller blobs will stand in front of the params, and are reached through the read-only
    relative pool; its bytes then come first. (ST's packager leaves another pool's bytes between the two, and the
    network does not find its blobs.)
    Raises IngotError for what the format cannot say: two relative pools of a kind, more than nine pools.
    """
    initializers = {item.pool: item for item in network.initializers}
    used = [p for p in network.pools if not p.virtual and (p.used > p.start or p.name in initializers)]
    used.sort(key=lambda pool: pool.base or 0, reverse=True)
    made: dict[str, ImagePool] = {}
    params = bytearray()
    for pool in sorted(used, key=_is_read_only_relative, reverse=True) if blobs_in_params else used:
        initializer = initializers.get(pool.name)
        content = b"" if initializer is None else _content(initializer, raws)
        image_pool = _image_pool(network, pool, initializer, content, len(params))
        made[pool.name] = image_pool
        if initializer is not None:
            params += bytes(image_pool.lead) + content
            params += bytes(aligned(len(params)) - len(params))
    pools = [made[pool.name] for pool in used]
    _check(network, pools)
    if blobs_in_params and not any(_is_read_only_relative(pool) for pool in used):
        raise IngotError(
            "the network has no read-only relative pool, through which blobs in the params are reached",
            where=network.model,
            remedy='Give the weights\' pool "mode": "USEMODE_RELATIVE" in the .mpool file, or drop ecblob_in_params=1.',
        )
    return ImagePools(tuple(pools), bytes(params))


def _is_read_only_relative(pool: NetworkPool) -> bool:
    return pool.relative and pool.rights != "ACC_WRITE"


def _content(initializer: Initializer, raws: Mapping[str, bytes]) -> bytes:
    content = raws[initializer.file]
    if len(content) != initializer.size or zlib.crc32(content) != initializer.crc32:
        raise IngotError(
            f"is not what the network was compiled with ({len(content):,} bytes, {initializer.size:,} expected)",
            where=initializer.file,
            remedy="Compile the network again.",
        )
    return content


def _image_pool(
    network: Network, pool: NetworkPool, initializer: Initializer | None, content: bytes, offset: int
) -> ImagePool:
    writable = pool.rights == "ACC_WRITE"
    attributes = (PoolAttr.WRITE if writable else PoolAttr.READ) | (PoolAttr.CACHED if pool.cacheable else PoolAttr(0))
    first = 0  # of the initializer, from the pool's base
    if initializer is not None and initializer.address is not None and pool.base is not None:
        first = initializer.address - pool.base
    data = PoolData.ACTIV if initializer is None else PoolData.MIXED if writable else PoolData.PARAM
    base = ImagePool(pool.name, pool.fname, PoolType.RELOC, data, attributes, 0, 0, 0, 0)
    if pool.relative:
        size = max(first + len(content) if initializer is not None else 0, pool.used)
        pool_id = READ_WRITE_ID if writable else READ_ONLY_ID
        lead = first if initializer is not None else 0
        return replace(base, pool_id=pool_id, offset=offset if initializer is not None else 0, size=size, lead=lead)
    if pool.base is None:
        raise IngotError(f"pool '{pool.name}' has neither an address nor the mode USEMODE_RELATIVE", where=pool.name)
    if pool.cacheable and pool.base < EXTERNAL_FROM:
        raise IngotError(
            f"pool '{pool.name}' 0x{pool.base:08X} is cacheable; the NPU reaches internal memory past its cache only",
            where=network.model,
            remedy='Take "cacheable" from that pool in the .mpool file and generate the network again.',
        )
    if initializer is not None:
        return replace(base, pool_type=PoolType.COPY, offset=offset, dst=pool.base + first, size=len(content))
    return replace(base, pool_type=PoolType.RESET, dst=pool.base + pool.start, size=pool.used - pool.start)


def _check(network: Network, pools: list[ImagePool]) -> None:
    for pool_id, kind in ((READ_ONLY_ID, "read-only"), (READ_WRITE_ID, "read-write")):
        relative = [p.name for p in pools if p.pool_type == PoolType.RELOC and p.pool_id == pool_id]
        if len(relative) > 1:
            raise IngotError(
                f"the network uses {len(relative)} {kind} relative pools ({', '.join(relative)}); "
                "an image can have one",
                where=network.model,
                remedy="Take USEMODE_RELATIVE from all but one in the .mpool file.",
            )
    if len(pools) > MAX_DESCRIPTORS:
        raise IngotError(
            f"the network uses {len(pools)} pools; the loader takes at most {MAX_DESCRIPTORS}",
            where=network.model,
            remedy="Join pools in the .mpool file.",
        )


def relocatable_pools(board: Board, mpool: Mpool, npu: bool = False) -> Mpool:
    """The pools to compile an image for: read-only ones in flash become relative.

    An image carries its weights to wherever it is installed; at a fixed flash address they would have to be flashed
    beside it, and a loader cannot copy to flash.

    npu: layers run on the chip's NPU, whose programs name addresses. Then weights and programs have one: the upper half
    of the largest external RAM, where the loader copies them. Raises IngotError for a board without.
    """
    if npu:
        return _copied_pools(mpool)
    pools = []
    for pool in mpool.pools:
        region = board.region_at(pool.base) if pool.base is not None and pool.enabled else None
        flash = region is not None and region.kind == "flash"
        pools.append(replace(pool, relative=True) if flash and not pool.writable else pool)
    return replace(mpool, pools=tuple(pools))


def _copied_pools(mpool: Mpool) -> Mpool:
    """The pool of the weights in external RAM, of which other data have the lower half."""
    weights = initializer_pool(mpool)
    external = [pool for pool in mpool.enabled if pool.writable and (pool.base or 0) >= EXTERNAL_FROM]
    if not external:
        raise IngotError(
            "an image with layers for the NPU needs external RAM, to which its programs and weights are copied",
            where="reloc",
            remedy="Take a board with such a RAM in its pools, or npu=0.",
        )
    ram = max(external, key=lambda pool: (pool.size, -(pool.base or 0)))
    half = ram.size // 2 // HALF_STEP * HALF_STEP
    changed = {
        ram.name: replace(ram, size=half),
        weights.name: replace(weights, base=(ram.base or 0) + half, size=ram.size - half, relative=False),
    }
    return replace(mpool, pools=tuple(changed.get(pool.name, pool) for pool in mpool.pools))
