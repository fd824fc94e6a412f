"""A relocatable image put into its flash slot and run by the firmware `model_host`: on the twin, with its result.

What ST's st_load_and_run.py does with a board: addresses, XIP or COPY, the image's own description, the cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.errors import IngotError
from ingot.network import Network
from ingot.run.model_host import Session, outputs_of
from ingot.run.reloc_verify import Place, install_of, open_regions

if TYPE_CHECKING:
    import numpy.typing as npt

    from ingot.board import Board, Mpool

    Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Loaded:
    """lines: what the firmware said. instructions: of the inference, 0 without one. install: of the installation.

    equal: whether every output is the reference's; None when nothing was compared.
    """

    lines: tuple[str, ...]
    install: int
    instructions: int
    equal: bool | None
    outputs: tuple[Array, ...]


def load_and_run(
    host: Path,
    network: Network,
    board: Board,
    mpool: Mpool,
    image: Path,
    params: Path | None = None,
    *,
    mode: str = "XIP",
    addresses: tuple[int | None, int | None] = (None, None),
    inference: bool = True,
    model: Path | None = None,
    seed: int = 1,
    say: Callable[[str], None] = lambda line: None,
) -> Loaded:
    """host: model_host's firmware for the twin. board, mpool: the twin's. addresses: of image and params, None for the
    board's slots. model: to compare with. Raises IngotError when the loader refuses the image.
    """
    from ingot.image.image import parse_image
    from ingot.run.verify import random_samples

    parsed = parse_image(image.read_bytes(), image.name)
    place = Place(_address(board, "network", addresses[0]), "exec", _address(board, "params", addresses[1]))
    session = Session()
    open_regions(session, board, mpool)
    session.load(image, place.image)
    if params is not None:
        session.load(params, place.params)
    session.commands.append(f"info {place.image:#x}")
    session.install(install_of(place, mode, image, params, parsed))
    sample = random_samples(network, 1, seed)[0][1]
    if inference:
        session.infer(sample)
    refused: list[str] = []

    def heard(line: str) -> None:
        refused.extend([line.partition(": ")[2]] if line.startswith("refused ") else [])
        say(line)

    try:
        done = session.run(host, board.machine, on_line=heard)
    except IngotError:
        if not refused:
            raise
    if refused:
        raise IngotError(f"the loader refuses the image: {refused[0]}", where=str(image))
    outputs = tuple(outputs_of(network, done.outputs)) if inference else ()
    equal = None
    if model is not None and inference:
        from ingot.run.oracle import Reference

        wanted = Reference(model).run(sample)
        equal = all(want.tobytes() == got.tobytes() for want, got in zip(wanted, outputs, strict=True))
    return Loaded(
        done.lines, sum(done.install_instructions), done.instructions[-1] if done.instructions else 0, equal, outputs
    )


def _address(board: Board, slot: str, given: int | None) -> int:
    if given is not None:
        return given
    found = board.slot(slot)
    if found is None:
        raise IngotError(f"board '{board.name}' has no flash slot '{slot}'", where=str(board.path))
    return found.base
