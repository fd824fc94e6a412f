# SPDX-License-Identifier: Apache-2.0
"""Operators of QDQ models: kernels give the bytes of the definition, and onnxruntime the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.compiler.frontend.onnx.read import read_qdq
from ingot.compiler.graph import DType
from ingot.device.run.onnx_layers import Comparison, OnnxLayers
from support.models.qdq import MODELS, ROUNDED, WIDE_MODELS, layer_of_two_types
from support.qdq_builder import QdqBuilder
from support.qdq_check import by_onnxruntime, check, graph_of

DRAWS = 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(DRAWS))
@pytest.mark.parametrize("name", MODELS)
def test_equal_to_the_definition_and_to_onnxruntime(name: str, seed: int) -> None:
    """Opsets from the oldest to the newest, where the operator's form stayed; activations of int8 and of uint8."""
    opset = {"reduce_mean": 17, "conv_w4": 21, "gemm_w4": 21}.get(name, (13, 17, 21, 17)[seed])
    builder = QdqBuilder(seed, opset, "uint8" if seed == 3 else "int8")
    model = MODELS[name](builder)
    graph, inputs, outputs = check(model, seed)
    for ours, theirs in zip(outputs, by_onnxruntime(model, graph, inputs), strict=True):
        distance = np.abs(ours.astype(np.int64).reshape(theirs.shape) - theirs)
        assert distance.max(initial=0) <= (1 if name in ROUNDED else 0)
        assert np.count_nonzero(distance) <= ROUNDED.get(name, 0) * distance.size
    left = [op for op in graph.operators if op.kind in ("QUANTIZE", "DEQUANTIZE")]
    assert len(left) == {"float_between": 2, "prelu": 4}.get(name, 0)


def test_a_number_times_its_sigmoid_is_one_table() -> None:
    """Though the sigmoid is quantized between."""
    assert [op.kind for op in graph_of(MODELS["silu"](QdqBuilder(1))).operators] == ["table"]


INTEGERS = {
    "conv": "CONV_2D", "depthwise": "DEPTHWISE_CONV_2D", "gemm": "FULLY_CONNECTED", "matmul": "FULLY_CONNECTED",
    "matmul_of_two": "BATCH_MATMUL", "add": "ADD", "sub": "SUB", "mul": "MUL", "clip": "CONV_2D",
    "average_pool": "AVERAGE_POOL_2D", "global_average_pool": "MEAN", "resize_linear": "RESIZE_BILINEAR",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["int16", "uint16"])
@pytest.mark.parametrize("name", WIDE_MODELS)
def test_activations_of_16_bits(name: str, dtype: str) -> None:
    """Kernels give the bytes of the definition; onnxruntime, layer by layer, the same numbers within rounding."""
    model = MODELS[name](QdqBuilder(5, 21, dtype))
    graph, inputs, _ = check(model)
    comparison = Comparison()
    OnnxLayers(read_qdq(model, name, name), fused=False).compare(inputs, comparison)
    assert comparison.values and comparison.within, comparison.lines()
    assert {graph.tensors[t].dtype for t in (*graph.inputs, *graph.outputs)} == {DType.INT16}
    if name in INTEGERS:
        kinds = [op.kind for op in graph.operators if op.kind not in ("TRANSPOSE", "RESHAPE")]
        assert kinds == [INTEGERS[name]]


@pytest.mark.parametrize(("given", "made"), [("int8", "int16"), ("int16", "int8")])
def test_a_layer_between_8_and_16_bits(given: str, made: str) -> None:
    """int8 becomes int16 by a table before a layer of int16; results of int8 cost nothing."""
    model = layer_of_two_types(QdqBuilder(2, 21), given, made)
    graph, inputs, _ = check(model)
    assert [op.kind for op in graph.operators] == (["table"] if given == "int8" else []) + ["CONV_2D"]
    comparison = Comparison()
    OnnxLayers(read_qdq(model, "mixed", "mixed"), fused=False).compare(inputs, comparison)
    assert comparison.values and comparison.within, comparison.lines()
