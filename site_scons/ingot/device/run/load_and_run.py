# SPDX-License-Identifier: Apache-2.0
"""A relocatable image in its flash slot, installed and run by the firmware `model_host` over a serial line.

What ST's st_load_and_run.py does with a board: addresses, XIP or COPY, the image's own description, the cost. The twin
is asked in the same words as a board.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.device.run.model_host import MAY_READ, Session
from ingot.device.run.reloc_verify import Place, image_slots, install_of, open_regions
from ingot.network.types import Network

if TYPE_CHECKING:
    import numpy.typing as npt

    from ingot.board import Board, Mpool
    from ingot.device.protocol.client import Client
    from ingot.device.protocol.validate import Validation

    Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Placing:
    """An image and where it is put. address, params_address: in the board's flash. mode: "XIP" or "COPY"."""

    image: Path
    address: int
    params: Path | None = None
    params_address: int = 0
    mode: str = "XIP"

    @property
    def files(self) -> list[tuple[str, Path, int]]:
        """(name, file, address) of what has to be in flash."""
        params = [("params", self.params, self.params_address)] if self.params is not None else []
        return [("network", self.image, self.address), *params]


def placing(
    board: Board, image: Path, params: Path | None, mode: str, address: int = 0, params_address: int = 0
) -> Placing:
    """Where the files go; address, params_address: 0 for the board's slots. Raises IngotError when that cannot be."""
    slots = image_slots(board)
    second = 0 if params is None else params_address or slots[1].start
    found = Placing(image, address or slots[0].start, params, second, mode)
    _check(board, found)
    return found


def _check(board: Board, what: Placing) -> None:
    """Raises IngotError for an image that was built for another board, and for places outside of the flash."""
    from ingot.board import Range
    from ingot.image.image import parse_image
    from ingot.image.seal import Seal

    parsed = parse_image(_read(what.image), what.image.name)
    seal = Seal.parse(parsed.trailer, str(what.image)) if parsed.trailer else None
    if seal is not None and seal.board != board.name:
        raise IngotError(f"was built for board '{seal.board}', not for '{board.name}'", where=str(what.image))
    ranges = []
    for name, file, address in what.files:
        end = address + len(_read(file))
        first, last = board.region_at(address), board.region_at(end - 1)
        if first is None or last is None or first.kind != "flash" or last.memory != first.memory:
            raise IngotError(
                f"{name}: {end - address:,} bytes at {address:#010x} are not in the flash of '{board.name}'",
                where=str(file),
                remedy="Give another address=, or params_address=; without them the board's slots count.",
            )
        if address % 8:
            raise IngotError(f"{name}: {address:#010x} is not divisible by 8", where=str(file))
        ranges.append(board.bytes_of(Range(address, end)))
    if len(ranges) == 2 and ranges[0].overlaps(ranges[1]):
        start = ranges[0].common(ranges[1]).pieces[0].start
        raise IngotError(f"image and params overlap at {start:#010x}", where=str(what.image))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise IngotError(f"cannot be read: {error.strerror}", where=str(file), remedy="Build it first.") from None


def commands(board: Board, mpool: Mpool, what: Placing) -> list[str]:
    """What model_host is told, whatever ran before: where networks may be, what the image is, how to install it."""
    from ingot.image.image import parse_image

    session = Session(commands=["reset"])
    open_regions(session, board, mpool)
    for _, file, address in what.files:
        session.region(address, file.stat().st_size, MAY_READ)
    session.commands.append(f"info {what.address:#x}")
    parsed = parse_image(what.image.read_bytes(), what.image.name)
    place = Place(what.address, "exec", what.params_address)
    session.install(install_of(place, what.mode, what.image, what.params, parsed))
    return session.commands


def install(client: Client, given: Sequence[str], say: Callable[[str], None]) -> None:
    """Has the firmware execute the commands, and shows what it says. Raises IngotError for an image it refuses."""
    client.hello()
    for command in given:
        status, said = client.command(command)
        for line in said.splitlines():
            reason = line.partition(": ")[2] if line.startswith("refused ") else ""
            if reason:
                raise IngotError(f"the loader refuses the image: {reason}", where="model_host")
            say(line)
        if status:
            raise IngotError(f"the firmware could not execute '{command}'", where="model_host")


def load_and_run(
    client: Client,
    given: Sequence[str],
    network: Network,
    samples: Sequence[tuple[str, Sequence[Array]]],
    model: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
    folder: Path = Path(),
) -> Validation | None:
    """Installs the image and runs the samples on it; None without samples. given: of `commands`. model: to compare
    with, None for no comparison. folder: of the network's own files, from which layers of the NPU are predicted.
    """
    from ingot.device.protocol.validate import validate

    install(client, given, say)
    if not samples:
        client.end()
        return None
    return validate(model, network, client, samples, say, folder)
