# SPDX-License-Identifier: Apache-2.0
"""Memory pools: what a `.mpool` file says, and which pools a network's data go to.

`mpool_reading` and `mpool_writing` have the file's form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.board.ranges import Range, size_text

EXTERNAL_FROM = 0x60000000  # Cortex-M: external RAM and devices start here, internal SRAM is below

PREFIX_OF_ST = "atonbuf"


@dataclass(frozen=True)
class Pool:
    """One memory pool.

    name: its name in c_info and network.c. fname: postfix of its initializer file.
    base: address of the first byte; None where the file leaves it open (offset 0).
    size: bytes; 0 disables the pool.
    relative: position-independent (USEMODE_RELATIVE): the base is chosen when the image is installed.
    freq_ratio: NPU clock : memory clock. byte_width: bytes of the bus. *_power: mW, for estimates only.
    cacheable, bypass...: None where the file says nothing (the tools' default applies).
    """

    name: str
    fname: str
    base: int | None
    size: int
    rights: str = "ACC_WRITE"
    throughput: str = "MID"
    latency: str = "MID"
    byte_width: int = 8
    freq_ratio: float = 1.0
    cacheable: bool | None = None
    constants_preferred: bool | None = None
    read_power: float | None = None
    write_power: float | None = None
    relative: bool = False
    file_format: str = "FORMAT_RAW"
    burst_max_length: int | None = None
    burst_penalty: float | None = None
    pipelined: bool | None = None
    bus_node: int | None = None

    @property
    def enabled(self) -> bool:
        """Whether it is memory that a network may use. FORMAT_C is the NPU compiler's list of constants, not memory."""
        return self.size > 0 and self.file_format != "FORMAT_C"

    @property
    def writable(self) -> bool:
        return self.rights == "ACC_WRITE"

    @property
    def range(self) -> Range:
        """Its address range. Raises ValueError when the base is open."""
        if self.base is None:
            raise ValueError(f"pool {self.name} has no address")
        return Range(self.base, self.base + self.size)

    @property
    def score(self) -> int:
        """See `score`."""
        return score(self.throughput, self.latency, self.writable)


@dataclass(frozen=True)
class Mpool:
    """A `.mpool` file.

    prefix: middle part of initializer names, `<network>_<prefix>.<fname>.raw`.
    params: (name, value in bytes) pairs of ST's "params". cacheinfo: the NPU cache, as in the file.
    path, lines: where it was read (line of each pool by index), for messages; no part of the value.
    """

    pools: tuple[Pool, ...]
    prefix: str = PREFIX_OF_ST
    params: tuple[tuple[str, int], ...] = ()
    cacheinfo: tuple[Mapping[str, Any], ...] = ()
    path: Path = field(default=Path("(pools)"), compare=False)
    lines: tuple[int, ...] = field(default=(), compare=False)

    @property
    def enabled(self) -> tuple[Pool, ...]:
        return tuple(pool for pool in self.pools if pool.enabled)

    def pool(self, name: str) -> Pool:
        """The pool of that name. Raises KeyError."""
        for pool in self.pools:
            if pool.name == name:
                return pool
        raise KeyError(name)

    def where(self, pool: Pool) -> str:
        """`file:line` of a pool, for messages."""
        position = self.pools.index(pool) if pool in self.pools else len(self.lines)
        return f"{self.path}:{self.lines[position]}" if position < len(self.lines) else str(self.path)


def score(throughput: str, latency: str, writable: bool) -> int:
    """How good a pool is for activations, 0 to 94; placement tries the highest first.

    94 less the cost of a lower throughput (MID 7, LOW 14), of a higher latency (MID 3, HIGH 5) and of being read-only
    (32). ST does not publish its formula; this one gives the scores in the outputs of its compiler for every kind of
    pool seen there: npuRAM (HIGH/LOW) 94, virtual pool of both (HIGH/MID) 91, cpuRAM (MID/MID) 84,
    hyperRAM (MID/HIGH) 82, octoFlash (MID/HIGH, read-only) 50.
    """
    slower = {"HIGH": 0, "MID": 7, "LOW": 14}[throughput]
    later = {"LOW": 0, "MID": 3, "HIGH": 5}[latency]
    return 94 - slower - later - (0 if writable else 32)


def activation_pools(mpool: Mpool) -> tuple[Pool, ...]:
    """Writable pools with an address, best score first, then by address."""
    usable = [pool for pool in mpool.enabled if pool.writable and pool.base is not None]
    return tuple(sorted(usable, key=lambda pool: (-pool.score, pool.base)))


def initializer_pool(mpool: Mpool, size: int = 0) -> Pool:
    """The pool that `size` bytes of weights go to.

    Of those that are large enough: read-only ones first, then those that prefer constants, then the best score. A
    writable pool is taken only when it says `constants_preferred`. Raises IngotError when there is none.
    """
    usable = [p for p in mpool.enabled if p.base is not None and (not p.writable or p.constants_preferred)]
    if not usable:
        raise IngotError(
            "no pool can hold the weights",
            where=str(mpool.path),
            remedy='Give one pool "rights": "ACC_READ" or "constants_preferred": "true", and a size.',
        )
    fitting = [pool for pool in usable if pool.size >= size]
    if not fitting:
        largest = max(usable, key=lambda p: p.size)
        raise IngotError(
            f"{size:,} bytes of weights fit no pool; the largest that takes weights is '{largest.name}', "
            f"{size_text(largest.size)}",
            where=mpool.where(largest),
            remedy="Enlarge that pool, or take a smaller model.",
        )
    return min(fitting, key=lambda p: (p.writable, not p.constants_preferred, -p.score, p.base))


def resized(mpool: Mpool, sizes: Mapping[str, int]) -> Mpool:
    """The same pools with other sizes (bytes) for those named. Raises IngotError for a name it does not have."""
    names = [pool.name for pool in mpool.pools]
    for name in sizes:
        if name not in names:
            raise IngotError(f"there is no pool '{name}'", where=str(mpool.path), remedy=did_you_mean(name, names))
    return replace(mpool, pools=tuple(replace(p, size=sizes.get(p.name, p.size)) for p in mpool.pools))
