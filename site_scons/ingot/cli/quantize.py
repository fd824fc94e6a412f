# SPDX-License-Identifier: Apache-2.0
"""`ingot quantize`: a float model once by hand, or the lock file of a model.yaml."""

from __future__ import annotations

from pathlib import Path

import click

from ingot.base.errors import IngotError
from ingot.cli.verb import verb
from ingot.cli.words import FilePath, finish, json_option, manifest_of, model_word
from ingot.model import find_source
from ingot.quantize.settings import calibration_files
from ingot.recipe.quantize import quantize_arguments, quantize_samples, quantized_name
from ingot.steps.quantize import quantize_model


@verb()
@model_word
@click.option("--calibration", default="", metavar="DIR", help="Folder or .npz of real inputs; else the model.yaml's.")
@click.option("--count", type=click.IntRange(1), default=100, show_default=True, help="How many samples.")
@click.option(
    "--weights", type=click.Choice(["int8", "int4"]), default="int8", show_default=True, help="Type of the weights."
)
@click.option(
    "--activations",
    type=click.Choice(["int8", "int16"]),
    default="int8",
    show_default=True,
    help="Type of what layers give to each other.",
)
@click.option("--layout", type=click.Choice(["channels_last", "channels_first"]), help="Of the calibration data.")
@click.option("--out", type=FilePath, help="The quantized file; else beside the model, NAME_int8.")
@click.option("--update-lock", is_flag=True, help="Write the lock file of the model.yaml.")
@json_option
def quantize(
    model: str,
    calibration: str,
    count: int,
    weights: str,
    activations: str,
    layout: str | None,
    out: Path | None,
    update_lock: bool,
    as_json: bool,
) -> None:
    """Quantize the float model MODEL with calibration data.

    MODEL is a float .tflite or .onnx, or the model.yaml of one with a section `quantize`.
    """
    manifest = manifest_of(model)
    source = find_source(manifest)
    if source is None:
        raise IngotError("the model's file is not on this machine.", where=model, remedy="Build once, or download it.")
    if manifest.quantize and not calibration:
        files, arguments = quantize_samples(manifest), quantize_arguments(manifest)
        name = quantized_name(manifest)
    else:
        if not calibration:
            raise IngotError("--calibration is missing.", where=model, remedy="Name the folder of real inputs.")
        given = {"samples": count, "weights": weights, "activations": activations, "layout": layout}
        settings = {key: value for key, value in given.items() if value is not None}
        files = calibration_files(Path(calibration), count)
        arguments = {"settings": settings, "calibration": calibration}
        name = f"{source.stem}_{activations}{source.suffix}"
    target = out or source.with_name(name)
    ranges = target.with_suffix(".ranges.json")
    quantize_model(source, files, target, ranges, **arguments, update_lock=update_lock)
    finish({"files": [str(target), str(ranges)]}, as_json, f"{target}")
