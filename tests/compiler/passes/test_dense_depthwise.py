# SPDX-License-Identifier: Apache-2.0
"""Depthwise convolutions of one channel."""

from __future__ import annotations

import numpy as np

from ingot.compiler.passes.dense_depthwise import make_dense
from support.differential import check, graph_of
from support.tflite_builder import depthwise


def model(channels: int) -> bytes:
    weights = np.random.default_rng(1).integers(-127, 128, (1, 5, 3, 8)).astype(np.int8)
    return depthwise((1, 9, 7, channels), weights, [0.01 + 0.001 * i for i in range(8)], None, (2, 1), (1, 1), "SAME")


def test_one_channel_becomes_dense() -> None:
    graph = make_dense(graph_of(model(1)))
    assert [op.kind for op in graph.operators] == ["CONV_2D"]
    assert "depth_multiplier" not in graph.operators[0].attrs
    assert graph.tensors[graph.operators[0].inputs[1] or 0].shape == (8, 5, 3, 1)
    assert make_dense(graph) is graph


def test_several_channels_stay() -> None:
    graph = graph_of(model(8))
    assert make_dense(graph) is graph


def test_equal_to_litert() -> None:
    check(model(1))
