# SPDX-License-Identifier: Apache-2.0
"""Public int8 .tflite models beside the QDQ .onnx files that mean the same: layers and memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from ingot.compiler.compile import compile_model
from ingot.compiler.even.evaluate import evaluate
from ingot.compiler.frontend.model import read_model
from ingot.compiler.graph import Operator
from ingot.device.run.inputs import random_inputs
from ingot.device.run.oracle import Reference
from support.differential import HOST_POOLS
from support.shared import shared
from support.tflite_to_qdq import qdq_of

MODELS = ["mlperf_kws_ref_model", "mlperf_pretrainedResnet_quant", "mlperf_ad01_int8"]
LEFT = {"omv_fomo_face_detection": 2}
"""TRANSPOSE that stay: around a Softmax over channels whose result has them first, and of a picture of one channel."""

MORE = ["mlperf_vww_96_int8", "omv_fomo_face_detection", "omv_micro_speech"]


def as_graph(array: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any] | None:
    """A tensor of the .tflite in the order of the .onnx's graph: the same, or with its channels first."""
    if array.shape == shape:
        return array
    turned = array.transpose(0, 3, 1, 2) if array.ndim == 4 else array
    return turned if turned.shape == shape else None


@pytest.mark.parametrize("name", [*MODELS, *(pytest.param(name, marks=pytest.mark.slow) for name in MORE)])
def test_layers_and_memory(name: str, tmp_path: Path) -> None:
    """Each layer gets LiteRT's inputs: at most 1 of 100 numbers differs, by one, which is what the two roundings
    explain. No byte is moved more than in the .tflite; memory is the same within 5 %."""
    path, other = shared(f"models/{name}.tflite"), tmp_path / f"{name}.onnx"
    other.write_bytes(qdq_of(path))
    graph = read_model(other)
    reference = Reference(path)
    inputs = random_inputs([(port.shape, port.dtype.name) for port in reference.inputs], 1)
    reference.run(inputs)
    known = {tensor.name: t for t, tensor in enumerate(read_model(path).tensors)}
    makers: dict[int, Operator] = {t: op for op in graph.operators for t in op.outputs}
    compared = 0

    def seen(t: int, ours: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
        nonlocal compared
        place = known.get(graph.tensors[t].name)
        theirs = None if place is None else as_graph(reference.tensor(place), ours.shape)
        if theirs is None or ours.dtype == np.float32:
            return None
        distance = np.abs(ours.astype(np.int64) - theirs)
        share = np.count_nonzero(distance) / distance.size
        assert distance.max() <= 1 and share <= 0.01, (makers[t].kind, graph.tensors[t].name, distance.max(), share)
        compared += 1
        return theirs

    given = [array.reshape(graph.tensors[t].shape) for array, t in zip(inputs, graph.inputs, strict=True)]
    evaluate(graph, given, seen)
    assert compared >= 0.6 * sum(op.kind not in ("TRANSPOSE", "RESHAPE") for op in graph.operators)
    assert sum(op.kind == "TRANSPOSE" for op in graph.operators) == LEFT.get(name, 0)
    networks = []
    for folder, file in (("a", path), ("b", other)):
        (tmp_path / folder).mkdir()
        networks.append(compile_model(file, HOST_POOLS, tmp_path / folder))
    assert networks[1].peak <= 1.05 * networks[0].peak
