# SPDX-License-Identifier: Apache-2.0
"""All passes together: what they do depends on the structure of the model, not on its numbers."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.frontend.examples import EXAMPLES
from ingot.compiler.frontend.tflite import parse_tflite, read_tflite
from ingot.compiler.graph import Graph, Quantization
from ingot.compiler.passes.optimize import optimize
from support.shared import shared

MODELS = [
    "mlperf_kws_ref_model",
    "mlperf_pretrainedResnet_quant",
    "omv_blazeface_front_128",
    "omv_fomo_face_detection",
    "omv_yolo_lc_192",
    "st_movenet_lightning_heatmaps_192_int8_pc",
]
FIXED_RESULTS = ("LOGISTIC", "SOFTMAX", "TANH", "LOG_SOFTMAX", "L2_NORMALIZATION")


def retrained(graph: Graph, seed: int) -> Graph:
    """The same graph with other weights, scales and zero points; tensors that shared parameters still do."""
    random = np.random.default_rng(seed)
    parameters: dict[bytes, Quantization] = {}
    fixed = {t for op in graph.operators if op.kind in FIXED_RESULTS for t in op.outputs}
    tensors = []
    for t, tensor in enumerate(graph.tensors):
        quant, data = tensor.quant, tensor.data
        if quant is not None and t not in fixed:
            key = quant.scale.tobytes() + quant.zero_point.tobytes() + tensor.dtype.value.encode()
            zero_point = quant.zero_point
            if tensor.data is None:
                low = 0 if tensor.dtype.value == "uint8" else -128
                zero_point = random.integers(low, low + 256, quant.zero_point.shape)
            scale = (quant.scale * random.uniform(0.5, 2, quant.scale.shape)).astype(np.float32)
            quant = parameters.setdefault(key, Quantization(scale, zero_point, quant.axis))
        if data is not None and tensor.quant is not None:
            data = random.permuted(data.ravel()).reshape(data.shape)
        tensors.append(replace(tensor, quant=quant, data=data))
    return replace(graph, tensors=tuple(tensors))


def structure(graph: Graph):
    """Everything but numbers that training makes."""
    return [
        (
            op.kind,
            op.inputs,
            op.outputs,
            op.origin,
            {k: (v.shape, v.dtype) if k == "entries" else v for k, v in op.attrs.items()},
            [(graph.tensors[t].shape, graph.tensors[t].dtype) for t in op.outputs],
        )
        for op in graph.operators
    ]


@pytest.mark.parametrize("name", MODELS)
def test_retraining_gives_the_same_structure(name):
    graph = read_tflite(shared(f"models/{name}.tflite"))
    expected = structure(optimize(graph))
    for seed in range(3):
        other = optimize(retrained(graph, seed))
        assert structure(other) == expected


@pytest.mark.parametrize("name", EXAMPLES)
def test_single_operators_keep_their_structure(name):
    graph = parse_tflite(EXAMPLES[name](), "model", "model.tflite")
    assert structure(optimize(retrained(graph, 1))) == structure(optimize(graph))


@pytest.mark.parametrize("name", EXAMPLES)
def test_once_is_enough(name):
    """Optimizing again changes nothing: the very same object comes back."""
    graph = optimize(parse_tflite(EXAMPLES[name](), "model", "model.tflite"))
    assert optimize(graph) is graph
