# SPDX-License-Identifier: Apache-2.0
"""TRANSPOSE_CONV and BATCH_MATMUL against LiteRT's reference kernels."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.inputs import random_inputs
from ingot.device.run.oracle import Reference
from support.differential import check, program_of
from support.models.draw import Seeded
from support.models.products import batch_matmul, batch_matmul_per_column, one_scale_of, transpose_conv
from support.models.trials import for_each
from support.tflite_builder import Builder


@for_each(transpose_conv, 60)
def test_transpose_conv(model: bytes) -> None:
    """Strides, paddings, channels that fill no vector."""
    check(model)


@for_each(batch_matmul, 60)
def test_batch_matmul(model: bytes) -> None:
    """Transposed, broadcast, constant."""
    check(model)


def test_a_scale_a_column_by_hand() -> None:
    """out = zero + (left - zero) x right * left scale * column's scale / out scale; every multiplier is exact here."""
    b = Builder()
    x = b.input((2, 3), "int8", 0.5, 1)
    w = b.constant(np.int8([[1, 2, 4, 0, -8], [3, -1, 4, 5, 8], [-2, 6, 4, 7, 1]]), [0.25, 0.5, 1, 2, 4], axis=1)
    y = b.tensor((2, 5), "int8", 1.0, -3)
    b.operator("BATCH_MATMUL", [x, w], [y])
    program = program_of(b.finish([y]))
    assert [call.kernel for call in program.calls] == ["batch_matmul_columns_s8"]
    # left - zero: [4, 8, -16] and [-20, 2, 1].
    # sums: [60, -96, -16, -72, 16] and [-16, -36, -68, 17, 177]; times 1/8, 1/4, 1/2, 1, 2: 7.5 goes away from zero.
    given = np.int8([[5, 9, -15], [-19, 3, 2]])
    (found,) = DirectNetwork(program).run([given])
    assert found.reshape(2, 5).tolist() == [[5, -27, -11, -75, 29], [-5, -12, -37, 14, 127]]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_a_scale_a_column_is_that_of_the_column(seed: int) -> None:
    """LiteRT computes zeros of such a model, so each column is compared with a model of its scale alone."""
    model = batch_matmul_per_column(Seeded(seed))
    program = program_of(model)
    reference = Reference(model)
    (given,) = random_inputs([(port.shape, port.dtype.name) for port in reference.inputs], seed)
    (found,) = DirectNetwork(program).run([given])
    found = found.reshape(reference.outputs[0].shape)
    for column in range(found.shape[-1]):
        (expected,) = Reference(one_scale_of(model, column)).run([given])
        assert found[..., column].tolist() == expected[..., column].tolist()


def test_litert_still_computes_zeros() -> None:
    """As soon as it does not, the exception in ingot.device.run.reference_gaps can go."""
    reference = Reference(batch_matmul_per_column(Seeded(1)))
    given = random_inputs([(port.shape, port.dtype.name) for port in reference.inputs], 1)
    assert set(reference.run(given)[0].ravel().tolist()) == {reference.outputs[0].zero_point}


def test_a_scale_a_row_is_refused() -> None:
    b = Builder()
    x = b.input((2, 3), "int8", 0.5, 1)
    w = b.constant(np.ones((3, 5), np.int8), [0.25, 0.5, 1], axis=0)
    y = b.tensor((2, 5), "int8", 1.0, -3)
    b.operator("BATCH_MATMUL", [x, w], [y])
    with pytest.raises(IngotError, match=r"operator 0 \(BATCH_MATMUL -> 't2'\): not met: .*one scale a column"):
        program_of(b.finish([y]))
