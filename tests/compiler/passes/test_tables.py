# SPDX-License-Identifier: Apache-2.0
"""Pointwise operators as tables: made, merged, moved in front of views, to the byte."""

import numpy as np
import pytest

from compiler.passes.helpers import INT8, check_optimized, conv
from ingot.compiler.frontend.tflite import read_tflite
from ingot.compiler.passes.optimize import optimize
from ingot.device.run.inputs import random_inputs
from ingot.device.run.oracle import Reference
from support import tflite_builder as tfl
from support.graph_runner import run_graph
from support.shared import shared


def chain(steps, dtype="int8", shape=(1, 4, 4, 4)):
    """A model of unary operators in a row; steps are (kind, target, options)."""
    b = tfl.Builder()
    x = b.input(shape, dtype, 0.05, 0 if dtype == "int8" else 128)
    for kind, target, options in steps:
        y = b.tensor(shape, *target)
        b.operator(kind, [x], [y], **options)
        x = y
    return b.finish([x])


FLOAT = ("float32", None, 0)


@pytest.mark.parametrize(
    "steps",
    [
        [("LOGISTIC", ("int8", 1 / 256, -128), {}), ("DEQUANTIZE", FLOAT, {})],
        [("TANH", ("int8", 1 / 128, 0), {}), ("QUANTIZE", ("uint8", 0.02, 7), {}), ("QUANTIZE", ("int8", 0.02, 0), {})],
        [("DEQUANTIZE", FLOAT, {}), ("QUANTIZE", ("int8", 0.03, 4), {})],
        [("DEQUANTIZE", FLOAT, {}), ("RELU6", FLOAT, {}), ("NEG", FLOAT, {}), ("ABS", FLOAT, {})],
        [("DEQUANTIZE", FLOAT, {}), ("LEAKY_RELU", FLOAT, {"alpha": 0.3}), ("SQUARE", FLOAT, {})],
        [("HARD_SWISH", ("int8", 0.04, -100), {}), ("RELU", ("int8", 0.04, -100), {}), ("ABS", ("int8", 0.05, 3), {})],
    ],
)
@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_chains_become_one(steps, dtype):
    if dtype == "uint8" and any(kind == "ABS" and target[0] == "int8" for kind, target, _ in steps):
        steps = [step for step in steps if step[0] != "ABS"]  # LiteRT has no ABS of uint8
    if dtype == "uint8":
        steps = [
            (kind, (t[0].replace("int8", "uint8").replace("uu", "u"), t[1], t[2] % 256), o) for kind, t, o in steps
        ]
    graph = check_optimized(chain(steps, dtype), ["table"])
    (op,) = graph.operators
    assert op.origin == tuple(range(len(steps)))
    assert op.attrs["entries"].shape == (256,)


def test_scalars_and_a_tensor_with_itself():
    b = tfl.Builder()
    x = b.input((1, 4, 4, 4), *INT8)
    y = b.tensor((1, 4, 4, 4), "int8", 0.3, -20)
    b.operator("MUL", [x, b.constant(np.array(50, np.int8), 0.02, 0)], [y])
    z = b.tensor((1, 4, 4, 4), "int8", 0.4, 0)
    b.operator("ADD", [b.constant(np.array([[[[-7]]]], np.int8), 0.5, 1), y], [z], fused_activation_function="RELU6")
    w = b.tensor((1, 4, 4, 4), "int8", 1.5, -128)
    b.operator("MUL", [z, z], [w])
    check_optimized(b.finish([w]), ["table"])


def test_a_constant_per_channel_is_no_table():
    b = tfl.Builder()
    x = b.input((1, 4, 4, 4), *INT8)
    y = b.tensor((1, 4, 4, 4), *INT8)
    b.operator("MUL", [x, b.constant(np.array([1, 2, 3, 4], np.int8), 0.02, 0)], [y])
    check_optimized(b.finish([y]), ["MUL"])


def test_a_constant_that_widens_the_result_is_no_table():
    b = tfl.Builder()
    x = b.input((4,), *INT8)
    y = b.tensor((1, 4), *INT8)
    b.operator("ADD", [x, b.constant(np.array([[1]], np.int8), 0.02, 0)], [y])
    check_optimized(b.finish([y]), ["ADD"])


def test_a_second_reader_keeps_both():
    b = tfl.Builder()
    x = b.input((1, 8), *INT8)
    y = b.tensor((1, 8), "int8", 1 / 256, -128)
    b.operator("LOGISTIC", [x], [y])
    z = b.tensor((1, 8), *FLOAT)
    b.operator("DEQUANTIZE", [y], [z])
    check_optimized(b.finish([y, z]), ["table", "table"])


def test_a_table_moves_in_front_of_a_view():
    b = tfl.Builder()
    x = b.input((1, 6, 6, 3), *INT8)
    y, shape = conv(b, x, (1, 6, 6, 3))
    s = b.tensor(shape, "int8", 1 / 256, -128)
    b.operator("LOGISTIC", [y], [s])
    flat = b.tensor((1, 64), "int8", 1 / 256, -128)
    b.operator("RESHAPE", [s, b.constant(np.array([1, 64], np.int32))], [flat])
    z = b.tensor((1, 64), *FLOAT)
    b.operator("DEQUANTIZE", [flat], [z])
    graph = check_optimized(b.finish([z]), ["CONV_2D", "table", "view"])
    table = graph.operators[1]
    assert graph.tensors[table.outputs[0]].shape == shape
    assert table.origin == (1, 3) and graph.operators[2].origin == (2,)


def test_a_float_function_behind_a_view_joins_the_table():
    b = tfl.Builder()
    x = b.input((1, 4, 4, 4), *INT8)
    f = b.tensor((1, 4, 4, 4), *FLOAT)
    b.operator("DEQUANTIZE", [x], [f])
    flat = b.tensor((4, 16), *FLOAT)
    b.operator("RESHAPE", [f, b.constant(np.array([4, 16], np.int32))], [flat])
    half = b.tensor((4, 16), *FLOAT)
    b.operator("MUL", [b.constant(np.array([[0.37]], np.float32)), flat], [half], fused_activation_function="RELU")
    y = b.tensor((4, 16), "uint8", 0.04, 9)
    b.operator("QUANTIZE", [half], [y])
    graph = check_optimized(b.finish([y]), ["table", "view"])
    assert graph.operators[0].origin == (0, 2, 3)


def test_int16_is_no_table():
    b = tfl.Builder()
    x = b.input((1, 8), "int16", 0.1, 0)
    y = b.tensor((1, 8), "int16", 0.1, 0)
    b.operator("RELU", [x], [y])
    check_optimized(b.finish([y]), ["RELU"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "mlperf_ad01_int8",
        "mlperf_kws_ref_model",
        "mlperf_pretrainedResnet_quant",
        "omv_fomo_face_detection",
        "omv_force_int_quant",
        "omv_micro_speech",
        "omv_blazeface_front_128",
        "omv_yolo_lc_192",
        "st_movenet_lightning_heatmaps_192_int8_pc",
    ],
)
def test_whole_models(name):
    """Real models give the same bytes after all passes, and every operator is accounted for."""
    path = shared(f"models/{name}.tflite")
    source = read_tflite(path)
    graph = optimize(source)
    reference = Reference(path)
    inputs = random_inputs([(p.shape, p.dtype.name) for p in reference.inputs], seed=5)
    for ours, expected in zip(run_graph(graph, inputs), reference.run(inputs), strict=True):
        np.testing.assert_array_equal(ours, expected)
    assert {i for op in graph.operators for i in op.origin} == set(range(len(source.operators)))
