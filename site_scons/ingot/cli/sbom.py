# SPDX-License-Identifier: Apache-2.0
"""`ingot sbom`: the bill of materials of a firmware."""

from __future__ import annotations

from pathlib import Path

import click

from ingot.cli.verb import verb
from ingot.cli.words import board_file, board_word, finish, manifest_of, output_options

FilePath = click.Path(path_type=Path, dir_okay=False)


@verb()
@click.argument("models", metavar="MODEL...", nargs=-1, required=True)
@board_word
@click.option(
    "--network", "networks", multiple=True, type=FilePath, required=True, help="The network_c_info.json of each MODEL."
)
@click.option("--elf", type=FilePath, required=True, help="The linked firmware.")
@click.option("--out", type=FilePath, required=True, help="The file to write, such as firmware.spdx.json.")
@output_options
def sbom(
    models: tuple[str, ...],
    board: str,
    networks: tuple[Path, ...],
    elf: Path,
    out: Path,
    depfile: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write the bill of materials (SPDX 2.3) of a firmware with the networks of each MODEL."""
    from ingot.steps.sbom import sbom as run

    manifests = [manifest_of(word).path for word in models]
    path = board_file(board)
    run(elf, networks, out, manifests=[str(manifest) for manifest in manifests], board=path)
    finish({"files": [str(out)]}, as_json, str(out), depfile, [elf, *networks, *manifests, path], quiet)
