# SPDX-License-Identifier: Apache-2.0
"""Weights of four bits in a .tflite file: half the bytes in flash, the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.compiler.frontend.tflite import parse_tflite
from ingot.compiler.graph.arithmetic import is_thin
from ingot.compiler.graph.cost import four_bits
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.registry import Target
from ingot.compiler.passes.expand_weights import expand_weights
from ingot.compiler.passes.optimize import optimize
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.inputs import random_inputs
from support.differential import check, program_of
from support.models.dense import nibbles
from support.models.draw import Seeded

KERNELS = {
    "CONV_2D": ({"conv2d_w4_s8", "conv2d_w4_1x1_s8"}, {"conv2d_s8", "conv2d_1x1_s8"}),
    "FULLY_CONNECTED": ({"fully_connected_w4_s8"}, {"fully_connected_s8"}),
}


@pytest.mark.parametrize("kind", KERNELS)
def test_packed_and_expanded_give_the_same(kind: str) -> None:
    """And packed ones are half as many."""
    for seed in range(8):
        graph = parse_tflite(nibbles(Seeded(seed), kind), "model", "model.tflite")
        layers, weights, size, of = four_bits(graph)
        if is_thin(graph, graph.operators[0]):
            assert layers == 0
            continue
        assert (layers, weights, size) == (1, of, -(-of // 2))
        packed, expanded = (lower(optimize(g), Target()) for g in (graph, expand_weights(graph)))
        for program, names in zip((packed, expanded), KERNELS[kind], strict=True):
            assert program.calls[0].kernel in names
        sizes = [np.asarray(p.calls[0].params[1].data).nbytes for p in (packed, expanded)]
        channels = graph.tensors[graph.operators[0].inputs[1] or 0].shape[0]
        depth = of // channels
        assert sizes[1] - sizes[0] == -(-channels // 4) * -(-depth // 16) * 32
        specs = [(packed.tensors[t].shape, packed.tensors[t].dtype.value) for t in packed.inputs]
        inputs = random_inputs(specs, seed)
        for a, b in zip(DirectNetwork(packed).run(inputs), DirectNetwork(expanded).run(inputs), strict=True):
            np.testing.assert_array_equal(a, b)


def test_no_c_follows_from_biases() -> None:
    """Sums that leave 28 bits: the kernel learns it from its parameter block."""
    programs = []
    for huge in (False, True):
        for seed in range(8):
            model = nibbles(Seeded(seed), "CONV_2D", huge=huge)
            check(model)
            programs.append([(c.kernel, c.fields, [p.data.shape for p in c.params]) for c in program_of(model).calls])
    assert programs[:8] == programs[8:]
