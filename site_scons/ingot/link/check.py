# SPDX-License-Identifier: Apache-2.0
"""The proof: everything that the finished firmware, its network and its flash hold, laid on one map.

What is checked is the result, not the intent: the linked ELF file, the initializers and images on disk, the pools as
the board's `.mpool` has them, the flash slots. Any overlap, any byte outside its memory, any pool past the end of its
chip is an IngotError that names both owners, their ranges and the files to edit.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.board import Board, Mpool, Range, Slot, check_pools
from ingot.board.aliases import Aliases
from ingot.board.application import application_memory
from ingot.board.fit import owners_missing
from ingot.board.ranges import size_text
from ingot.link.elf import Elf, Part, read_elf
from ingot.link.memory_map import Claim, MemoryMap
from ingot.link.stack_and_heap import own_ram, rooms
from ingot.network.types import Network, NetworkPool


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


def check(
    board: Board,
    mpool: Mpool,
    network: Network,
    elf: Path,
    folder: Path,
    images: Sequence[PlacedImage] = (),
    others: Sequence[Built] = (),
) -> MemoryMap:
    """Proves that nothing overlaps and nothing is outside its memory; returns the map.

    folder: where the network's initializers are. others: further networks of the same firmware. Raises IngotError for
    the first thing that is wrong.
    """
    check_pools(board, mpool)
    members = [Built(network, folder), *others]
    for member in members:
        check_network(board, mpool, member.network)
    check_together([member.network for member in members], board.aliases)
    firmware = read_elf(elf)
    claims = [
        *_header_claim(board),
        *_firmware_claims(board, firmware),
        *_pool_claims(board, mpool, members),
        *_slot_claims(board, firmware, images),
    ]
    for claim in claims:
        _check_owner(board, claim)
    _check_disjoint(board.aliases, [claim for claim in claims if not _is_unused_pool(claim)])
    _check_start(board, firmware)
    _check_initialised(board, firmware)
    _check_loaded(board, firmware)
    memory = application_memory(board, mpool)
    occupied = [claim.range for claim in claims if claim.owner == "application"]
    return MemoryMap(
        board=board,
        network=network,
        claims=tuple(sorted(claims, key=lambda claim: (claim.range, claim.name))),
        application=memory.data,
        application_used=_occupied(board.aliases, memory.data, occupied),
        extra=tuple((b.name, b.range, _occupied(board.aliases, b.range, occupied)) for b in memory.extra),
        others=tuple(member.network for member in others),
    )


def check_placement(board: Board, mpool: Mpool, network: Network, folder: Path) -> MemoryMap:
    """As `check` without a firmware: pools, initializers on disk and flash slots. Raises IngotError."""
    check_pools(board, mpool)
    check_network(board, mpool, network)
    slots = [
        Claim("flash", f"slot '{slot.name}'", slot.range, str(board.path), used=0)
        for slot in board.slots
        if not (slot.name == board.application_slot and _runs_in(board, slot))
    ]
    claims = [*_pool_claims(board, mpool, [Built(network, folder)]), *slots]
    _check_disjoint(board.aliases, [claim for claim in claims if not _is_unused_pool(claim)])
    memory = application_memory(board, mpool)
    return MemoryMap(
        board=board,
        network=network,
        claims=tuple(sorted(claims, key=lambda claim: (claim.range, claim.name))),
        application=memory.data,
        application_used=0,
        extra=tuple((block.name, block.range, 0) for block in memory.extra),
    )


def _occupied(aliases: Aliases, block: Range, ranges: Iterable[Range]) -> int:
    return aliases.union(ranges).common(aliases.bytes_of(block)).size


def _runs_in(board: Board, slot: Slot) -> bool:
    """Whether the code memory is the flash with that slot: code is linked to where it is flashed."""
    return board.bytes_of(board.memory(board.code)).contains(board.bytes_of(slot.range))


# ---------------------------------------------------------------- the network against its pools


def check_network(board: Board, mpool: Mpool, network: Network) -> None:
    """The network was made for these pools, and each buffer is inside its pool. Raises IngotError.

    A network that was placed behind others has the rest of a pool.
    """
    shares = bool(network.beside or network.in_turn)
    known = {pool.name: pool for pool in mpool.pools}
    for pool in network.pools:
        if pool.virtual or not pool.used or pool.relative:
            continue
        if pool.name not in known:
            raise IngotError(
                f"the network uses pool '{pool.name}', which {mpool.path.name} does not have",
                where=str(mpool.path),
                remedy="Compile the network again with these pools.",
            )
        there = known[pool.name]
        behind = board.offset(pool.base or 0, there.base or 0)
        if behind < 0 or (behind and not shares):
            raise IngotError(
                f"the network has pool '{pool.name}' at {_address(pool.base)}, "
                f"{mpool.path.name} at {_address(there.base)}",
                where=mpool.where(there),
                remedy="Compile the network again with these pools.",
            )
        if behind + pool.used > there.size:
            raise IngotError(
                f"the network uses {pool.used:,} bytes of pool '{pool.name}', which has {there.size - behind:,}",
                where=mpool.where(there),
                remedy="Enlarge the pool, or compile the network again with these pools.",
            )
    for buffer in network.buffers:
        if buffer.pool:
            owner = _pool_of(network, buffer.pool)
            if buffer.offset < 0 or buffer.offset + buffer.size > owner.size:
                raise IngotError(
                    f"buffer '{buffer.name}' (offset {buffer.offset:,}, {buffer.size:,} bytes) "
                    f"is outside pool '{buffer.pool}' of {owner.size:,} bytes",
                    where="network description",
                    remedy="Compile the network again.",
                )


def _pool_of(network: Network, name: str) -> NetworkPool:
    try:
        return network.pool(name)
    except KeyError:
        raise IngotError(
            f"a buffer or initializer is in pool '{name}', which the network does not have",
            where="network description",
            remedy="Compile the network again.",
        ) from None


def _address(value: int | None) -> str:
    return "no fixed address" if value is None else f"0x{value:08X}"


def check_together(networks: Sequence[Network], aliases: Aliases) -> None:
    """Networks of one firmware have different names, and no two have a byte in common unless they take turns.

    Raises IngotError.
    """
    names = [network.name for network in networks]
    for name in names:
        if names.count(name) > 1:
            raise IngotError(
                f"two networks of the firmware are named '{name}'", remedy="Compile one with another name."
            )
    for first, second in itertools.combinations(networks, 2):
        if first.name in second.in_turn or second.name in first.in_turn:
            continue
        for low, high in itertools.product(first.pools, second.pools):
            common = aliases.bytes_of(used_range(low)).common(aliases.bytes_of(used_range(high)))
            if low.used and high.used and not low.relative and common.size:
                raise IngotError(
                    f"networks '{first.name}' and '{second.name}' both use {common} of pool '{low.name}'",
                    where="network description",
                    remedy=f"Compile '{second.name}' beside '{first.name}', or in turn with it.",
                )


def used_range(pool: NetworkPool) -> Range:
    """The addresses that a network uses of a pool."""
    base = pool.base or 0
    return Range(base + pool.start, base + pool.used)


# ---------------------------------------------------------------- claims


def _header_claim(board: Board) -> list[Claim]:
    if not board.header:
        return []
    start = board.memory(board.code).start
    return [Claim("application", "boot header", Range(start, start + board.header), str(board.path))]


def _firmware_claims(board: Board, firmware: Elf) -> list[Claim]:
    """Memory at run time, and the load images of what is copied at start; stack and heap also where only symbols say
    where they are."""
    parts, symbol_rooms = rooms(board, firmware)
    claims = [Claim("application", room.name, room.range, str(firmware.path)) for room in symbol_rooms]
    for part in parts:
        claims.append(Claim("application", part.name, part.memory, str(firmware.path), filler=part.filler))
        if part.load is not None and _is_copied(board, part):
            name = f"initial values of {part.name}"
            claims.append(Claim("application", name, part.load, str(firmware.path), filler=part.filler))
    return claims


def _is_copied(board: Board, part: Part) -> bool:
    """Whether the part's bytes are loaded elsewhere than they are used."""
    return part.load is not None and board.bytes_of(part.load) != board.bytes_of(part.memory)


