# SPDX-License-Identifier: Apache-2.0
"""Every element-wise formula against LiteRT's reference kernels, for all 256 bytes and many quantizations."""

import numpy as np
import pytest

from ingot.compiler.frontend.tflite import parse_tflite
from ingot.compiler.passes.pointwise import computable, compute
from ingot.device.run.oracle import Reference
from support import tflite_builder as tfl

RANGE = {"int8": (-128, 127), "uint8": (0, 255)}
EDGES = [0.5**20, 0.004, 1 / 256, 0.0235, 0.1, 0.7, 1.0, 6 / 255, 30.0]


def quantizations(dtype, seed, count=14):
    """(source, target) pairs: edge and random scales and zero points."""
    random = np.random.default_rng(seed)
    low, high = RANGE[dtype]
    pairs = [((dtype, 0.05, low), (dtype, 0.05, low)), ((dtype, 0.05, high), (dtype, 0.05, low))]
    while len(pairs) < count:
        source, target = (
            (
                dtype,
                float(random.choice([random.choice(EDGES), 2.0 ** random.uniform(-9, 1)])),
                int(random.integers(low, high + 1)),
            )
            for _ in range(2)
        )
        pairs.append((source, target))
    return pairs


def all_bytes(dtype):
    return np.arange(RANGE[dtype][0], RANGE[dtype][1] + 1).astype(dtype)


def ours(model, *values):
    graph = parse_tflite(model, "model", "model.tflite")
    (op,) = graph.operators
    assert computable(graph, op)
    constants = [graph.tensors[t].data for t in op.inputs]
    given = iter(values)
    inputs = [(next(given) if c is None else c).astype(np.int64) for c in constants]
    return compute(graph, op, inputs)


CASES = [
    *[
        (kind, dtype)
        for kind in ("RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "TANH", "QUANTIZE")
        for dtype in RANGE
    ],
    *[(kind, dtype) for kind in ("LOGISTIC", "LEAKY_RELU", "GELU", "HARD_SWISH", "DEQUANTIZE") for dtype in RANGE],
    *[(kind, "int8") for kind in ("ELU", "ABS", "NEG", "SQRT", "RSQRT", "EXP", "LOG")],
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "dtype"), CASES)
def test_unary(kind, dtype):
    compared = 0
    for i, (source, target) in enumerate(quantizations(dtype, len(kind))):
        values = all_bytes(dtype)
        options = {}
        if kind == "LOGISTIC":
            target = (dtype, 1 / 256, target[2])
        if kind == "DEQUANTIZE":
            target = ("float32", None, 0)
        if kind == "QUANTIZE" and i % 2:
            other = "uint8" if dtype == "int8" else "int8"
            # Every other case with equal scales, half of them with the zero points that LiteRT treats by XOR.
            target = (other, source[1], (source[2] + 128) % 256 - (0 if other == "uint8" else 128))
        if kind == "LEAKY_RELU":
            options["alpha"] = [0.1, 0.0, 1.5, -0.3][i % 4]
        if kind == "GELU":
            options["approximate"] = bool(i % 2)
        if kind == "HARD_SWISH" and np.float32(source[1]) / 128 / np.float32(target[1]) >= 1:
            continue  # LiteRT refuses these
        if kind == "RSQRT" and target[1] < 0.01:
            continue  # the multiplier's left shift leaves LiteRT's defined range
        if kind in ("SQRT", "RSQRT"):
            values = values[values >= source[2]]  # LiteRT stops at negative numbers
        model = tfl.unary(kind, (1, values.size), source, target, **options)
        # ELU has no reference kernel; its optimized one is a table as well.
        (expected,) = Reference(model, optimized=kind == "ELU").run([values.reshape(1, -1)])
        np.testing.assert_array_equal(ours(model, values.reshape(1, -1)), expected, err_msg=f"{source} {target}")
        compared += 1
    assert compared >= 5


BINARY = [
    *[
        (kind, dtype, side)
        for kind in ("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM")
        for dtype in RANGE
        for side in (0, 1)
    ],
    *[("PRELU", dtype, 1) for dtype in RANGE],
    *[("SQUARED_DIFFERENCE", "int8", side) for side in (0, 1)],
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "dtype", "side"), BINARY)
def test_binary_with_a_constant(kind, dtype, side):
    compared = 0
    for i, (source, target) in enumerate(quantizations(dtype, len(kind) + 100 * side)):
        other = quantizations(dtype, i + 50)[-1][0]
        real = source[1] * other[1] / target[1] if kind in ("MUL", "PRELU") else max(source[1], other[1]) / target[1]
        if real > 500 or (kind == "SQUARED_DIFFERENCE" and max(source[1], other[1]) ** 2 / target[1] > 2000):
            continue  # LiteRT refuses output multipliers of 1 and more
        b = tfl.Builder()
        x = b.input((1, 256), *source)
        constant = np.array([[(i * 37) % 256 + RANGE[dtype][0]]]).astype(dtype)
        c = b.constant(constant, other[1], other[2])
        y = b.tensor((1, 256), *target)
        options = {}
        if kind in ("ADD", "SUB", "MUL"):
            options["fused_activation_function"] = ["NONE", "RELU", "RELU6", "RELU_N1_TO_1"][i % 4]
        b.operator(kind, [x, c] if side == 1 else [c, x], [y], **options)
        model = b.finish([y])
        values = all_bytes(dtype).reshape(1, -1)
        (expected,) = Reference(model).run([values])
        np.testing.assert_array_equal(ours(model, values), expected, err_msg=f"{source} {other} {target} {options}")
        compared += 1
    assert compared >= 4


def test_square_is_mul_with_itself():
    for source, target in quantizations("int8", 3):
        if source[1] ** 2 / target[1] > 500:
            continue
        b = tfl.Builder()
        x = b.input((1, 256), *source)
        y = b.tensor((1, 256), *target)
        b.operator("MUL", [x, x], [y])
        (expected,) = Reference(b.finish([y])).run([all_bytes("int8").reshape(1, -1)])
        square = tfl.unary("SQUARE", (1, 256), source, target)
        np.testing.assert_array_equal(ours(square, all_bytes("int8").reshape(1, -1)), expected)


def test_what_litert_has_no_kernel_for_stays():
    for kind, dtype in (("ELU", "uint8"), ("EXP", "uint8"), ("RELU", "int16")):
        graph = parse_tflite(tfl.unary(kind, (1, 4), (dtype, 0.1, 0), (dtype, 0.1, 0)), "m", "m")
        assert not computable(graph, graph.operators[0])
