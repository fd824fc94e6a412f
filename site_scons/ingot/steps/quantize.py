# SPDX-License-Identifier: Apache-2.0
"""Steps that quantize a float model, and judge the result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ingot.base.console import say
from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed


def quantize_model(
    model: Path,
    samples: Sequence[Path],
    quantized: Path,
    ranges: Path,
    *,
    settings: Mapping[str, Any],
    calibration: str,
    lock: str = "",
    update_lock: bool = False,
) -> None:
    """Quantizes a float .tflite or .onnx, and writes what that did to each tensor.

    samples: the files of calibration data. calibration: how messages call all of them. settings: what of the section
    `quantize` decides the file (ingot.quantize.settings.deciding). lock: the lock file, "" for none.
    """
    from ingot.model.model_file import read_model_file
    from ingot.quantize.lock import check_lock, write_lock
    from ingot.quantize.quantize import quantize_model as run
    from ingot.quantize.ranges import as_json, lines_of
    from ingot.quantize.settings import QuantizeSettings

    data = read_model_file(model).data
    result = run(data, str(model), samples, Path(calibration), QuantizeSettings.of(settings))
    for note in result.notes:
        say(note)
    if lock:
        if update_lock:
            write_lock(Path(lock), result.sha256, result.tool)
        elif note := check_lock(Path(lock), result.sha256, result.tool):
            say(note)
    say(f"{model.name}: {len(data):,} -> {len(result.data):,} bytes, by {result.tool}; the worst tensors:")
    for line in lines_of(result.ranges):
        say(f"  {line}")
    facts = {"tool": result.tool, "sha256": result.sha256, "tensors": as_json(result.ranges)}
    write_if_changed(ranges, json.dumps(facts, indent=1) + "\n")
    write_if_changed(quantized, result.data)


def check_quantized(model: Path, quantized: Path, data: Path, verdict: Path, *, top1_drop: float) -> None:
    """Compares the largest output with labels, of the float model and of the quantized one.

    data: a .npz with the inputs by name and `labels`. top1_drop: percent that the quantized one may lose.
    Raises IngotError when it loses more.
    """
    from ingot.model.model_file import read_model_file
    from ingot.quantize.accuracy import top1_of

    before, after, count = top1_of(read_model_file(model).data, read_model_file(quantized).data, str(model), data)
    if before - after > top1_drop:
        raise IngotError(
            f"quantizing lost {before - after:.2f} % of top-1 accuracy ({before:.2f} % -> {after:.2f} % of {count} "
            f"samples), {top1_drop:g} % are allowed.",
            where=str(model),
            remedy="Calibrate with more like the test data, or keep layers in float.",
        )
    say(f"top-1 of {count} samples: {before:.2f} % in float, {after:.2f} % quantized")
    write_if_changed(verdict, json.dumps({"float": before, "quantized": after, "samples": count}) + "\n")