def _pool_claims(board: Board, mpool: Mpool, members: Sequence[Built]) -> list[Claim]:
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
        _check_disjoint(board.aliases, parts)
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
        if len(data) != item.size:
            raise IngotError(
                f"the file has {len(data):,} bytes, the network expects {item.size:,}",
                where=str(file),
                remedy="It belongs to another network; compile again.",
            )
        if zlib.crc32(data) != item.crc32:
            raise IngotError(
                f"the file's CRC-32 is {zlib.crc32(data):08x}, the network expects {item.crc32:08x}",
                where=str(file),
                remedy="It was changed, or belongs to another network; compile again.",
            )
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
            base = _pool_of(network, name).base
            start = (pool.range.start if base is None else base) + buffer.offset
            activation = Claim("network", f"buffer '{buffer.name}'", Range(start, start + buffer.size), pool.place)
            _check_disjoint(aliases, [*weights, activation])


def _slot_claims(board: Board, firmware: Elf, images: Sequence[PlacedImage]) -> list[Claim]:
    """Flash slots, and the files in them. Code that runs in place is in the map by its sections instead."""
    claims = []
    for slot in board.slots:
        parts = []
        if slot.name == board.application_slot and not board.is_twin:  # a twin loads the ELF file itself
            size = board.header + _binary_size(board, firmware)
            parts.append(Claim("flash", "signed application", _at(slot.base, size), str(firmware.path)))
        for image in images:
            if image.slot == slot.name:
                size = len(_content(image.file))
                parts.append(Claim("flash", f"image {image.file.name}", _at(slot.base, size), str(image.file)))
        for part in parts:
            if part.range.size > slot.size:
                raise IngotError(
                    f"{part.name} has {part.range.size:,} bytes, "
                    f"{part.range.size - slot.size:,} more than flash slot '{slot.name}' {slot.range}",
                    where=part.place,
                    remedy=f"Make it smaller, or enlarge the slot in {board.path}.",
                )
        used = max((part.range.size for part in parts), default=0)
        if slot.name == board.application_slot and _runs_in(board, slot):
            continue  # linked to its slot: its sections are in the map
        claims.append(Claim("flash", f"slot '{slot.name}'", slot.range, str(board.path), used=used, parts=tuple(parts)))
    for image in images:
        if board.slot(image.slot) is None:
            raise IngotError(f"there is no flash slot '{image.slot}' for {image.file.name}", where=str(board.path))
    return claims


