# SPDX-License-Identifier: Apache-2.0
"""QUANTIZE and DEQUANTIZE against LiteRT's reference kernels."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.compiler.passes import real_functions
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.oracle import Reference
from support.differential import check, graph_of, program_of
from support.models import nonlinear
from support.models.trials import for_each
from support.tflite_builder import unary


@for_each(nonlinear.quantize, examples=80)
def test_quantize(model: bytes) -> None:
    """All pairs of types."""
    check(model)


@for_each(nonlinear.quantize)
def test_quantize_unoptimized(model: bytes) -> None:
    """Without the passes that make tables."""
    check(model, optimized=False)


@for_each(nonlinear.dequantize)
def test_dequantize(model: bytes) -> None:
    """All types."""
    check(model)


@for_each(nonlinear.dequantize)
def test_dequantize_unoptimized(model: bytes) -> None:
    """Without the passes that make tables."""
    check(model, optimized=False)


EXTREMES = np.float32([np.nan, np.inf, -np.inf, 1e10, -1e10, 3e38, -3e38, 2.0**30, -(2.0**30), 0.25, -0.75, 63, -70])
"""Numbers for which LiteRT's result is that of the host's CPU, then some for which it is not."""


@pytest.mark.parametrize(
    ("dtype", "zero_point", "expected"),
    [
        ("int8", 3, [3, 127, -128, 127, -128, 127, -128, 127, -128, 4, 1, 127, -128]),
        ("uint8", 100, [100, 255, 0, 255, 0, 255, 0, 255, 0, 101, 98, 226, 0]),
        ("int16", 0, [0, 32767, -32768, 32767, -32768, 32767, -32768, 32767, -32768, 1, -2, 126, -140]),
    ],
)
def test_extremes_saturate(dtype: str, zero_point: int, expected: list[int]) -> None:
    """Also what the passes compute of constants."""
    model = unary("QUANTIZE", (1, 13), ("float32", None, 0), (dtype, 0.5, zero_point))
    (found,) = DirectNetwork(program_of(model)).run([EXTREMES.reshape(1, 13)])
    assert found.ravel().tolist() == expected
    tensor = graph_of(model).tensors[1]
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    assert np.clip(real_functions.quantize(tensor, EXTREMES), low, high).tolist() == expected


def test_the_oracle_is_given_the_ends_of_the_range() -> None:
    """Then its result is right on every host, and the comparison stays one of every byte."""
    model = unary("QUANTIZE", (1, 13), ("float32", None, 0), ("int8", 0.5, 3))
    reference = Reference(model)
    given = EXTREMES.reshape(1, 13)
    check(model, [given])
    (found,) = reference.run([given])
    assert found.ravel().tolist() == [3, 127, -128, 127, -128, 127, -128, 127, -128, 4, 1, 127, -128]
    assert reference.saturated == 9
    assert reference.met_gaps() == []
