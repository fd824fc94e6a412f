# SPDX-License-Identifier: Apache-2.0
"""What has to be in a board's flash, and where: every address comes from the board file and the network."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.board import Board
from ingot.board.ranges import Range
from ingot.device.flash.loader_file import loader_bytes
from ingot.network.types import Network


@dataclass(frozen=True)
class Part:
    """Bytes that belong together at an address of the flash. name: "fsbl", "weights <pool>", "application", ..."""

    name: str
    address: int
    data: bytes

    @property
    def range(self) -> Range:
        return Range(self.address, self.address + len(self.data))

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def make_plan(
    board: Board,
    network: Network,
    folder: Path,
    elf: Path | None,
    *,
    fsbl: Path | None = None,
    image: Path | None = None,
    params: Path | None = None,
) -> list[Part]:
    """The parts in the order in which they are written.

    The application comes last: until it is there the old one runs, and refuses weights that are not its own. folder:
    of the initializers. elf: the firmware. fsbl: the signed first-stage loader. image, params: a relocatable network.
    Raises IngotError for a stand-in and for bytes that are not in flash.
    """
    refuse_stand_in(network)
    parts = [_slot_part(board, "fsbl", fsbl)] if fsbl else []
    parts += [_slot_part(board, "network", image)] if image else []
    parts += [_slot_part(board, "params", params)] if params else []
    if image is None:
        for item in network.initializers:
            if item.address is None:
                raise IngotError(f"pool {item.pool} has no address, its weights cannot be flashed", where=item.file)
            parts.append(Part(f"weights {item.pool}", item.address, _read(folder / item.file)))
    if elf is not None:
        parts += application_parts(board, elf)
    check_parts(board, parts)
    return parts


def refuse_stand_in(network: Network) -> None:
    """Raises IngotError for a network with invented weights."""
    if network.stand_in:
        raise IngotError(
            "the model is a stand-in, its weights are invented",
            where=network.model,
            remedy="Put the real model where models/<model>/model.yaml says, and build again.",
        )


def application_parts(board: Board, elf: Path) -> list[Part]:
    """The application as its board boots it."""
    from ingot.device.sign.stm32_header import CODE, sign
    from ingot.link.elf import read_elf
    from ingot.link.hexfile import application_binary, flash_images

    firmware = read_elf(elf)
    slot = board.slot(board.application_slot)
    if board.chip == "stm32n6" and slot is not None:
        if board.header != CODE:
            raise IngotError(f"header: {board.header} bytes, an STM32N6 needs {CODE}", where=str(board.path))
        return [Part("application", slot.base, sign(application_binary(board, firmware), board.load_address))]
    return [Part(f"application {image.name}", image.address, image.data) for image in flash_images(board, firmware)]


def _slot_part(board: Board, name: str, file: Path) -> Part:
    slot = board.slot(name)
    if slot is None:
        raise IngotError(f"board '{board.name}' has no flash slot '{name}'", where=str(board.path))
    data = loader_bytes(board, slot, file) if name == "fsbl" else _read(file)
    if len(data) > slot.size:
        raise IngotError(f"has {len(data):,} bytes, the slot '{name}' {slot.size:,}", where=str(file))
    return Part(name, slot.base, data)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise IngotError(f"cannot be read: {error.strerror}", where=str(file), remedy="Build it first.") from None


def check_parts(board: Board, parts: list[Part]) -> None:
    """Raises IngotError unless every part is in flash and no two share a byte."""
    for part in parts:
        first, last = board.region_at(part.range.start), board.region_at(part.range.end - 1)
        if not part.data or first is None or first.kind != "flash" or last is None or last.memory != first.memory:
            raise IngotError(
                f"{part.name}: {len(part.data):,} bytes at {part.address:#010x} is not in the flash of '{board.name}'",
                where="flash",
            )
    overlap = board.aliases.first_overlap(parts, lambda part: part.range)
    if overlap is not None:
        one, other = overlap
        raise IngotError(f"{one.name} and {other.name} overlap at {other.range.start:#010x}", where="flash")
