# SPDX-License-Identifier: Apache-2.0
"""MEAN, SUM, REDUCE_MAX and REDUCE_MIN against LiteRT's reference kernels."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.compiler.passes.fixed_point import multiply, quantize_multiplier
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.inputs import random_inputs
from support.differential import check, graph_of, program_of
from support.models import reduction
from support.models.trials import for_each
from support.tflite_builder import Builder


@for_each(lambda d: reduction.reduce(d, "MEAN", "int8"), examples=30)
def test_mean_int8(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "MEAN", "int16"), examples=30)
def test_mean_int16(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "MEAN", "float32"), examples=30)
def test_mean_float32(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "MEAN", "int32"), examples=30)
def test_mean_int32(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "REDUCE_MAX", "int8"), examples=30)
def test_reduce_max_int8(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "REDUCE_MAX", "int16"), examples=30)
def test_reduce_max_int16(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "REDUCE_MAX", "float32"), examples=30)
def test_reduce_max_float32(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "REDUCE_MAX", "int32"), examples=30)
def test_reduce_max_int32(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@pytest.mark.slow
@for_each(lambda d: reduction.reduce(d, "REDUCE_MIN", "int8"), examples=30)
def test_reduce_min_int8(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "REDUCE_MIN", "int16"), examples=30)
def test_reduce_min_int16(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "REDUCE_MIN", "float32"), examples=30)
def test_reduce_min_float32(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "REDUCE_MIN", "int32"), examples=30)
def test_reduce_min_int32(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "SUM", "float32"), examples=30)
def test_sum_float32(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "SUM", "int32"), examples=30)
def test_sum_int32(model: bytes) -> None:
    """Any axes, kept or not."""
    check(model)


@for_each(lambda d: reduction.reduce(d, "SUM", d.choice(["int8", "int16"])))
def test_sum_quantized(model: bytes) -> None:
    """Against NumPy: LiteRT's reference kernel reads the bytes of these types as unsigned, which its others do not."""
    graph, program = graph_of(model), program_of(model)
    source, target = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    given = random_inputs([(source.shape, source.dtype.value)], 1)
    axes = tuple(int(a) for t in graph.tensors if t.data is not None for a in t.data)
    total = np.sum(given[0].astype(np.int64) - source.zero_point, axis=axes, keepdims=True)
    multiplier, shift = quantize_multiplier(source.scale / target.scale)
    limits = np.iinfo(target.dtype.numpy)
    wanted = np.clip(multiply(total, multiplier, shift) + target.zero_point, limits.min, limits.max)
    ours = DirectNetwork(program).run(given)[0]
    np.testing.assert_array_equal(ours.ravel(), wanted.ravel())


def test_the_sum_of_a_scalar() -> None:
    """LiteRT looks at no axis then, whatever the file says."""
    b = Builder()
    source, axes = b.input((), "int32"), b.constant(np.array([0, 3], np.int32))
    target = b.tensor((), "int32")
    b.operator("SUM", [source, axes], [target], keep_dims=True)
    check(b.finish([target]))
