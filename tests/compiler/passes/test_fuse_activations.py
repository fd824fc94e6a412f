# SPDX-License-Identifier: Apache-2.0
"""Stand-alone activations fuse where that is exact, and only there."""

import numpy as np
import pytest

from compiler.passes.helpers import INT8, check_optimized, conv
from support import tflite_builder as tfl


@pytest.mark.parametrize("kind", ["RELU", "RELU6", "RELU_N1_TO_1"])
def test_same_quantization_fuses(kind):
    b = tfl.Builder()
    x = b.input((1, 6, 6, 3), *INT8)
    y, shape = conv(b, x, (1, 6, 6, 3))
    z = b.tensor(shape, *INT8)
    b.operator(kind, [y], [z])
    graph = check_optimized(b.finish([z]), ["CONV_2D"])
    assert graph.operators[0].attrs["activation"] == kind
    assert graph.operators[0].origin == (0, 1)


@pytest.mark.parametrize(
    ("kind", "target", "activation"),
    [("RELU", ("int8", 0.05, -128), "NONE"), ("RELU_0_TO_1", INT8, "NONE"), ("RELU6", INT8, "RELU")],
)
def test_others_become_tables(kind, target, activation):
    b = tfl.Builder()
    x = b.input((1, 6, 6, 3), *INT8)
    y, shape = conv(b, x, (1, 6, 6, 3), activation=activation)
    z = b.tensor(shape, *target)
    b.operator(kind, [y], [z])
    check_optimized(b.finish([z]), ["CONV_2D", "table"])


def test_a_second_reader_prevents_it():
    b = tfl.Builder()
    x = b.input((1, 6, 6, 3), *INT8)
    y, shape = conv(b, x, (1, 6, 6, 3))
    z = b.tensor(shape, *INT8)
    b.operator("RELU", [y], [z])
    w = b.tensor(shape, *INT8)
    b.operator("ADD", [y, z], [w])
    check_optimized(b.finish([w]), ["CONV_2D", "table", "ADD"])
    check_optimized(b.finish([y, z]), ["CONV_2D", "table"])


def test_float():
    b = tfl.Builder()
    x, y = b.input((1, 8), "float32"), b.input((1, 8), "float32")
    z, r = b.tensor((1, 8), "float32"), b.tensor((1, 8), "float32")
    b.operator("ADD", [x, y], [z])
    b.operator("RELU6", [z], [r])
    graph = check_optimized(b.finish([r]), ["ADD"])
    assert graph.operators[0].attrs["activation"] == "RELU6"
    assert np.isin("table", [op.kind for op in graph.operators]).sum() == 0
