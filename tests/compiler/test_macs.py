# SPDX-License-Identifier: Apache-2.0
"""Multiply-accumulates: every report has the same count, that of ingot.compiler.graph.cost."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.compiler.frontend.info import as_dict
from ingot.compiler.graph.cost import macs, parameters
from support import tflite_builder as tfl
from support.differential import check_network, graph_of, program_of
from support.models.draw import Seeded
from support.models.every import MODELS, NEEDS_PASSES

COUNTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED", "BATCH_MATMUL", "SVDF")


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_calls_do_the_work_of_their_operators(name: str) -> None:
    graph = graph_of(MODELS[name](Seeded(3)))
    work = sum(macs(graph, op) for op in graph.operators)
    program = program_of(MODELS[name](Seeded(3)), optimized=name in NEEDS_PASSES)
    assert sum(call.macs for call in program.calls) == work == as_dict(graph)["totals"]["macs"]
    if name.split()[0] in (*COUNTED, "UNIDIRECTIONAL_SEQUENCE_LSTM"):
        assert work > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["UNIDIRECTIONAL_SEQUENCE_LSTM", "SVDF", "CONV_2D int8", "BATCH_MATMUL"])
def test_layers_and_epochs_have_the_count_of_info(name: str) -> None:
    model = MODELS[name](Seeded(3))
    network = check_network(model)
    totals = as_dict(graph_of(model))["totals"]
    assert sum(layer.macs for layer in network.layers) == totals["macs"] > 0
    assert sum(epoch.macs for epoch in network.epochs) == totals["macs"]
    assert sum(layer.params for layer in network.layers) == totals["params"]
    assert sum(layer.param_bytes for layer in network.layers) == totals["param_bytes"]


def test_by_hand() -> None:
    conv = graph_of(tfl.conv2d((1, 8, 8, 3), np.ones((4, 3, 3, 3), np.int8), [0.1] * 4, np.zeros(4, np.int32)))
    assert macs(conv, conv.operators[0]) == 6 * 6 * 4 * 27
    assert parameters(conv, conv.operators[0]) == (4 * 27 + 4, 4 * 27 + 16)
    dense = graph_of(tfl.fully_connected((2, 5), np.ones((7, 5), np.int8), [0.1] * 7))
    assert macs(dense, dense.operators[0]) == 2 * 5 * 7
