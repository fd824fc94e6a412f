# SPDX-License-Identifier: Apache-2.0
"""`ingot h747 ...`: buffers of ST's own application for STM32H747I-DISCO."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingot.cli.verb import verbs
from ingot.cli.words import TableOption

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingot.st.h747.budget import Budget
    from ingot.st.h747.camera import Camera

FilePath = click.Path(path_type=Path, dir_okay=False)
Folder = click.Path(path_type=Path, file_okay=False)


@verbs()
def h747() -> None:
    """ST's application for STM32H747I-DISCO: camera and buffers for a network."""


def common(function: Callable[..., None]) -> Callable[..., None]:
    """What both verbs need to know."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
        click.option("--elf", type=FilePath, help="The application as built, for what it takes itself."),
        click.option(
            "--mode",
            type=click.Choice(["crop", "padding", "fit"]),
            default="crop",
            show_default=True,
            help="How the camera's picture becomes the network's.",
        ),
        click.option(
            "--board", cls=TableOption, default="h747-disco", show_default=True, help="A board with AXIRAM and SDRAM."
        ),
        click.option("--network", type=FilePath, required=True, help="The network_c_info.json of the network."),
    ):
        function = option(function)
    return function


@h747.command()
@common
@click.option("--out", type=Folder, required=True, help="Folder for h747_buffers.h, .c and .ld.")
def buffers(network: Path, board: str, mode: str, elf: Path | None, as_json: bool, out: Path) -> None:
    """Write the buffers as files to be included: h747_buffers.h, .c and .ld."""
    from ingot.base.files import write_if_changed
    from ingot.st.h747.declarations import header_text, sections_text, source_text

    budget, camera = _plan(network, board, mode, elf)
    texts = {".h": header_text(budget, camera), ".c": source_text(budget), ".ld": sections_text(budget)}
    for suffix, text in texts.items():
        write_if_changed(out / f"h747_buffers{suffix}", text)
    _show(budget, camera, as_json, [str(out / f"h747_buffers{suffix}") for suffix in texts])


@h747.command()
@click.argument("project", type=Folder)
@common
@click.option("--dry-run", is_flag=True, help="Show the changes as a diff and write nothing.")
def patch(project: Path, network: Path, board: str, mode: str, elf: Path | None, as_json: bool, dry_run: bool) -> None:
    """Edit main.h, main.c and ai_interface.h of ST's PROJECT between its markers."""
    from ingot.st.h747.patch import apply_patch, plan_patch

    budget, camera = _plan(network, board, mode, elf)
    edits = plan_patch(project, budget, camera)
    if dry_run:
        for edit in edits:
            if edit.changed:
                click.echo(edit.diff(project).encode("utf-8", "surrogateescape"))  # ST's sources have other bytes too
        return
    apply_patch(edits)
    _show(budget, camera, as_json, [str(edit.path) for edit in edits if edit.changed])


def _plan(network: Path, board: str, mode: str, elf: Path | None) -> tuple[Budget, Camera]:
    from ingot.base.errors import IngotError
    from ingot.board import load_board
    from ingot.cli.words import board_file
    from ingot.link.elf import read_elf
    from ingot.network.c_info import read_c_info
    from ingot.st.h747.budget import footprint_of, make_budget
    from ingot.st.h747.camera import camera_for

    described, place = read_c_info(network), load_board(board_file(board))
    shape = described.inputs[0].shape
    if len(shape) != 4 or shape[3] not in (1, 3):
        raise IngotError(f"the network's input is no image: {'x'.join(map(str, shape))}", where=str(network))
    camera = camera_for(shape[2], shape[1], mode)
    return make_budget(place, described, camera, footprint_of(read_elf(elf).parts, place) if elf else None), camera


def _show(budget: Budget, camera: Camera, as_json: bool, files: list[str]) -> None:
    import json

    placed = [{"name": item.name, "memory": item.memory, "bytes": item.room} for item in budget.placed]
    facts: dict[str, Any] = {"files": files, "camera": camera.resolution, "buffers": placed, "left": dict(budget.left)}
    if as_json:
        click.echo(json.dumps(facts, indent=2, sort_keys=True))
        return
    click.echo(f"{camera.resolution}, {camera.width_macro} x {camera.height_macro}")
    for entry in placed:
        click.echo(f"  {entry['name']:<32}{entry['memory']:<8}{entry['bytes']:>10,}")
    for memory, size in budget.left.items():
        click.echo(f"  left in {memory:<24}{'':<8}{size:>10,}")
