# SPDX-License-Identifier: Apache-2.0
"""The memory map of a finished firmware: who owns which bytes, what is used, what is free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ingot.board.board import Board
from ingot.board.ranges import Range, merged_addresses, size_text
from ingot.network.types import Network


@dataclass(frozen=True)
class Claim:
    """Bytes that somebody owns.

    owner: "application", "network" or "flash" (a slot). name: what it is, as messages say it: "section '.bss'".
    place: file (and line) to edit. used: bytes of it in use, counted from its start; None when all of them are.
    parts: what lies inside: the initializer in its pool, the image in its slot.
    filler: alignment between sections; no row of its own in the printed map.
    """

    owner: str
    name: str
    range: Range
    place: str
    used: int | None = None
    parts: tuple[Claim, ...] = ()
    filler: bool = False

    @property
    def used_size(self) -> int:
        return self.range.size if self.used is None else self.used


@dataclass(frozen=True)
class MemoryMap:
    """All claims on a board, proven not to overlap.

    claims: by address. application: the block for data, heap and stack and the bytes of it in use.
    extra: other RAM that the pools leave: name, block, bytes in use. others: further networks of the firmware.
    """

    board: Board = field(repr=False)
    network: Network = field(repr=False)
    claims: tuple[Claim, ...]
    application: Range
    application_used: int
    extra: tuple[tuple[str, Range, int], ...] = ()
    others: tuple[Network, ...] = ()

    @property
    def networks(self) -> tuple[Network, ...]:
        """All networks of the firmware."""
        return (self.network, *self.others)

    @property
    def application_free(self) -> int:
        """Bytes of the application's main RAM that nothing uses."""
        return self.application.size - self.application_used


@dataclass(frozen=True)
class Usage:
    """One line of the summary: `used` of `size` bytes."""

    name: str
    range: Range
    used: int

    @property
    def free(self) -> int:
        return self.range.size - self.used


@dataclass(frozen=True)
class MemorySummary:
    """What people want to see after a build. weights: bytes of all initializers. application: RAM of the firmware."""

    pools: tuple[Usage, ...]
    slots: tuple[Usage, ...]
    application: tuple[Usage, ...]
    weights: int


def summarize(memory_map: MemoryMap) -> MemorySummary:
    """The figures for the console."""
    claims = memory_map.claims
    return MemorySummary(
        pools=tuple(_usage(c) for c in claims if c.owner == "network"),
        slots=tuple(_usage(c) for c in claims if c.owner == "flash"),
        application=(
            Usage("ram", memory_map.application, memory_map.application_used),
            *(Usage(name, block, used) for name, block, used in memory_map.extra),
        ),
        weights=sum(item.size for network in memory_map.networks for item in network.initializers),
    )


def used_bytes(memory_map: MemoryMap, kind: str) -> int:
    """Bytes in use of all memories of a kind ("ram", "flash"), as the printed map counts them."""
    board = memory_map.board
    names = [name for name in board.memory_names if board.banks(name) and board.banks(name)[0].kind == kind]
    return sum(row.used or 0 for name in names for row in _rows(memory_map, board.memory(name)))


def _usage(claim: Claim) -> Usage:
    return Usage(claim.name.split("'")[1] if "'" in claim.name else claim.name, claim.range, claim.used_size)


def memory_map_text(memory_map: MemoryMap, more: Sequence[str] = ()) -> str:
    """memory_map.txt: one table a memory, rows by address, free space included. The same map gives the same text.

    more: lines about the networks.
    """
    board = memory_map.board
    lines = [
        f"Memory map of {board.name}{' (emulated twin)' if board.is_twin else ''}: {board.title}",
        *(
            f"Network {network.name}: {network.model}{'  STAND-IN, weights are invented' if network.stand_in else ''}"
            for network in memory_map.networks
        ),
        *more,
        "",
        f"Application RAM {memory_map.application}: {memory_map.application_used:,} of "
        f"{memory_map.application.size:,} bytes used, {memory_map.application_free:,} free",
    ]
    for name, block, used in memory_map.extra:
        lines.append(f"  {name} {block}: {used:,} of {block.size:,} bytes used, {block.size - used:,} free")
    for name in board.memory_names:
        if board.banks(name):
            lines += ["", *_memory_table(memory_map, name)]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class _Row:
    """One line of a memory's table. used: None for a part, which counts in the row above."""

    range: Range
    used: int | None
    text: str

    def __str__(self) -> str:
        indent, used = ("  ", "") if self.used is None else ("", f"{self.used:,}")
        return f"  {indent + str(self.range):<23}  {self.range.size:>11,}  {used:>11}  {indent}{self.text}"


