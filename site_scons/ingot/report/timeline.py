# SPDX-License-Identifier: Apache-2.0
"""Memory over inference steps: pools as lanes, epochs as time, buffers as bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingot.network.types import Network, NetworkBuffer

_MOVING = ("input", "output", "activation", "state", "scratch")


@dataclass(frozen=True)
class Bar:
    """A buffer. first, last: epochs (inclusive) in which it lives. offset, size: bytes in its pool. address: of its
    first byte, None where the pool has no fixed address. detail: what hovering shows."""

    name: str
    role: str
    first: int
    last: int
    offset: int
    size: int
    address: int | None
    ring_rows: int
    detail: str


@dataclass(frozen=True)
class Lane:
    """A pool with buffers that come and go. extent: bytes from its base that are drawn."""

    name: str
    extent: int
    size: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Timeline:
    """lanes: by name of the pool. live: bytes in use in each epoch, over all lanes, overlaps counted once.

    peak_epoch: the first epoch with the most bytes. first, last: epochs that the picture spans.
    """

    lanes: tuple[Lane, ...]
    live: tuple[int, ...]
    peak_epoch: int
    first: int
    last: int

    @property
    def peak(self) -> int:
        return max(self.live, default=0)

    @property
    def steps(self) -> int:
        return self.last - self.first + 1


def timeline(network: Network) -> Timeline:
    """The picture of a network's buffers. Parameters do not move and are not in it."""
    moving = [buffer for buffer in network.buffers if buffer.role in _MOVING and buffer.pool]
    first = min((buffer.epochs[0] for buffer in moving), default=0)
    last = max([buffer.epochs[1] for buffer in moving] + [epoch.number for epoch in network.epochs], default=0)
    lanes = []
    for pool in network.pools:
        bars = tuple(_bar(buffer, pool.base, last) for buffer in moving if buffer.pool == pool.name)
        if bars:
            extent = max(bar.offset + bar.size for bar in bars)
            lanes.append(Lane(pool.name, extent, pool.size, bars))
    live = tuple(sum(covered(_spans(lane, step)) for lane in lanes) for step in range(first, last + 1))
    most = max(live, default=0)
    return Timeline(tuple(lanes), live, first + live.index(most) if live else first, first, last)


def covered(spans: Iterable[tuple[int, int]]) -> int:
    """Bytes in the union of half-open ranges."""
    total, end = 0, -1
    for start, stop in sorted(spans):
        total += max(0, stop - max(start, end))
        end = max(end, stop)
    return total


def _spans(lane: Lane, step: int) -> Sequence[tuple[int, int]]:
    return [(bar.offset, bar.offset + bar.size) for bar in lane.bars if bar.first <= step <= bar.last]


def _bar(buffer: NetworkBuffer, base: int | None, last: int) -> Bar:
    address = None if base is None else base + buffer.offset
    shape = "x".join(map(str, buffer.shape))
    lines = [
        buffer.name,
        f"{buffer.dtype} {shape}, {buffer.size:,} bytes"
        + (f", ring of {buffer.ring_rows} rows" * bool(buffer.ring_rows)),
        f"{buffer.role} in {buffer.pool} at +{buffer.offset:,}" + ("" if address is None else f" ({address:#010x})"),
        f"epochs {buffer.epochs[0]} to {min(buffer.epochs[1], last)}",
    ]
    return Bar(
        name=buffer.name,
        role=buffer.role,
        first=buffer.epochs[0],
        last=min(buffer.epochs[1], last),
        offset=buffer.offset,
        size=buffer.size,
        address=address,
        ring_rows=buffer.ring_rows,
        detail="\n".join(lines),
    )
