# SPDX-License-Identifier: Apache-2.0
"""Verbs that have SCons build the project in the working folder."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ingot.base.errors import IngotError
from ingot.cli.verb import verb
from ingot.cli.words import table_options


def scons_command(verb: str, *arguments: str) -> list[str]:
    """How SCons is called in the working folder. Raises IngotError where there is no project in it."""
    if not Path("SConstruct").is_file():
        raise IngotError("there is no SConstruct here", where=verb, remedy="Start it in the folder of the project.")
    return [sys.executable, "-m", "SCons", *arguments]


@verb()
@click.argument("folder", type=click.Path(path_type=Path))
@table_options("board", "profile")
@click.option("--set", "settings", multiple=True, help="A further option of the build, name=value.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def bench(folder: Path, board: str, profile: bool, settings: tuple[str, ...], as_json: bool) -> None:
    """Build every .tflite and .onnx of FOLDER (or a single one), run it on the board's twin, and show what it costs."""
    import subprocess

    asked = [f"board={board}", f"models={folder}", f"profile={int(profile)}", *settings]
    command = scons_command("bench", *asked, *(["-Q", "--json"] if as_json else []), "bench")
    sys.exit(subprocess.run(command, check=False).returncode)