def _memory_table(memory_map: MemoryMap, name: str) -> list[str]:
    board = memory_map.board
    whole = board.memory(name)
    rows = _rows(memory_map, whole)
    used = sum(row.used or 0 for row in rows)
    kind = board.banks(name)[0].kind
    head = f"{name} ({kind}) {whole}  {size_text(whole.size)}, {used:,} bytes used ({100 * used / whole.size:.1f} %)"
    return [head, f"  {'range':<23}  {'bytes':>11}  {'used':>11}  owner", *(str(row) for row in rows)]


def _rows(memory_map: MemoryMap, whole: Range) -> list[_Row]:
    """Everything in one memory, by address; parts stand indented below their owner."""
    board = memory_map.board
    bytes_of = board.bytes_of
    inside = [c for c in memory_map.claims if c.range.size and bytes_of(whole).contains(bytes_of(c.range))]
    items = [
        [
            _Row(claim.range, claim.used_size, f"{claim.owner}: {claim.name}{_alias_text(board, claim.range)}"),
            *(_Row(part.range, None, part.name) for part in claim.parts),
        ]
        for claim in inside
        if not claim.filler
    ]
    items += [
        [_Row(left, 0, _free_text(board, left))]
        for run in _ownership_runs(board, whole)
        for left in board.aliases.without(run, [claim.range for claim in inside])
    ]
    ordered = sorted(items, key=lambda item: (board.offset(item[0].range.start, whole.start), item[0].range.size))
    return [row for item in ordered for row in item]


def _alias_text(board: Board, addresses: Range) -> str:
    """Where the file's memories have the bytes, for a range that is given by another view of them."""
    own = board.own_address(addresses.start)
    return "" if own == addresses.start else f" (alias of {addresses.moved(own - addresses.start)})"


def _ownership_runs(board: Board, whole: Range) -> list[Range]:
    """Neighbouring banks with the same owners as one range."""
    runs: list[tuple[tuple[str, ...], Range]] = []
    for region in board.regions:
        if not whole.contains_addresses(region.range):
            continue
        owners = tuple(sorted(region.owners))
        if runs and runs[-1][0] == owners and runs[-1][1].end == region.base:
            runs[-1] = (owners, merged_addresses([runs[-1][1], region.range])[0])
        else:
            runs.append((owners, region.range))
    return [run for _, run in runs]


def _free_text(board: Board, left: Range) -> str:
    region = board.region_at(left.start)
    if region is None or not region.owners:
        return "reserved"
    return "free" if "application" in region.owners else "free, for the network only"


def memory_map_json(memory_map: MemoryMap) -> dict[str, Any]:
    """The map as plain data; addresses are numbers, ends are exclusive."""
    summary = summarize(memory_map)
    return {
        "board": memory_map.board.name,
        "twin": memory_map.board.is_twin,
        "network": memory_map.network.name,
        "model": memory_map.network.model,
        "stand_in": memory_map.network.stand_in,
        "weights": summary.weights,
        "application": [_usage_json(usage) for usage in summary.application],
        "claims": [_claim_json(claim) for claim in memory_map.claims],
    }


def _usage_json(usage: Usage) -> dict[str, Any]:
    return {"name": usage.name, **usage.range._asdict(), "used": usage.used, "free": usage.free}


def _claim_json(claim: Claim) -> dict[str, Any]:
    return {
        "owner": claim.owner,
        "name": claim.name,
        **claim.range._asdict(),
        "used": claim.used_size,
        "parts": [_claim_json(part) for part in claim.parts],
    }