def _at(start: int, size: int) -> Range:
    return Range(start, start + size)


def _binary_size(board: Board, firmware: Elf) -> int:
    """Bytes of the flat binary: from the load address to the last loaded byte of the code memory."""
    whole = board.bytes_of(board.memory(board.code))
    inside = [p for p in firmware.pieces if whole.overlaps(board.bytes_of(_at(p.address, 1)))]
    return max((board.offset(p.address, board.load_address) + len(p.data) for p in inside), default=0)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise IngotError(f"cannot read the file: {error.strerror}", where=str(file)) from error


# ---------------------------------------------------------------- rules


def _check_owner(board: Board, claim: Claim) -> None:
    """Every byte is in one memory, in banks that the owner may have. Pools and slots were checked with the board."""
    if claim.owner != "application" or not claim.range.size:
        return
    if _in_boot_stub(board, claim.range):
        return
    shown = board.aliases.text(claim.range)
    first = board.region_at(claim.range.start)
    remedy = f"The memories are in {board.files_text}; the linker script is made from it."
    if first is None:
        raise IngotError(
            f"{claim.name} {shown} starts where board '{board.name}' has no memory",
            where=claim.place,
            remedy=remedy,
        )
    whole = board.memory(first.memory)
    past = claim.range.size - board.bytes_of(claim.range).common(board.bytes_of(whole)).size
    if past:
        raise IngotError(
            f"{claim.name} {shown} ends {past:,} bytes past the end of '{first.memory}' {whole}",
            where=claim.place,
            remedy=remedy,
        )
    for region in owners_missing(board, claim.range, "application"):
        raise IngotError(
            f"{claim.name} {shown} takes bytes of '{region.name}' {region.range}, which the application may not own",
            where=claim.place,
            remedy=f"Add application to the owners of '{region.name}' in {board.files_text}, or link it elsewhere.",
        )


