# SPDX-License-Identifier: Apache-2.0
"""Verbs about the board's emulated twin: emulate, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ingot.cli.verb import verb
from ingot.cli.words import (
    FilePath,
    board_file,
    board_word,
    json_option,
    manifest_of,
    model_file,
    model_word,
    network_option,
    table_options,
)
from ingot.report.verdict import VERDICT_FILE
from ingot.steps import run as run_steps


@verb()
@board_word
@network_option
@click.option("--elf", type=FilePath, required=True, help="The twin's firmware (application validate).")
@table_options("input", "seed", "save")
@click.option("--model", default="", help="The model whose preprocessing counts for --input.")
@json_option
def emulate(board: str, network: Path, elf: Path, input: str, model: str, seed: int, save: str, as_json: bool) -> None:
    """Run the network once on the board's twin in QEMU."""
    manifest = str(manifest_of(model).path) if model else ""
    words: dict[str, Any] = {"input": input, "seed": seed, "as_json": as_json, "manifest": manifest, "save": save}
    run_steps.emulate(elf, network, board_file(board), **words)


@verb()
@model_word
@board_word
@network_option
@click.option("--elf", type=FilePath, required=True, help="The twin's firmware (application validate).")
@table_options("input", "samples", "seed")
@json_option
def verify(
    model: str, board: str, network: Path, elf: Path, input: str, samples: int, seed: int, as_json: bool
) -> None:
    """Compare the twin's outputs with LiteRT's reference kernels, byte for byte."""
    manifest = manifest_of(model)
    run_steps.verify(
        elf,
        network,
        model_file(manifest),
        board_file(board),
        elf.with_name(VERDICT_FILE),
        input=input,
        samples=samples,
        seed=seed,
        as_json=as_json,
        manifest=str(manifest.path),
    )
