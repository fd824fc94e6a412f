# SPDX-License-Identifier: Apache-2.0
"""What the tests of passes share."""

import numpy as np

from ingot.compiler.frontend.tflite import parse_tflite
from ingot.compiler.passes.optimize import optimize
from ingot.device.run.inputs import random_inputs
from ingot.device.run.oracle import Reference
from support.graph_runner import run_graph
from support.tflite_builder import Builder

INT8 = ("int8", 0.1, 3)


def graph_of(model, name="model"):
    return parse_tflite(model, name, f"{name}.tflite")


def kinds(graph):
    return [op.kind for op in graph.operators]


def check_same(model, graph, samples=3):
    """The graph gives the bytes that LiteRT gives for the model, and its operators account for all of the model's."""
    reference = Reference(model)
    for seed in range(samples):
        inputs = random_inputs([(p.shape, p.dtype.name) for p in reference.inputs], seed)
        for ours, expected in zip(run_graph(graph, inputs), reference.run(inputs), strict=True):
            np.testing.assert_array_equal(ours, expected)


def check_optimized(model, expected_kinds):
    """After all passes these kinds are left and the results are the same; returns the graph."""
    graph = optimize(graph_of(model))
    assert kinds(graph) == expected_kinds
    check_same(model, graph)
    return graph


def conv(b: Builder, x, shape, kernel=3, filters=4, padding="VALID", stride=1, activation="NONE", target=INT8, seed=0):
    """Adds a CONV_2D behind tensor x of that shape; returns the output's id and shape."""
    random = np.random.default_rng(seed)
    w = b.constant(random.integers(-127, 128, (filters, kernel, kernel, shape[3])).astype(np.int8), [0.01] * filters)
    bias = b.constant(random.integers(-500, 500, filters).astype(np.int32), [0.001] * filters)
    if padding == "SAME":
        extents = [-(-n // stride) for n in shape[1:3]]
    else:
        extents = [(n - kernel) // stride + 1 for n in shape[1:3]]
    out = (shape[0], *extents, filters)
    y = b.tensor(out, *target)
    b.operator(
        "CONV_2D",
        [x, w, bias],
        [y],
        padding=padding,
        stride_h=stride,
        stride_w=stride,
        fused_activation_function=activation,
    )
    return y, out
