# SPDX-License-Identifier: Apache-2.0
"""Verbs about a board on the desk: validate, sign, flash, watch, load-and-run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingot.cli.verb import verb, verbs
from ingot.cli.words import TableOption, board_word, model_word, offered_boards, table_options
from ingot.recipe.options import PROGRAM_OPTIONS, parse_options

if TYPE_CHECKING:
    from ingot.base.live_page import LivePage
    from ingot.report.difference import Figures

NO_TWIN = ": the board builds, but emulate, verify and report need a twin"
FilePath = click.Path(path_type=Path, dir_okay=False)


@verb()
@model_word
@board_word
@click.option("--network", type=FilePath, required=True, help="The network_c_info.json of the firmware.")
@click.option("--elf", type=FilePath, help="The twin's firmware (application validate), when there is no --port.")
@table_options("port", "baud", "input", "samples", "seed", "save")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def validate(
    model: str,
    board: str,
    network: Path,
    elf: Path | None,
    port: str,
    baud: int,
    input: str,
    samples: int,
    seed: int,
    save: str,
    as_json: bool,
) -> None:
    """Compare what a board (or the twin) computes with LiteRT, over its serial line."""
    from ingot.cli.words import board_file, manifest_of, model_file
    from ingot.steps.validate import validate as run

    manifest = manifest_of(model)
    run(
        network,
        model_file(manifest),
        board_file(board),
        elf,
        port=port,
        baud=baud,
        input=input,
        samples=samples,
        seed=seed,
        save=save,
        as_json=as_json,
        manifest=str(manifest.path),
    )


@verb()
@click.argument("binary", type=FilePath)
@board_word
@click.option("-o", "--output", type=FilePath, required=True, help="The signed image to write.")
@click.option("--image-version", default=0, show_default=True, help="Monotonic version number in the header.")
@click.option("--compare", is_flag=True, help="Also sign with STM32_SigningTool_CLI and show where it differs.")
def sign(binary: Path, board: str, output: Path, image_version: int, compare: bool) -> None:
    """Put the STM32N6 boot header in front of BINARY (a firmware.bin)."""
    from ingot.cli.words import board_file
    from ingot.steps.flash import sign as run

    run(binary, board_file(board), output, image_version=image_version, compare=compare)


@verb()
@click.option(
    "--board",
    cls=TableOption,
    default="",
    help="A name under boards/, or a path [the project's].",
    shell_complete=offered_boards,
)
@click.option("--network", type=FilePath, help="The network_c_info.json of the firmware. Default: the project's.")
@click.option("--summary", type=FilePath, help="summary.json of `check`: what was built for what.")
@click.option("--elf", type=FilePath, help="The firmware; without it only weights (or an image) are written.")
@click.option("--folder", default="", help="For the parts as files, and the record of what was written.")
@click.option("--image", default="", help="A relocatable image instead of the weights.")
@click.option("--params", default="", help="The image's params.")
@table_options("fsbl", "probe", "dry_run", "whole")
def flash(board: str, network: Path | None, summary: Path | None, elf: Path | None, **given: Any) -> None:
    """Write firmware and weights to a board: what changed, each at its address. In a project, builds it first."""
    from ingot.base.errors import IngotError
    from ingot.cli.words import board_file
    from ingot.steps.flash import flash as run

    if network is None and summary is None:
        _flash_project(board, given)
        return
    if network is None or summary is None or not board or not given["folder"]:
        raise IngotError("needs --board, --network, --summary and --folder", where="flash", remedy="Give all of them.")
    run(network, board_file(board), summary, elf, **given)


def _flash_project(board: str, given: dict[str, Any]) -> None:
    """Builds the project of the working folder and writes it to its board."""
    from ingot.cli.shells import build_verb

    words = [word for name in ("fsbl", "probe") if given[name] for word in (f"--{name}", str(given[name]))]
    words += [f"--{name.replace('_', '-')}" for name in ("dry_run", "whole") if given[name]]
    build_verb.main([*(["--board", board] if board else []), *words, "-t", "flash"], standalone_mode=False)


@verb()
@model_word
@board_word
@click.option("--target", "targets", multiple=True, help="What to build. Default: firmware, verify and report.")
@click.option("--set", "settings", multiple=True, help="A further option of the build, name=value.")
@click.option("--also", multiple=True, type=click.Path(path_type=Path), help="A further file or folder to watch.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of the page's address [any that is free].")
def watch(
    model: str,
    board: str,
    targets: tuple[str, ...],
    settings: tuple[str, ...],
    also: tuple[Path, ...],
    port: int,
) -> None:
    """Build, verify and report again whenever the model, its manifest or the board changes. Ctrl-C ends it.

    The report page is at an address of this machine, and reloads itself; above it, and here, stands what changed.
    """
    from ingot.base.console import say
    from ingot.base.watch import watch as run
    from ingot.board import load_board
    from ingot.cli.project import scons_command
    from ingot.cli.words import board_file, manifest_of, model_beside
    from ingot.report.difference import figures_of

    command = scons_command("watch", "-Q", f"board={board}", f"model={model}", *settings)
    manifest, place = manifest_of(model), board_file(board)
    source = model_beside(manifest)
    paths = [manifest.path.parent if manifest.document is not None else manifest.path, place.parent, *also]
    paths += [source] if source is not None else []
    wanted = targets or ("firmware", "verify", "report")
    command += wanted
    texts = dict(word.partition("=")[::2] for word in settings)
    options = parse_options({name: texts[name] for name in ("build", "profile") if name in texts})
    build = Path(options.text("build"))
    folder = build / load_board(place).name / manifest.name
    profiled = options.switch("profile")
    page = _live_page(folder / "report.html", port) if "report" in wanted else None
    if page:
        say(f"the report is at {page.address}")
    try:
        run(paths, _builder(command, lambda: figures_of(folder, profiled), page, say), say, folder=build)
    finally:
        if page:
            page.close()


def _live_page(page: Path, port: int) -> LivePage:
    """Raises IngotError where the port is in use."""
    from ingot.base.errors import IngotError
    from ingot.base.live_page import LivePage

    try:
        return LivePage(page, port)
    except OSError as error:
        remedy = "Leave --port out: any free one is taken."
        raise IngotError(f"port {port} cannot be used: {error.strerror}", where="watch", remedy=remedy) from error


def _builder(
    command: list[str], figures: Callable[[], Figures | None], page: LivePage | None, say: Callable[[str], None]
) -> Callable[[], bool]:
    """What builds, and says what differs from the last build that succeeded. figures: of the build that is there."""
    import subprocess

    from ingot.report.difference import difference

    last = figures()

    def build() -> bool:
        nonlocal last
        passed = subprocess.run(command, check=False).returncode == 0
        lines: list[str] = []
        if not passed:
            lines = ["The last build failed: its console says why. This page is older."]
        elif (now := figures()) is not None:
            if last is not None:
                lines = difference(last, now)
                for line in lines:
                    say(line)
            last = now
        if page:
            page.tell(lines)
        return passed

    return build


#: How an image is run.
RUN_IMAGE = [name for name in PROGRAM_OPTIONS if name not in ("fsbl", "base", "profile")]


@verb("load-and-run")
@click.argument("image", type=FilePath)
@board_word
@click.option("--network", "c_info", type=FilePath, required=True, help="The network_c_info.json beside the image.")
@click.option("--params", type=FilePath, help="The params, when they are a file of their own.")
@click.option("--host", type=FilePath, help="model_host's firmware: the twin's, or with --port the board's.")
@click.option("--model", default="", help="Compare with this model's reference.")
@table_options(*RUN_IMAGE)
@click.option("--folder", default="", help="For the record of what was flashed. Default: beside the image.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def load_and_run(
    image: Path, board: str, c_info: Path, params: Path | None, host: Path | None, model: str, mode: str, **given: Any
) -> None:
    """Flash a relocatable IMAGE, have a board (or the twin) install and run it, and show what it needs and costs."""
    from ingot.base.errors import IngotError
    from ingot.cli.words import board_file, manifest_of, model_file
    from ingot.steps.validate import load_and_run as run

    if host is None and not given["port"]:
        raise IngotError("needs the twin's model_host", where="load-and-run", remedy="scons load-and-run builds it.")
    manifest = manifest_of(model) if model else None
    compared = model_file(manifest) if manifest else None
    given["manifest"] = str(manifest.path) if manifest else ""
    run(image, c_info, board_file(board), host, params, compared, mode=mode.upper(), **given)


@verbs()
def board() -> None:
    """Boards of your own."""


@board.command("new")
@click.argument("name")
@click.option("--like", "--from", help="The board to begin with: a name or a path. Default: n6dk.")
@click.option("--core", help="A generic board with this core instead: m0plus, m3, m4, m7, m33, m55 or m85.")
@click.option("--pools", type=FilePath, help="A .mpool file of ST's that the board must fit.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Its folder. Default: boards/NAME.")
def board_new(name: str, like: str | None, core: str | None, pools: Path | None, out: Path | None) -> Any:
    """Begin a board: a commented board.yaml and its pools, valid as they are."""
    from ingot.base.console import say
    from ingot.base.errors import IngotError
    from ingot.base.places import ROOT
    from ingot.board.cores import core_named, kernels_note, twin_note
    from ingot.board.template import full_core_name, generic_board, new_board

    folder = out or Path("boards") / name
    if like and core:
        raise IngotError("--like and --core exclude each other", where="board new", remedy="Leave one of them out.")
    if pools and core:
        raise IngotError("--pools and --core exclude each other", where="board new", remedy="Leave one of them out.")
    known = ROOT / "boards"
    written = generic_board(name, folder, core) if core else new_board(name, folder, like or "n6dk", known, pools)
    files = [str(path) for path in written]
    print("\n".join(files))
    notes = []
    if core:
        row = core_named(full_core_name(core))
        twin = twin_note(row.name, row.machine) if row.machine else f"no machine of QEMU has a {row.title}{NO_TWIN}"
        notes = [note for note in (kernels_note(row.name), twin) if note]
    for note in notes:
        say(note)
    return {"files": files, "notes": notes}
