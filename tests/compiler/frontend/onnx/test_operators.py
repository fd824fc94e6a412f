# SPDX-License-Identifier: Apache-2.0
"""Operators of QDQ models: kernels give the bytes of the definition, and onnxruntime the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from support.models.qdq import MODELS, ROUNDED
from support.qdq_builder import QdqBuilder
from support.qdq_check import by_onnxruntime, check, graph_of

DRAWS = 4


@pytest.mark.parametrize("seed", range(DRAWS))
@pytest.mark.parametrize("name", MODELS)
def test_equal_to_the_definition_and_to_onnxruntime(name: str, seed: int) -> None:
    """Opsets from the oldest to the newest, where the operator's form stayed; activations of int8 and of uint8."""
    opset = {"reduce_mean": 17, "conv_w4": 21}.get(name, (13, 17, 21, 17)[seed])
    builder = QdqBuilder(seed, opset, "uint8" if seed == 3 else "int8")
    model = MODELS[name](builder)
    graph, inputs, outputs = check(model, seed)
    for ours, theirs in zip(outputs, by_onnxruntime(model, graph, inputs), strict=True):
        distance = np.abs(ours.astype(np.int64).reshape(theirs.shape) - theirs)
        assert distance.max(initial=0) <= (1 if name in ROUNDED else 0)
        assert np.count_nonzero(distance) <= ROUNDED.get(name, 0) * distance.size
    left = [op for op in graph.operators if op.kind in ("QUANTIZE", "DEQUANTIZE")]
    assert len(left) == {"float_between": 2, "resize_linear": 2, "prelu": 4}.get(name, 0)


def test_a_number_times_its_sigmoid_is_one_table() -> None:
    """Though the sigmoid is quantized between."""
    assert [op.kind for op in graph_of(MODELS["silu"](QdqBuilder(1))).operators] == ["table"]
