# SPDX-License-Identifier: Apache-2.0
"""The jobs that quantize the float model of a model.yaml with a section `quantize`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingot.model import Manifest
from ingot.quantize.settings import calibration_files, deciding
from ingot.recipe.job import StepJob
from ingot.recipe.step import Files, Step


def quantized_name(manifest: Manifest) -> str:
    """The name of the quantized file."""
    source = Path(manifest.source.file)
    return f"{source.stem}_{manifest.quantize.get('activations', 'int8')}{source.suffix}"


def quantize_arguments(manifest: Manifest) -> dict[str, Any]:
    """Options of the step quantize_model."""
    section = manifest.quantize
    lock = section.get("lock", "")
    return {
        "settings": deciding(section),
        "calibration": str(manifest.folder / section["calibration"]),
        "lock": str(manifest.folder / lock) if lock else "",
    }


def quantize_samples(manifest: Manifest) -> list[Path]:
    """The files that are used. Raises IngotError when there are none."""
    section = manifest.quantize
    return calibration_files(manifest.folder / section["calibration"], section.get("samples", 100))


def quantize_jobs(
    manifest: Manifest, model: str, folder: str, near: Callable[[Path | str], str]
) -> tuple[str, list[StepJob]]:
    """The quantized file, and what makes and judges it.

    model: the float file. folder: for what is made. near: how build files show a path.
    """
    target = f"{folder}/{quantized_name(manifest)}"
    options = quantize_arguments(manifest)
    options |= {key: near(options[key]) for key in ("calibration", "lock") if options[key]}
    lock = [options["lock"]] if options["lock"] and Path(options["lock"]).is_file() else []
    inputs: dict[str, Files] = {"model": model, "samples": [near(path) for path in quantize_samples(manifest)]}
    outputs: dict[str, Files] = {"quantized": target, "ranges": f"{folder}/ranges.json"}
    jobs = [StepJob(Step("quantize_model", inputs, outputs, options), tuple(lock), label=manifest.source.file)]
    check = manifest.quantize.get("check")
    if check:
        judged: dict[str, Files] = {"model": model, "quantized": target, "data": near(manifest.folder / check["data"])}
        step = Step(
            "check_quantized", judged, {"verdict": f"{folder}/accuracy.json"}, {"top1_drop": check["top1_drop"]}
        )
        jobs.append(StepJob(step, label=manifest.source.file))
    return target, jobs
