# SPDX-License-Identifier: Apache-2.0
"""Who takes which bytes: the firmware's sections, the networks' pools and initializers, the flash slots' files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.board import Board, Mpool, Range, Slot
from ingot.board.aliases import Aliases
from ingot.board.ranges import size_text
from ingot.link.elf import Elf, Part
from ingot.link.memory_map import Claim
from ingot.link.networks import pool_of
from ingot.link.stack_and_heap import rooms
from ingot.network.source import check_initializer
from ingot.network.types import Network


@dataclass(frozen=True)
class Built:
    """A further network of the firmware. folder: where its initializers are."""

    network: Network
    folder: Path


@dataclass(frozen=True)
class PlacedImage:
    """A file that is flashed into a slot: a relocatable image ("network") or its parameters ("params")."""

    slot: str
    file: Path


def header_claim(board: Board) -> list[Claim]:
    if not board.header:
        return []
    start = board.memory(board.code).start
    return [Claim("application", "boot header", Range(start, start + board.header), str(board.path))]


def firmware_claims(board: Board, firmware: Elf) -> list[Claim]:
    """Memory at run time, and the load images of what is copied at start; stack and heap also where only symbols say
    where they are."""
    parts, symbol_rooms = rooms(board, firmware)
    claims = [Claim("application", room.name, room.range, str(firmware.path)) for room in symbol_rooms]
    for part in parts:
        claims.append(Claim("application", part.name, part.memory, str(firmware.path), filler=part.filler))
        if part.load is not None and is_copied(board, part):
            name = f"initial values of {part.name}"
            claims.append(Claim("application", name, part.load, str(firmware.path), filler=part.filler))
    return claims


def is_copied(board: Board, part: Part) -> bool:
    """Whether the part's bytes are loaded elsewhere than they are used."""
    return part.load is not None and board.bytes_of(part.load) != board.bytes_of(part.memory)


def pool_claims(board: Board, mpool: Mpool, members: Sequence[Built]) -> list[Claim]:
    """Pools with what the networks use of them, and their initializers inside."""
    claims = []
    for pool in mpool.enabled:
        if pool.base is None:
            continue
        name, place = f"pool '{pool.name}'", mpool.where(pool)
        uses = [p for m in members for p in m.network.pools if p.name == pool.name and p.used]
        used = max((board.offset(p.base or 0, pool.base) + p.used for p in uses), default=0)
        claim = Claim("network", name, pool.range, place, used=used)
        parts = [part for m in members for part in _initializer_claims(board, m.network, claim, pool.name, m.folder)]
        check_disjoint(board.aliases, parts)
        for member in members:
            _check_buffers(board.aliases, member.network, claim, pool.name, parts)
        claims.append(replace(claim, parts=tuple(parts)))
    placed = {pool.name for pool in mpool.enabled}
    for item in (item for member in members for item in member.network.initializers):
        if item.pool not in placed:
            raise IngotError(
                f"{item.file} is for pool '{item.pool}', which {mpool.path.name} does not have or disables",
                where=str(mpool.path),
                remedy="Compile the network again with these pools.",
            )
    return claims


def _initializer_claims(board: Board, network: Network, pool: Claim, name: str, folder: Path) -> list[Claim]:
    """A network's initializers in one pool, as they are on disk, inside it."""
    claims: list[Claim] = []
    for item in network.initializers:
        if item.pool != name:
            continue
        file = folder / item.file
        data = _content(file)
        check_initializer(item, file, data)
        start = pool.range.start if item.address is None else item.address
        claim = Claim("network", f"weights {item.file}", Range(start, start + item.size), str(file))
        first = board.offset(start, pool.range.start)
        past = max(first + item.size - pool.range.size, -first)
        if past > 0:
            raise IngotError(
                f"{claim.name} {board.aliases.text(claim.range)} reaches {past:,} bytes outside {pool.name} "
                f"{board.aliases.text(pool.range)}",
                where=pool.place,
                remedy=f"Enlarge the pool to at least {size_text(first + item.size)}.",
            )
        claims.append(claim)
    return claims


def _check_buffers(aliases: Aliases, network: Network, pool: Claim, name: str, weights: Sequence[Claim]) -> None:
    """No activation of the network lies on somebody's weights in the pool."""
    for buffer in network.buffers:
        if buffer.pool == name and buffer.role != "param" and buffer.size:
            base = pool_of(network, name).base
            start = (pool.range.start if base is None else base) + buffer.offset
            activation = Claim("network", f"buffer '{buffer.name}'", Range(start, start + buffer.size), pool.place)
            check_disjoint(aliases, [*weights, activation])


def slot_claims(board: Board, firmware: Elf, images: Sequence[PlacedImage]) -> list[Claim]:
    """Flash slots, and the files in them. Code that runs in place is in the map by its sections instead."""
    claims = []
    for slot in board.slots:
        parts = []
        if slot.name == board.application_slot and not board.is_twin:  # a twin loads the ELF file itself
            size = board.header + _binary_size(board, firmware)
            parts.append(Claim("flash", "signed application", range_at(slot.base, size), str(firmware.path)))
        for image in images:
            if image.slot == slot.name:
                size = len(_content(image.file))
                parts.append(Claim("flash", f"image {image.file.name}", range_at(slot.base, size), str(image.file)))
        for part in parts:
            if part.range.size > slot.size:
                raise IngotError(
                    f"{part.name} has {part.range.size:,} bytes, "
                    f"{part.range.size - slot.size:,} more than flash slot '{slot.name}' {slot.range}",
                    where=part.place,
                    remedy=f"Make it smaller, or enlarge the slot in {board.path}.",
                )
        used = max((part.range.size for part in parts), default=0)
        if slot.name == board.application_slot and runs_in(board, slot):
            continue  # linked to its slot: its sections are in the map
        claims.append(Claim("flash", f"slot '{slot.name}'", slot.range, str(board.path), used=used, parts=tuple(parts)))
    for image in images:
        if board.slot(image.slot) is None:
            raise IngotError(f"there is no flash slot '{image.slot}' for {image.file.name}", where=str(board.path))
    return claims


def range_at(start: int, size: int) -> Range:
    return Range(start, start + size)


def _binary_size(board: Board, firmware: Elf) -> int:
    """Bytes of the flat binary: from the load address to the last loaded byte of the code memory."""
    whole = board.bytes_of(board.memory(board.code))
    inside = [p for p in firmware.pieces if whole.overlaps(board.bytes_of(range_at(p.address, 1)))]
    return max((board.offset(p.address, board.load_address) + len(p.data) for p in inside), default=0)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise IngotError(f"cannot read the file: {error.strerror}", where=str(file)) from error


def runs_in(board: Board, slot: Slot) -> bool:
    """Whether the code memory is the flash with that slot: code is linked to where it is flashed."""
    return board.bytes_of(board.memory(board.code)).contains(board.bytes_of(slot.range))


def check_disjoint(aliases: Aliases, claims: Iterable[Claim]) -> None:
    """No byte has two owners, by whichever addresses they reach it."""
    overlap = aliases.first_overlap(claims, lambda claim: claim.range)
    if overlap is not None:
        low, high = overlap
        common = aliases.bytes_of(low.range).common(aliases.bytes_of(high.range))
        places = " or ".join(dict.fromkeys([low.place, high.place]))
        raise IngotError(
            f"{low.name} {aliases.text(low.range)} and {high.name} {aliases.text(high.range)} "
            f"overlap by {common.size:,} bytes ({common})",
            where=low.place,
            remedy=f"Move or shrink one of them: {places}.",
        )
