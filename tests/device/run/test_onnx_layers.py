# SPDX-License-Identifier: Apache-2.0
"""A QDQ model beside onnxruntime, layer by layer, as `verify` reports it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from ingot.compiler.frontend.onnx.read import QdqModel, read_qdq
from ingot.device.run.inputs import random_inputs
from ingot.device.run.onnx_layers import report_layers
from support.models.qdq import network
from support.qdq_builder import QdqBuilder


def samples_of(model: QdqModel) -> list[list[np.ndarray]]:
    graph = model.graph
    return [random_inputs([(graph.tensors[t].shape, graph.tensors[t].dtype.value) for t in graph.inputs], 1)]


def test_layers_are_equal_and_so_is_the_whole() -> None:
    model = read_qdq(network(QdqBuilder(7)), "small", "small.onnx")
    report = report_layers(model, samples_of(model))
    assert report.beyond == ""
    assert "onnxruntime, layer by layer: Conv, Gemm and MatMul: 0 of 1,117 differ" in report.lines
    assert report.lines[-1] == "its fused kernels, from input to output: 0 of 1,445 differ"


def test_a_wrong_layer_is_named() -> None:
    """Though only its bias differs from the file's, and later layers compute right."""
    model = read_qdq(network(QdqBuilder(7)), "small", "small.onnx")
    op = next(op for op in model.graph.operators if op.kind == "DEPTHWISE_CONV_2D")
    tensors = list(model.graph.tensors)
    bias = tensors[op.inputs[2] or 0]
    tensors[op.inputs[2] or 0] = replace(bias, data=np.asarray(bias.data) + 20_000)
    wrong = replace(model, graph=replace(model.graph, tensors=tuple(tensors)))
    assert report_layers(wrong, samples_of(wrong)).beyond == model.places[op.outputs[0]][0]


def test_sums_that_onnxruntime_wraps_are_reported() -> None:
    b = QdqBuilder(1)
    x = b.input((1, 3, 2, 4), 0.05, 0)
    parts = [b.constant(np.full((2, 3, 1, 1), 127, np.int8)), b.constant(np.float32(0.01)), b.constant(np.int8(0))]
    bias = [b.constant(np.array([2**31 - 1, -(2**31)], np.int32)), b.constant(np.float32(np.float32(0.05) * 0.01))]
    weights, bias = b.node("DequantizeLinear", parts), b.node("DequantizeLinear", bias)
    model = read_qdq(b.finish([b.quantized(b.node("Conv", [x, weights, bias]), 0.02, 0)]), "huge", "huge.onnx")
    report = report_layers(model, samples_of(model))
    assert report.beyond == ""
    assert any(line.startswith("its fused kernels overflow 32 bits in 1 layer, ") for line in report.lines)
