"""`ingot sbom`: the bill of materials of a firmware."""

from __future__ import annotations

from pathlib import Path

import click

FilePath = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("models", metavar="MODEL...", nargs=-1, required=True)
@click.option("--board", required=True, help="A name under boards/, or a path to a board.yaml.")
@click.option(
    "--network", "networks", multiple=True, type=FilePath, required=True, help="The network_c_info.json of each MODEL."
)
@click.option("--elf", type=FilePath, required=True, help="The linked firmware.")
@click.option("--out", type=FilePath, required=True, help="The file to write, such as firmware.spdx.json.")
@click.option("--depfile", type=FilePath, help="Write what was read here, as a Makefile rule.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def sbom(
    models: tuple[str, ...],
    board: str,
    networks: tuple[Path, ...],
    elf: Path,
    out: Path,
    depfile: Path | None,
    as_json: bool,
) -> None:
    """Write the bill of materials (SPDX 2.3) of a firmware with the networks of each MODEL."""
    from ingot.board import load_board
    from ingot.cli.words import board_file, finish, manifest_of
    from ingot.steps.sbom import sbom as run

    manifests = [manifest_of(word) for word in models]
    path = board_file(board)
    run(elf, networks, manifests, out, board=load_board(path).name)
    read = [elf, *networks, *(manifest.path for manifest in manifests), path]
    finish({"files": [str(out)]}, as_json, str(out), depfile, read)
