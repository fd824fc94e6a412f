# SPDX-License-Identifier: Apache-2.0
"""How often the largest output is the label's, in float and quantized."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.base.untrusted import read_bounded
from ingot.model.kinds_of_file import TFLITE, kind_of
from ingot.preprocessing.numpy_file import numpy_arrays
from ingot.quantize.calibration import FloatInput, Sample
from ingot.quantize.quantize import format_of


def top1_of(float_model: bytes, quantized: bytes, where: str, data: Path) -> tuple[float, float, int]:
    """(percent in float, percent quantized, samples). Raises IngotError for data that do not fit the model."""
    samples, labels = _labelled(data, format_of(float_model, where).inputs(float_model, where))
    before, after = (100 * float(np.mean(_largest(model, samples) == labels)) for model in (float_model, quantized))
    return before, after, len(samples)


def _labelled(file: Path, inputs: Sequence[FloatInput]) -> tuple[list[Sample], npt.NDArray[Any]]:
    arrays = numpy_arrays(read_bounded(file, "array"), str(file))
    labels = arrays.pop("labels", None)
    if labels is None or set(arrays) != {item.name for item in inputs}:
        names = ", ".join(item.name for item in inputs)
        raise IngotError(
            f"it holds {', '.join([*arrays, *([] if labels is None else ['labels'])])}.",
            where=str(file),
            remedy=f"It needs the arrays {names} and labels, one element a sample.",
        )
    count = labels.size
    for item in inputs:
        if arrays[item.name].shape != (count, *item.shape[1:]) or arrays[item.name].dtype.kind != "f":
            raise IngotError(
                f"'{item.name}' is {arrays[item.name].dtype} {list(arrays[item.name].shape)}, wanted is float32 "
                f"{[count, *item.shape[1:]]}.",
                where=str(file),
            )
    samples = [{item.name: arrays[item.name][i : i + 1].astype(np.float32) for item in inputs} for i in range(count)]
    return samples, labels.reshape(-1)


def _largest(model: bytes, samples: Sequence[Sample]) -> npt.NDArray[Any]:
    """The index of the largest number of the first output."""
    if getattr(kind_of(model), "name", "") == TFLITE:
        from ingot.quantize.tflite_quantizer import run_tflite

        outputs = run_tflite(model, samples).outputs
    else:
        from ingot.quantize.onnx_quantizer import run_onnx

        outputs = run_onnx(model, samples)[1]
    return np.array([int(np.argmax(one[0])) for one in outputs])
