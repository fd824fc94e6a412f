# SPDX-License-Identifier: Apache-2.0
"""The steps `sign` and `flash`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed

if TYPE_CHECKING:
    from ingot.board import Board
    from ingot.device.flash.plan import Part
    from ingot.network.types import Network


def sign(binary: Path, board: Path, signed: Path, *, image_version: int = 0, compare: bool = False) -> None:
    """Writes the application with its boot header. compare: Raises IngotError when ST's tool makes something else."""
    from ingot.base.console import say
    from ingot.board.target import open_board
    from ingot.device.sign.st_tool import TOOL, differences, find_tool, sign_with_tool
    from ingot.device.sign.stm32_header import sign as make

    target, _ = open_board(board)
    check_needs_header(target.name, target.chip)
    try:
        content = binary.read_bytes()
    except OSError as error:
        raise IngotError(f"cannot be read: {error.strerror}", where=str(binary), remedy="Build it first.") from None
    image = make(content, target.load_address, image_version)
    write_if_changed(signed, image)
    if not compare:
        return
    tool = find_tool()
    if tool is None:
        raise IngotError(f"{TOOL} is not installed", where="sign", remedy="It comes with STM32CubeProgrammer.")
    found = differences(image, sign_with_tool(tool, content, target.load_address))
    if found:
        raise IngotError("; ".join(found), where=str(signed), remedy="Please report this with the tool's version.")
    say(f"{signed}: {TOOL} makes the same bytes")


def check_needs_header(name: str, chip: str) -> None:
    """Raises IngotError for a board whose chip boots without a header."""
    if chip != "stm32n6":
        raise IngotError(f"board '{name}' boots without a header, there is nothing to sign", where="sign")


def flash(
    c_info: Path,
    board: Path,
    summary: Path,
    elf: Path | None = None,
    *,
    folder: str,
    fsbl: str = "",
    image: str = "",
    params: str = "",
    probe: str = "",
    dry_run: bool = False,
    whole: bool = False,
) -> None:
    """Writes firmware and weights (or a relocatable image) to a board; only what changed, all of it with `whole`.

    folder: for the parts as files and for the record of what was written. summary: of the check, which says what board
    this was built for.
    """
    import json

    from ingot.board.target import open_board
    from ingot.device.flash.plan import make_plan
    from ingot.network.c_info import read_c_info

    target, _ = open_board(board)
    built = json.loads(summary.read_text())
    if built["board"] != target.name:
        raise IngotError(f"was built for board '{built['board']}', not for '{target.name}'", where=str(summary.parent))
    parts = make_plan(
        target,
        read_c_info(c_info),
        c_info.parent,
        elf,
        fsbl=Path(fsbl) if fsbl else None,
        image=Path(image) if image else None,
        params=Path(params) if params else None,
    )
    write_parts(target, parts, probe, Path(folder), dry_run=dry_run, whole=whole)


def flash_image(
    board: Board,
    network: Network,
    files: Sequence[tuple[str, Path, int]],
    host: Path | None,
    *,
    probe: str,
    folder: Path,
    dry_run: bool,
    whole: bool,
) -> None:
    """Writes a relocatable image's files ((name, file, address)) and, when given, the firmware that runs them."""
    from ingot.device.flash.plan import Part, application_parts, check_parts, refuse_stand_in

    refuse_stand_in(network)
    parts = [Part(name, address, file.read_bytes()) for name, file, address in files]
    parts += application_parts(board, host) if host is not None else []
    check_parts(board, parts)
    write_parts(board, parts, probe, folder, dry_run=dry_run, whole=whole)


def write_parts(board: Board, parts: Sequence[Part], probe: str, folder: Path, *, dry_run: bool, whole: bool) -> None:
    """Writes the parts that are not there yet with the board's tool, and says so; a dry run prints the commands."""
    from ingot.base.console import say
    from ingot.device.flash.drivers import choose_driver
    from ingot.device.flash.run import flash as run

    driver = choose_driver(board, [part.address for part in parts], probe, dry_run=dry_run)
    show = (lambda line: print(line, flush=True)) if dry_run else say
    done = run(parts, driver, folder, show, dry_run=dry_run, whole=whole)
    if dry_run:
        return
    say(f"flashed with {driver.name}: {len(done.written)} written, {len(done.unchanged)} unchanged")
    if board.chip == "stm32n6" and done.written:
        say("set BOOT1 to 1-2 and press reset: the board boots from its flash then")
