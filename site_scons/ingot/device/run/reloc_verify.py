# SPDX-License-Identifier: Apache-2.0
"""Proof that a relocatable image computes its model wherever it is installed: on the twin, against the reference.

Every place is a pair of addresses (image, executable RAM); at each the image is installed in place and as a copy, whole
and split, and runs the same samples as `verify`. Some places are divisible by 8 only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.device.run.model_host import COPY, MAY_HOLD_POOLS, MAY_READ, XIP, HostRun, Install, Session, outputs_of
from ingot.network.types import Network

if TYPE_CHECKING:
    from ingot.board import Board, Mpool, Range
    from ingot.image.image import Image

MODES = {"XIP": XIP, "COPY": COPY}


@dataclass(frozen=True)
class Files:
    """What is verified. host: the firmware. whole: one file. split, params: the same in two. folder: of the network's
    own files, from which layers of the NPU are predicted."""

    host: Path
    whole: Path
    split: Path
    params: Path
    folder: Path = Path()


@dataclass(frozen=True)
class Place:
    """Where an image is put. exec_ram: an address, or a place in the firmware's own RAM for images."""

    image: int
    exec_ram: str | int
    params: int


@dataclass(frozen=True)
class Result:
    """One installation. instructions: of the last inference. difference: "" when every byte is right."""

    mode: str
    form: str
    image: int
    exec_ram: str
    samples: int
    install_instructions: int
    instructions: int
    difference: str


@dataclass(frozen=True)
class Outcome:
    """All installations, and whether RAM one byte too small was refused in both modes."""

    results: tuple[Result, ...]
    short_refused: bool

    @property
    def passed(self) -> bool:
        return bool(self.results) and self.short_refused and not any(result.difference for result in self.results)

    def as_dict(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "short_refused": self.short_refused,
            "installations": [asdict(result) for result in self.results],
        }


