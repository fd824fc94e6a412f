# SPDX-License-Identifier: Apache-2.0
"""The verbs that write a network for a build system that has its own compiler settings: Zephyr, CMSIS-Toolbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingot.base.errors import IngotError
from ingot.cli.shells import request_words, requests_of
from ingot.cli.verb import verb
from ingot.cli.words import options_of, table_options

if TYPE_CHECKING:
    from ingot.recipe.firmware import FirmwareBuild
    from ingot.recipe.job import StepJob


@verb()
@request_words
@table_options("build")
@click.option("--out", default="ingot_module", show_default=True, help="Folder of the module.")
def zephyr(out: str, **values: Any) -> Any:
    """Write MODEL on a board as a module of Zephyr, which builds the network with the application."""
    from ingot.base.files import write_if_changed
    from ingot.shells.zephyr import zephyr_files

    files = zephyr_files(_network(values), Path(out).as_posix())
    for path, text in files.items():
        write_if_changed(Path(path), text)
    return {"files": list(files)}


@verb()
@request_words
@table_options("build")
@click.option("--out", default="network.clayer.yml", show_default=True, help="The layer's file.")
def csolution(out: str, **values: Any) -> Any:
    """Compile MODEL for a board, and write it as a layer of CMSIS-Toolbox (csolution)."""
    from ingot.base.files import write_if_changed
    from ingot.shells.csolution import layer_text
    from ingot.shells.source_groups import generating_steps

    firmware = _network(values)
    text = layer_text(firmware, Path(out).as_posix())
    run_steps(generating_steps(firmware))
    write_if_changed(Path(out), text)
    return {"files": [out]}


def run_steps(jobs: Sequence[StepJob]) -> None:
    """Runs the steps of jobs in this process, one after the other. Raises IngotError."""
    from ingot.steps.call import call_step

    for job in jobs:
        words = job.step.arguments()
        texts: dict[str, list[str]] = {"--in": [], "--out": [], "--set": []}
        for flag, text in zip(words[2::2], words[3::2], strict=True):
            texts[flag].append(text)
        for file in job.outputs:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        call_step(job.step.name, *texts.values())


def _network(values: dict[str, Any]) -> FirmwareBuild:
    from ingot.recipe.firmware import FirmwareBuild

    compiler = options_of(values).text("compiler")
    if compiler != "builtin":
        raise IngotError(
            "a network of this compiler is not made of C files alone: it needs ST's runtime",
            where=f"compiler={compiler}",
            remedy="Leave the option away (compiler=builtin), or build with SCons, CMake, Ninja or Make.",
        )
    requests = requests_of(**{"app": "", "launcher": "", **values})
    return FirmwareBuild.of([replace(request, app="") for request in requests])
