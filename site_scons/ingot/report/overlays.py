# SPDX-License-Identifier: Apache-2.0
"""Buffers that share bytes while both live: written in place of another one, or a part (a view) of it.

A plan gives buffers that share their memory one lifetime. What each epoch reads and writes says when which of them is
there: the one until the epoch that reads it last, the other from the epoch that writes it first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingot.network.types import Network, NetworkBuffer

#: Half-open ranges of bytes from a buffer's first.
Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Life:
    """When a buffer is there, and what it shares.

    first, last: epochs, inclusive. taken: bytes that another buffer takes over in `last`. takes: bytes that it takes
    over from others in `first`. over: names of those. inside: the name of the buffer that it is a part of, or "".
    """

    first: int
    last: int
    taken: Ranges = ()
    takes: Ranges = ()
    over: tuple[str, ...] = ()
    inside: str = ""


@dataclass
class _Shared:
    taken: list[tuple[int, int]] = field(default_factory=list)
    takes: list[tuple[int, int]] = field(default_factory=list)
    over: list[int] = field(default_factory=list)
    inside: str = ""


def lives(network: Network, positions: Sequence[int]) -> dict[int, Life]:
    """Position in network.buffers -> when that buffer is there. positions: of those that have a pool."""
    pairs = _pairs(network, positions)
    sharing = {position for pair in pairs for position in pair}
    spans = {at: _span(network, at) if at in sharing else network.buffers[at].epochs for at in positions}
    shared: dict[int, _Shared] = {at: _Shared() for at in positions}
    for one, other in pairs:
        _share(network, one, other, spans, shared)
    found = {}
    for at, item in shared.items():
        over = tuple(network.buffers[other].name for other in item.over if not shared[other].inside)
        found[at] = Life(*spans[at], _union(item.taken), _union(item.takes), over, item.inside)
    return found


def _union(ranges: Sequence[tuple[int, int]]) -> Ranges:
    """The same bytes as ranges that do not touch, in their order."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


def _pairs(network: Network, positions: Sequence[int]) -> list[tuple[int, int]]:
    """Buffers that have bytes in common while both live, by the plan."""
    found = []
    for index, one in enumerate(positions):
        a = network.buffers[one]
        for other in positions[index + 1 :]:
            b = network.buffers[other]
            if a.pool == b.pool and _common(a, b) and a.epochs[0] <= b.epochs[1] and b.epochs[0] <= a.epochs[1]:
                found.append((one, other))
    return found


def _common(a: NetworkBuffer, b: NetworkBuffer) -> tuple[int, int] | None:
    """The bytes of a pool that both have."""
    low, high = max(a.offset, b.offset), min(a.offset + a.size, b.offset + b.size)
    return (low, high) if low < high else None


def _span(network: Network, position: int) -> tuple[int, int]:
    """From the first epoch that writes the buffer to the last that reads it, within the plan's lifetime."""
    buffer = network.buffers[position]
    written = [epoch.number for epoch in network.epochs if position in epoch.writes]
    read = [epoch.number for epoch in network.epochs if position in epoch.reads]
    first, last = buffer.epochs
    if written and buffer.role not in ("input", "state"):
        first = max(first, min(written))
    if read and buffer.role not in ("output", "state"):
        last = min(last, max(read))
    return first, max(first, last)


def _share(
    network: Network, one: int, other: int, spans: Mapping[int, tuple[int, int]], shared: Mapping[int, _Shared]
) -> None:
    """Notes what two buffers with bytes in common do to each other."""
    if spans[one] > spans[other]:
        one, other = other, one
    (first, last), (begins, ends) = spans[one], spans[other]
    if last < begins:
        return  # each is gone before the other comes
    a, b = network.buffers[one], network.buffers[other]
    common = _common(a, b)
    assert common is not None, "pairs have bytes in common"
    low, high = common
    if last == begins and first < last:
        shared[one].taken.append((low - a.offset, high - a.offset))
        shared[other].takes.append((low - b.offset, high - b.offset))
        shared[other].over.append(one)
    elif _within(b, a) and begins >= first and ends <= last:
        shared[other].inside = a.name
    elif _within(a, b):
        shared[one].inside = b.name
    else:
        shared[other].inside = a.name


def _within(a: NetworkBuffer, b: NetworkBuffer) -> bool:
    return b.offset <= a.offset and a.offset + a.size <= b.offset + b.size
