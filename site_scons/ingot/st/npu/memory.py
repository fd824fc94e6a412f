# SPDX-License-Identifier: Apache-2.0
"""The memory that a build's streams touch, byte by byte: which write was the last."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.st.npu.streams import Stream
from ingot.st.prebuilt.network_c import NetworkSource

#: In place of a write: nobody has written the byte; the application or a file of weights has.
NOBODY, INPUT, FILE = -1, -2, -3
#: ST's pools end so many bytes before their memory does.
EARLY_END = 8
#: Bytes of the largest pool that is looked at, and steps in which the record of one grows.
LARGEST, STEP = 1 << 27, 1 << 16
#: Most writes of a build; real ones have hundreds.
MOST = 32000
_PREFIX = "_mem_pool_"


@dataclass(frozen=True)
class Region:
    """Memory without a gap. label: name of a base that is added when the build runs, "" for an address.

    pools: names of the pools in it. writable: whether all of them are.
    """

    label: str
    start: int
    end: int
    pools: tuple[str, ...]
    writable: bool

    @property
    def name(self) -> str:
        """How messages name it."""
        return "+".join(self.pools) or self.label

    def holds(self, label: str, first: int, last: int) -> bool:
        """Whether all of these bytes are in it."""
        return same_base(self.label, label) and self.start <= first and last < self.end


@dataclass(frozen=True)
class Write:
    """Bytes that an epoch wrote: their offsets in a region, sorted. what: the stream or buffer."""

    epoch: int
    what: str
    region: Region
    offsets: npt.NDArray[np.int64]


@dataclass
class Memory:
    """writes: all so far. last: for each region's bytes, the index of the last write, or NOBODY, INPUT, FILE."""

    regions: tuple[Region, ...]
    writes: list[Write] = field(default_factory=list)
    last: dict[Region, npt.NDArray[np.int16]] = field(default_factory=dict)

    def region_of(self, label: str, first: int, last: int) -> Region | None:
        """The region that holds all of these bytes."""
        return next((region for region in self.regions if region.holds(label, first, last)), None)

    def of(self, region: Region, end: int) -> npt.NDArray[np.int16]:
        """The last writes of a region's bytes, at least up to offset end. Raises IngotError for more than any pool."""
        last = self.last.get(region)
        if last is None or len(last) < end:
            if end > LARGEST:
                raise IngotError(f"{region.name} is used up to byte {end:,}, more than any pool has")
            grown = np.full(min(-(-end // STEP) * STEP, LARGEST), NOBODY, np.int16)
            if last is not None:
                grown[: len(last)] = last
            self.last[region] = last = grown
        return last

    def mark(self, label: str, first: int, end: int, writer: int) -> None:
        """Says that the application or a file wrote the bytes first..end-1, as far as there is memory."""
        region = self.region_of(label, first, first)
        if region is not None and first < end:
            end = min(end, region.end) - region.start
            self.of(region, end)[first - region.start : end] = writer

    def write(self, write: Write) -> None:
        """An epoch writes."""
        if len(self.writes) >= MOST:
            raise IngotError(f"the build has more than {MOST:,} writes")
        self.of(write.region, int(write.offsets[-1]) + 1)[write.offsets] = len(self.writes)
        self.writes.append(write)


def same_base(full: str, label: str) -> bool:
    """Whether a base of network.c (`_mem_pool__user_io_input_0_net`) is one of a blob (`_user_io_input_0`)."""
    if not full or not label:
        return full == label
    plain = full.removeprefix(_PREFIX)
    label = label.removeprefix(_PREFIX)
    return plain == label or plain.startswith(f"{label}_")


def regions_of(source: NetworkSource) -> tuple[Region, ...]:
    """Pools of a build; those that follow each other without a gap, such as the NPU's RAMs, are one region.

    A pool that ends up to 8 bytes before the next begins belongs to it as well: ST's descriptions leave them out.
    """
    pools = sorted((pool for pool in source.pools if not pool.virtual and pool.size), key=lambda pool: pool.offset)
    regions: list[Region] = []
    for pool in pools:
        label = "" if pool.base is not None else pool.postfix
        start = 0 if label else pool.offset
        end = start + pool.size
        last = regions[-1] if regions else None
        joins = last is not None and not label and not last.label and last.writable == pool.writable
        if last is not None and joins and last.end <= start <= last.end + EARLY_END:
            regions[-1] = Region("", last.start, end, (*last.pools, pool.name), pool.writable)
        else:
            regions.append(Region(label, start, end, (pool.name,), pool.writable))
    users: dict[str, int] = {}
    for buffer in source.buffers:
        if buffer.label and not any(same_base(buffer.label, region.label) for region in regions if region.label):
            users[buffer.label] = max(users.get(buffer.label, 0), buffer.end)
    regions += [Region(label, 0, size, (), True) for label, size in sorted(users.items())]
    return tuple(regions)


def touched(stream: Stream) -> npt.NDArray[Any]:
    """The addresses of all bytes that a stream touches, sorted, each once. Raises IngotError for too many."""
    starts, length = stream.runs()
    first = int(starts.min())
    mask = np.zeros(int(starts.max()) - first + length, np.bool_)
    if len(starts) <= length:
        for start in starts - first:
            mask[start : start + length] = True
    else:
        for step in range(length):
            mask[starts - first + step] = True
    return np.flatnonzero(mask) + first


def common(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Numbers of `other` that are in `one`, too; both sorted, each number once."""
    inside = other[(other >= one[0]) & (other <= one[-1])]
    mask = np.zeros(int(one[-1] - one[0]) + 1, np.bool_)
    mask[one - one[0]] = True
    found: npt.NDArray[Any] = inside[mask[inside - one[0]]]
    return found