def verify_images(
    model: Path,
    network: Network,
    files: Files,
    board: Board,
    mpool: Mpool,
    *,
    samples: int = 1,
    seed: int = 1,
    report: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Runs all combinations. board: the twin, mpool: its pools. Raises IngotError when something cannot run."""
    from ingot.device.run.predicted import expected_of
    from ingot.device.run.samples import random_samples
    from ingot.device.run.verify import compare
    from ingot.image.image import parse_image

    reference = expected_of(model, files.folder, network)
    inputs = [arrays for _, arrays in random_samples(network, samples, seed)]
    expected = [reference.run(list(arrays)) for arrays in inputs]
    image = parse_image(files.whole.read_bytes(), files.whole.name)
    size = sum(buffer.size for buffer in network.outputs)
    results = []
    for place, mode, split in combinations(board):
        run = _session(place, mode, split, files, image, board, mpool, inputs).run(
            files.host, board.machine, npu=network.drives_npu
        )
        if run.refusals:
            difference = f"refused: {run.refusals[0][1]}"
        else:
            difference = ""
            for number, wanted in enumerate(expected):
                found = outputs_of(network, run.outputs[number * size : (number + 1) * size])
                for buffer, want, got in zip(network.outputs, wanted, found, strict=True):
                    difference = difference or str(compare(buffer.name, want, got) or "")
        form = "split" if split else "whole"
        result = Result(
            mode,
            form,
            place.image,
            str(place.exec_ram),
            samples,
            install_instructions=sum(run.install_instructions),
            instructions=run.instructions[-1] if run.instructions else 0,
            difference=difference,
        )
        results.append(result)
        report(
            f"{mode:<4} {form:<5} image {place.image:#010x}, RAM {_text(place.exec_ram)}: "
            f"installed in {result.install_instructions:,} instructions, ran in {result.instructions:,}, "
            f"{difference or 'equal'}"
        )
    short = short_refused(files, image, board, mpool)
    report(
        f"RAM of {image.xip_ram:,} (XIP) and {image.copy_ram:,} (COPY) bytes suffices, "
        f"one byte less is {'refused' if short else 'NOT REFUSED'}"
    )
    outcome = Outcome(tuple(results), short)
    words = "ok" if outcome.passed else "FAILED"
    report(
        f"{words}: {network.model}: {len(results)} installations, {samples} samples each, equal to {reference.name}, "
        "byte for byte"
        if outcome.passed
        else f"{words}: {network.model}"
    )
    return outcome


def combinations(board: Board) -> Iterator[tuple[Place, str, bool]]:
    """Every place in every mode, whole and split."""
    for place in places(board):
        for mode in MODES:
            for split in (False, True):
                yield place, mode, split


def places(board: Board) -> list[Place]:
    """Three pairs: the board's flash slots, and two in the same slots that are divisible by 8 only."""
    image, params = image_slots(board)
    middle = image.size // 2 & ~0xFFF
    return [
        Place(image.start, "exec", params.start),
        Place(image.start + 0x12348, "exec+8", params.start + 0x10008),
        Place(image.start + middle + 0x18, "exec+4120", params.start + 0x20058),
    ]


def image_slots(board: Board) -> tuple[Range, Range]:
    """Where images and params are on the twin: its slots, else (its flash may be smaller) parts of its flash.

    Raises IngotError when the board has no flash beside the application.
    """
    from ingot.board import Range

    image, params = board.slot("network"), board.slot("params")
    if image is not None and params is not None:
        return image.range, params.range
    if not board.flash_memory or not board.banks(board.flash_memory):
        raise IngotError(
            f"board '{board.name}' has no flash slots 'network' and 'params' for relocatable images",
            where=str(board.path),
            remedy="Add them under flash: slots:.",
        )
    flash = board.memory(board.flash_memory)
    quarter = flash.size // 4 & ~0xFFF
    return (
        Range(flash.start + 2 * quarter, flash.start + 3 * quarter),
        Range(flash.start + 3 * quarter, flash.start + 4 * quarter),
    )


def open_regions(session: Session, board: Board, mpool: Mpool) -> None:
    """Tells the firmware where networks may be: pools to write, flash slots to read."""
    for pool in mpool.enabled:
        if pool.base is not None and pool.writable:
            session.region(pool.base, pool.size, MAY_HOLD_POOLS)
    for slot in image_slots(board):
        session.region(slot.start, slot.size, MAY_READ)


def _session(
    place: Place, mode: str, split: bool, files: Files, image: Image, board: Board, mpool: Mpool, inputs: list[Any]
) -> Session:
    session = Session()
    open_regions(session, board, mpool)
    file = files.split if split else files.whole
    session.load(file, place.image)
    if split:
        session.load(files.params, place.params)
    session.install(install_of(place, mode, file, files.params if split else None, image))
    for sample in inputs:
        session.infer(sample)
    session.commands.append("uninstall 0")
    return session


def install_of(place: Place, mode: str, file: Path, params: Path | None, image: Image) -> Install:
    """The installation of an image, with exactly the RAM that it needs."""
    return Install(
        image=place.image,
        image_size=file.stat().st_size,
        params=place.params if params else 0,
        params_size=params.stat().st_size if params else 0,
        exec_ram=place.exec_ram,
        exec_size=image.xip_ram if mode == "XIP" else image.copy_ram,
        mode=MODES[mode],
    )


def short_refused(files: Files, image: Image, board: Board, mpool: Mpool) -> bool:
    """Whether the loader refuses one byte less than `image info` says, in both modes."""
    from dataclasses import replace

    place = places(board)[0]
    session = Session()
    open_regions(session, board, mpool)
    session.load(files.whole, place.image)
    for mode in MODES:
        exact = install_of(place, mode, files.whole, None, image)
        session.install(replace(exact, exec_size=exact.exec_size - 1))
    run: HostRun = session.run(files.host, board.machine)
    return len(run.refusals) == len(MODES) and all("executable RAM" in text for _, text in run.refusals)


def _text(place: str | int) -> str:
    return place if isinstance(place, str) else f"{place:#010x}"
