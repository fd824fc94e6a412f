# SPDX-License-Identifier: Apache-2.0
"""Verbs with which a user begins: new, run, monitor, boards, models, ports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.cli.verb import verb
from ingot.cli.words import FilePath, board_file, board_word
from ingot.start.new import BUILDS, Wish, check_free, write_project
from ingot.start.told import USE_CASES, read_labels, use_of


@verb()
@click.argument("name")
@click.option("--model", type=FilePath, required=True, help="The model's file, which is copied.")
@board_word
@click.option(
    "--use-case",
    type=click.Choice(list(USE_CASES)),
    metavar="USE",
    help=f"What the model is for: {', '.join(USE_CASES)}. Default: what the file suggests.",
)
@click.option("--build", type=click.Choice(list(BUILDS)), default="scons", show_default=True, help="The build system.")
@click.option("--labels", type=FilePath, help="Names of the classes, one a line. Default: those packed into the file.")
def new(name: str, model: Path, board: str, use_case: str | None, build: str, labels: Path | None) -> Any:
    """Begin a project in the folder NAME: a firmware around a model's file, which builds, verifies and runs."""
    from ingot.base.file_names import file_name

    folder = Path(name)
    file_name(folder.name, "the project's name")
    if not model.is_file():
        raise IngotError("there is no such file", where=str(model))
    check_free(folder)
    where = board_file(board)
    word = board if (ROOT / "boards" / board).is_dir() else str(where.resolve())
    use = use_of(model, use_case or "", read_labels(labels) if labels else ())
    wish = Wish(folder.name, model, where, word, build, use)
    written = write_project(folder, wish)
    system = BUILDS[build]
    then = [f"cd {name}", system.build, system.verify, system.flash]
    for line in use.facts:
        print(f"  {line}")
    print(f"  use case {use.use_case}")
    for guess in use.guesses:
        print(f"  not told by the file, written into model.yaml as a guess: {guess}")
    print(f"{name}: {len(written)} files; next: {'; '.join(then)}")
    facts = {"folder": name, "files": written, "use_case": use.use_case, "told": list(use.facts)}
    return facts | {"guesses": list(use.guesses), "next": then}


@verb()
def boards() -> Any:
    """List the boards: name, core, memory, chip."""
    from ingot.base.text_table import text_table
    from ingot.board import board_names, load_board

    known = [load_board(ROOT / "boards" / name / "board.yaml") for name in board_names(ROOT / "boards")]
    rows = [[one.name, one.core, one.chip or "-", "yes" if one.twin is not None else "no"] for one in known]
    print(text_table(["board", "core", "chip", "twin"], rows), end="")
    return [dict(zip(("board", "core", "chip", "twin"), row, strict=True)) for row in rows]


@verb()
def models() -> Any:
    """List the models below models/ of the working folder and of Ingot."""
    from ingot.base.text_table import text_table
    from ingot.model import list_models, load_manifest

    folders = list(dict.fromkeys([ROOT / "models", Path("models").resolve()]))
    found = [load_manifest(folder / name / "model.yaml") for folder in folders for name in list_models(folder)]
    rows = [[one.name, str(one.postprocessing.get("type", "-")), one.title] for one in found]
    print(text_table(["model", "use", "title"], rows), end="")
    return [dict(zip(("model", "use", "title"), row, strict=True)) for row in rows]


@verb()
def ports() -> Any:
    """List the serial ports of this machine."""
    found = _comports()
    for port in found:
        print(f"{port['port']:<20}{port['what']}")
    if not found:
        print("no serial port")
    return found


def _comports() -> list[dict[str, str]]:
    try:
        from serial.tools.list_ports import comports
    except ImportError:
        raise IngotError(
            "serial ports need pyserial", where="ports", remedy="Install it with: pip install pyserial"
        ) from None
    return [{"port": port.device, "what": port.description} for port in sorted(comports())]


@verb()
@click.argument("port", required=False)
@click.option("--baud", default=115200, show_default=True, help="Bits a second, as board.yaml has them.")
@click.option("--seconds", default=0.0, help="End after so long. Default: with Ctrl-C.")
def monitor(port: str | None, baud: int, seconds: float) -> None:
    """Print what the board on serial port PORT says. Without PORT: the only one there is."""
    import time

    from ingot.device.protocol.link import SerialLink

    if port is None:
        found = _comports()
        if len(found) != 1:
            names = ", ".join(one["port"] for one in found) or "none"
            raise IngotError(f"there is not one serial port here: {names}", where="monitor", remedy="Name it.")
        port = found[0]["port"]
    link, started = SerialLink(port, baud), time.monotonic()
    while not seconds or time.monotonic() - started < seconds:
        sys.stdout.write(link.receive(0.2).decode(errors="replace"))
        sys.stdout.flush()
