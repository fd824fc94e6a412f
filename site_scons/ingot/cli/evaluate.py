# SPDX-License-Identifier: Apache-2.0
"""The verb `evaluate`: how often a model is right."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from ingot.answers.dataset import check_place
from ingot.cli.verb import verb
from ingot.cli.words import board_file, json_option, manifest_of, model_file, model_word, options_of, table_options
from ingot.model.asked import IO_OPTIONS
from ingot.recipe.asked import asked_of
from ingot.steps import evaluate as evaluate_steps
from ingot.steps.compile import compile_network


@verb()
@model_word
@click.argument("data", type=click.Path(path_type=Path))
@table_options("board", *IO_OPTIONS)
@click.option("--report", default="", help="A file that gets the figures as JSON.")
@json_option
def evaluate(model: str, data: Path, board: str, report: str, as_json: bool, **values: Any) -> None:
    """Show how often MODEL is right on DATA.

    DATA is a folder with a folder of files for each class, or a .npz with x and y; of a detector, a folder of pictures
    with a .txt of boxes beside each.

    Runs preprocessing, network and postprocessing as C on this machine, and LiteRT on the same inputs.
    """
    from ingot.board import load_board
    from ingot.board.fit import load_pools
    from ingot.compiler.output_names import output_names

    manifest, options = manifest_of(model), options_of(values)
    check_place(data)
    path = board_file(board)
    document = str(manifest.path) if manifest.document else ""
    with tempfile.TemporaryDirectory(prefix="ingot-evaluate-") as scratch:
        files = [Path(scratch, name) for name in output_names("network", load_pools(load_board(path))).all()]
        source = model_file(manifest)
        asked = asked_of(options, manifest)
        compile_network(source, path, files, title=manifest.title, sha256=manifest.source.sha256, asked=asked)
        info = next(file for file in files if file.name.endswith("_c_info.json"))
        evaluate_steps.evaluate(info, source, data, manifest=document, as_json=as_json, report=report)
