# SPDX-License-Identifier: Apache-2.0
"""A float model becomes a quantized one: by ai-edge-quantizer (.tflite) or onnxruntime's quantizer (.onnx)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.model.kinds_of_file import ONNX, TFLITE, kind_of
from ingot.quantize import onnx_quantizer, tflite_quantizer
from ingot.quantize.calibration import Calibration, FloatInput, Sample, checked, read_samples
from ingot.quantize.ranges import Pairs, TensorRange, onnx_pairs, ranges_of, tflite_pairs
from ingot.quantize.settings import QuantizeSettings


@dataclass(frozen=True)
class Format:
    """How files of one kind are quantized."""

    inputs: Callable[[bytes, str], list[FloatInput]]
    quantize: Callable[[bytes, Sequence[Sample], QuantizeSettings, str], bytes]
    tool: Callable[[], str]
    pairs: Callable[[bytes, bytes, Sequence[Sample]], Pairs]


FORMATS = {
    TFLITE: Format(
        tflite_quantizer.float_inputs, tflite_quantizer.quantize_tflite, tflite_quantizer.tool_version, tflite_pairs
    ),
    ONNX.name: Format(
        onnx_quantizer.float_inputs, onnx_quantizer.quantize_onnx, onnx_quantizer.tool_version, onnx_pairs
    ),
}


@dataclass(frozen=True)
class Quantized:
    """data: the file. tool: what wrote it. ranges: of its tensors by name. notes: lines for people."""

    data: bytes
    tool: str
    ranges: dict[str, TensorRange]
    notes: tuple[str, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def format_of(data: bytes, where: str) -> Format:
    """Raises IngotError for what no float model can be."""
    kind = kind_of(data)
    if kind is None or kind.name not in FORMATS:
        what = "an unknown file" if kind is None else kind.what
        raise IngotError(f"it is {what}; float .tflite and .onnx files are quantized.", where=where)
    return FORMATS[kind.name]


def quantize_model(
    data: bytes, where: str, files: Sequence[Path], place: Path, settings: QuantizeSettings
) -> Quantized:
    """The quantized file of a float one.

    where: how messages call the model. files: of calibration data; place: how messages call all of them.
    Raises IngotError for what cannot be quantized, for bad calibration data, and when a package is missing.
    """
    form = format_of(data, where)
    inputs = form.inputs(data, where)
    tool = form.tool()
    calibration: Calibration = checked(read_samples(files, place, inputs, settings), inputs, place)
    result = form.quantize(data, calibration.samples, settings, where)
    return Quantized(result, tool, ranges_of(form.pairs(data, result, calibration.samples)), calibration.notes)