def _in_boot_stub(board: Board, addresses: Range) -> bool:
    return board.boot_stub is not None and board.bytes_of(board.boot_stub).contains(board.bytes_of(addresses))


def _is_unused_pool(claim: Claim) -> bool:
    """A pool that no network uses says nothing of what else is there: ST's files list all memories of a board."""
    return claim.owner == "network" and not claim.used_size


def _check_disjoint(aliases: Aliases, claims: Iterable[Claim]) -> None:
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


def _check_start(board: Board, firmware: Elf) -> None:
    """The vector table is where the loader or the core looks for it, and leads to the firmware's own memory."""
    remedy = "Link with the firmware.ld of this board."
    stack, reset = (firmware.word(board.load_address + at, board.aliases) for at in (0, 4))
    if stack is None or reset is None:
        raise IngotError(
            f"there is no vector table at the load address 0x{board.load_address:08X}",
            where=str(firmware.path),
            remedy=remedy,
        )
    if not _inside(board, firmware.parts, reset & ~1, executable=True) or not reset & 1:
        raise IngotError(
            f"the reset vector 0x{reset:08X} does not lead to code of this firmware",
            where=str(firmware.path),
            remedy=remedy,
        )
    if not _inside(board, firmware.parts, stack - 4, executable=False) and not own_ram(board, stack - 4):
        raise IngotError(
            f"the first stack pointer 0x{stack:08X} is not the end of memory of this firmware",
            where=str(firmware.path),
            remedy=remedy,
        )


def _inside(board: Board, parts: Iterable[Part], address: int, executable: bool) -> bool:
    byte = board.bytes_of(_at(address, 1))
    return any(
        board.bytes_of(part.memory).contains(byte) and (part.executable if executable else part.writable)
        for part in parts
    )


def _check_initialised(board: Board, firmware: Elf) -> None:
    """What is loaded elsewhere than it runs must be copied at start, and only _sdata to _edata is."""
    start, end = firmware.symbols.get("_sdata"), firmware.symbols.get("_edata")
    for part in firmware.parts:
        if not _is_copied(board, part) or part.filler:
            continue
        if start is None or end is None or not board.bytes_of(Range(start, end)).contains(board.bytes_of(part.memory)):
            raise IngotError(
                f"{part.name} {part.memory} has initial values (at {part.load}) that nothing copies there",
                where=str(firmware.path),
                remedy="Put its variables in .data, or in a section that needs no initial values.",
            )


def _check_loaded(board: Board, firmware: Elf) -> None:
    """Initial bytes go to the code memory, which the loader fills; nothing fills the others."""
    whole = board.memory(board.code)
    for piece in firmware.pieces:
        loaded = _at(piece.address, len(piece.data))
        physical = board.bytes_of(loaded)
        if board.bytes_of(whole).contains(physical) or _in_boot_stub(board, loaded):
            continue
        loads = [(part.name, part.load) for part in firmware.parts if part.load is not None]
        owners = [name for name, load in loads if board.bytes_of(load).overlaps(physical)]
        raise IngotError(
            f"{owners[0] if owners else 'a segment'} has bytes to be loaded to {loaded}, "
            f"outside '{board.code}' {whole}",
            where=str(firmware.path),
            remedy=f"Only '{board.code}' is filled at start; put there what has initial values.",
        )
