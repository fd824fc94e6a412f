# SPDX-License-Identifier: Apache-2.0
"""Layers of float32, as the tails of mixed models have them, against LiteRT's reference kernels: equal to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.compiler.compile import CompileOptions
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.oracle import Reference
from support import tflite_builder
from support.differential import check, check_network, program_of
from support.models.float32 import layer, mixed, transpose_conv
from support.models.pooling import pool
from support.models.products import batch_matmul
from support.models.trials import for_each, for_each_kind


@for_each_kind(layer, ("CONV_2D", "DEPTHWISE_CONV_2D"), examples=60)
def test_convolution(kind: str, model: bytes) -> None:
    """Products are added in LiteRT's order."""
    check(model)


@for_each(transpose_conv, 60)
def test_transpose_conv(model: bytes) -> None:
    """LiteRT scatters what is gathered here."""
    check(model)


@for_each_kind(lambda d, kind: pool(d, kind, "float32"), ("AVERAGE_POOL_2D", "MAX_POOL_2D"))
def test_pooling(kind: str, model: bytes) -> None:
    """The part of the window inside the image."""
    check(model)


@for_each(lambda d: batch_matmul(d, "float32"))
def test_batch_matmul(model: bytes) -> None:
    """Transposed, broadcast, constant."""
    check(model)


@pytest.mark.parametrize("kind", ["AVERAGE_POOL_2D", "MAX_POOL_2D"])
@pytest.mark.parametrize("activation", ["NONE", "RELU"])
@pytest.mark.parametrize("kernel", [(1, 1), (2, 1)])
def test_zeros_and_infinities(kind: str, activation: str, kernel: tuple[int, int]) -> None:
    """A pooling of single pixels is more than a copy, and zeros have signs."""
    values = np.array([-0.0, 0.0, -np.inf, np.inf, -1e-45, 3e38], np.float32)
    pairs = np.stack(np.meshgrid(values, values)).reshape(1, 2, -1, 1)
    model = tflite_builder.pool(kind, pairs.shape, kernel, activation=activation, dtype="float32", scale=None)
    check(model, [pairs])


@pytest.mark.slow
def test_row_by_row_behind_int8() -> None:
    """A float tail takes part in fused regions: rows instead of tensors are kept, with the same results."""
    whole = check_network(mixed(), CompileOptions(fuse=False), sanitize=True)
    fused = check_network(mixed(), CompileOptions(optimize="ram"), sanitize=True)
    assert fused.peak < whole.peak / 2


NAN_ROWS = np.array(
    [[np.nan, 1, 2], [1, np.nan, 2], [1, 2, np.nan], [np.nan] * 3, [np.inf] * 3, [-np.inf] * 3, [np.nan, -np.inf, 1]],
    np.float32,
)


def _equal_numbers(model: bytes, given: np.ndarray) -> None:
    """Equal to the reference, where NaN is equal to NaN."""
    expected = Reference(model).run([given])
    found = DirectNetwork(program_of(model)).run([given])
    np.testing.assert_array_equal(found[0].reshape(expected[0].shape), expected[0])


@pytest.mark.parametrize("kind", ["RELU", "RELU6", "RELU_N1_TO_1", "LEAKY_RELU", "HARD_SWISH", "ABS", "LOG_SOFTMAX"])
def test_nan_stays_nan(kind: str) -> None:
    float32 = ("float32", None, 0)
    _equal_numbers(tflite_builder.unary(kind, NAN_ROWS.shape, float32, float32), NAN_ROWS)


@pytest.mark.parametrize("kind", ["REDUCE_MAX", "REDUCE_MIN", "MEAN", "SUM"])
def test_reductions_of_nan(kind: str) -> None:
    """REDUCE_MAX and REDUCE_MIN leave NaN out, wherever it stands."""
    b = tflite_builder.Builder()
    x, y = b.input(NAN_ROWS.shape, "float32"), b.tensor(NAN_ROWS.shape[:1], "float32")
    b.operator(kind, [x, b.constant(np.array([1], np.int32))], [y])
    _equal_numbers(b.finish([y]), NAN_ROWS)


@pytest.mark.parametrize("kind", ["MAXIMUM", "MINIMUM"])
@pytest.mark.parametrize("constant", [(), (0,), (1,), (0, 1)])
def test_extremes_of_nan(kind: str, constant: tuple[int, ...]) -> None:
    """Where neither number is the larger one, the second input is the result: of NaN, of zeros of two signs."""
    numbers = np.float32([np.nan, 1, 2, 0.0, -0.0, np.inf, -np.inf])
    pairs = [a.reshape(1, 7, 7, 1) for a in np.meshgrid(numbers, numbers)]
    b = tflite_builder.Builder()
    ids = [b.constant(a) if i in constant else b.input(a.shape, "float32") for i, a in enumerate(pairs)]
    y = b.tensor(pairs[0].shape, "float32")
    b.operator(kind, ids, [y])
    if len(constant) == 2:
        ids.append(b.input((1, 7, 7, 1), "float32"))
        pairs.append(np.zeros((1, 7, 7, 1), np.float32))
    model, inputs = b.finish([y]), [a for i, a in enumerate(pairs) if i not in constant]
    expected = Reference(model).run(inputs)[0]
    for optimized in (True, False):
        found = DirectNetwork(program_of(model, optimized=optimized)).run(inputs)[0].reshape(expected.shape)
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(np.signbit(found[expected == 0]), np.signbit(expected[expected == 0]))
