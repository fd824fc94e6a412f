# SPDX-License-Identifier: Apache-2.0
"""SOFTMAX against LiteRT's reference kernels."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.oracle import Reference
from support import tflite_builder as tfl
from support.differential import check, program_of
from support.emulated_kernels import run_emulated
from support.models import nonlinear
from support.models.trials import for_each
from support.real_numbers import check_close


@for_each(lambda d: nonlinear.softmax(d, "int8"))
def test_int8(model: bytes) -> None:
    """1 to 200 classes; two have a kernel of their own."""
    check(model)


@for_each(lambda d: nonlinear.softmax(d, "uint8"))
def test_uint8(model: bytes) -> None:
    """1 to 200 classes; two have a kernel of their own."""
    check(model)


@for_each(lambda d: nonlinear.softmax(d, "int16"))
def test_int16(model: bytes) -> None:
    """1 to 200 classes; two have a kernel of their own."""
    check(model)


@for_each(lambda d: nonlinear.softmax(d, "float32"))
def test_float32(model: bytes) -> None:
    """The host's expf() rounds a few arguments in a thousand differently."""
    check_close(model, 2)


def classes(count: int, dtype: str) -> bytes:
    b, lowest = tfl.Builder(), -128 if dtype == "int8" else 0
    x, y = b.input((1, count), dtype, 0.1), b.tensor((1, count), dtype, 1 / 256, lowest)
    b.operator("SOFTMAX", [x], [y], beta=1.0)
    return b.finish([y])


@pytest.mark.emulated
@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize("cpu", ["cortex-m55", "cortex-m7"])
def test_many_classes_alike_are_nearly_nothing_each(dtype: str, cpu: str) -> None:
    """From 512 on the exponent of LiteRT's last division is 32, which it asserts and C leaves undefined."""
    program = program_of(classes(1000, dtype), optimized=dtype == "uint8")
    alike = np.full((1, 1000), 7, dtype)
    (result,) = DirectNetwork(program).run([alike])
    assert set(result.ravel().tolist()) == {np.iinfo(dtype).min}
    (outcome,) = run_emulated([(program, [alike])], cpu=cpu)
    assert outcome.differs is None


def test_classes_that_end_litert_are_named() -> None:
    model = classes(600, "int8")
    reference = Reference(model)
    spread = np.arange(600, dtype=np.int64).astype(np.int8).reshape(1, 600)
    assert reference.run([spread])[0].max() > -128
    with pytest.raises(
        IngotError, match=r"end their process in operator 0 \(SOFTMAX .*add up to 512 times the largest"
    ):
        reference.run([np.zeros((1, 600), np.int8)])
