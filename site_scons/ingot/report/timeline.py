# SPDX-License-Identifier: Apache-2.0
"""Memory over inference steps: pools as lanes, epochs as time, buffers as bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingot.network.names import short_name
from ingot.network.types import Network, NetworkBuffer
from ingot.report.overlays import Life, Ranges, lives

_MOVING = ("input", "output", "activation", "state", "scratch")


@dataclass(frozen=True)
class Bar:
    """A buffer. first, last: epochs (inclusive) in which it lives. offset, size: bytes in its pool. address: of its
    first byte, None where the pool has no fixed address. detail: what hovering shows. position: in Network.buffers.

    taken, takes: its bytes that another one takes over in `last`, and that it takes over in `first`. sharing: how it
    shares memory, in words, "" where it does not. part: it is a part of another buffer that is there, too.
    """

    name: str
    role: str
    first: int
    last: int
    offset: int
    size: int
    address: int | None
    ring_rows: int
    detail: str
    position: int = 0
    taken: Ranges = ()
    takes: Ranges = ()
    sharing: str = ""
    part: bool = False


@dataclass(frozen=True)
class Lane:
    """A pool with buffers that come and go. extent: bytes from its base that are drawn. base: its address."""

    name: str
    extent: int
    size: int
    bars: tuple[Bar, ...]
    base: int | None = None


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
    """The picture of a network's buffers, in the order in which they begin. Parameters do not move."""
    positions = [at for at, buffer in enumerate(network.buffers) if buffer.role in _MOVING and buffer.pool]
    moving = [network.buffers[at] for at in positions]
    first = min((buffer.epochs[0] for buffer in moving), default=0)
    last = max([buffer.epochs[1] for buffer in moving] + [epoch.number for epoch in network.epochs], default=0)
    life = lives(network, positions)
    lanes = []
    for pool in network.pools:
        bars = [_bar(network, at, life[at], pool.base) for at in positions if network.buffers[at].pool == pool.name]
        if bars:
            extent = max(bar.offset + bar.size for bar in bars)
            bars.sort(key=lambda bar: (bar.part, bar.first, bar.offset))
            lanes.append(Lane(pool.name, extent, pool.size, tuple(bars), pool.base))
    live = tuple(_live(moving, step) for step in range(first, last + 1))
    most = max(live, default=0)
    return Timeline(tuple(lanes), live, first + live.index(most) if live else first, first, last)


def covered(spans: Iterable[tuple[int, int]]) -> int:
    """Bytes in the union of half-open ranges."""
    total, end = 0, -1
    for start, stop in sorted(spans):
        total += max(0, stop - max(start, end))
        end = max(end, stop)
    return total


def _live(moving: Sequence[NetworkBuffer], step: int) -> int:
    """Bytes that the plan keeps in an epoch, over all pools."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for buffer in moving:
        if buffer.epochs[0] <= step <= buffer.epochs[1]:
            spans.setdefault(buffer.pool, []).append((buffer.offset, buffer.offset + buffer.size))
    return sum(map(covered, spans.values()))


def _bar(network: Network, position: int, life: Life, base: int | None) -> Bar:
    buffer = network.buffers[position]
    address = None if base is None else base + buffer.offset
    shape = "x".join(map(str, buffer.shape))
    sharing = _sharing(life)
    lines = [
        buffer.name,
        f"{buffer.dtype} {shape}, {buffer.size:,} bytes"
        + (f", ring of {buffer.ring_rows} rows" * bool(buffer.ring_rows)),
        f"{buffer.role} in {buffer.pool} at +{buffer.offset:,}" + ("" if address is None else f" ({address:#010x})"),
        f"epochs {life.first} to {life.last}",
        *([sharing] if sharing else []),
    ]
    return Bar(
        name=buffer.name,
        role=buffer.role,
        first=life.first,
        last=life.last,
        offset=buffer.offset,
        size=buffer.size,
        address=address,
        ring_rows=buffer.ring_rows,
        detail="\n".join(lines),
        position=position,
        taken=life.taken,
        takes=life.takes,
        sharing=sharing,
        part=bool(life.inside),
    )


def _sharing(life: Life) -> str:
    """How a buffer shares memory: "in place of a (1,024 bytes)", "part of b"."""
    said = []
    if life.over:
        names = " and ".join(map(short_name, life.over))
        said.append(f"in place of {names} from epoch {life.first} ({covered(life.takes):,} bytes)")
    if life.inside:
        said.append(f"part of {short_name(life.inside)}")
    return ", ".join(said)
