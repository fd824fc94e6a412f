# SPDX-License-Identifier: Apache-2.0
"""Data movement with regular steps against LiteRT's reference kernels."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.base.errors import IngotError
from support import tflite_builder
from support.differential import check, program_of
from support.models import movement
from support.models.trials import for_each
from support.tflite_builder import Builder


@for_each(movement.transpose)
def test_transpose(model: bytes) -> None:
    """Any permutation of up to five dimensions."""
    check(model)


@for_each(movement.slice_)
def test_slice_(model: bytes) -> None:
    """Rows stream where the rows are cut."""
    check(model, optimized=False)


@for_each(movement.strided_slice)
def test_strided_slice(model: bytes) -> None:
    """Masks, negative steps, indexes beyond the ends."""
    check(model)


def test_rows_of_one_byte_backwards() -> None:
    """The output is no image and has one row, which needs all rows of the input."""
    b = tflite_builder.Builder()
    x, y = b.input((1, 3, 1, 1), "int8", 0.5, 3), b.tensor((2, 1, 1), "int8", 0.5, 3)
    walk = [b.constant(np.array(v, np.int32)) for v in ([0, 2, 0, 0], [1, 0, 1, 1], [1, -1, 1, 1])]
    b.operator("STRIDED_SLICE", [x, *walk], [y], shrink_axis_mask=1)
    check(b.finish([y]))


@for_each(movement.split)
def test_split(model: bytes) -> None:
    """Each part is a call of its own."""
    check(model, optimized=False)


@for_each(movement.split_v)
def test_split_v(model: bytes) -> None:
    """Parts of different sizes."""
    check(model, optimized=False)


@for_each(movement.unpack)
def test_unpack(model: bytes) -> None:
    """Each part loses the axis."""
    check(model, optimized=False)


@for_each(movement.tile)
def test_tile(model: bytes) -> None:
    """Rows repeat."""
    check(model)


@for_each(movement.broadcast_to)
def test_broadcast_to(model: bytes) -> None:
    """Extents of one repeat."""
    check(model)


@for_each(movement.space_to_depth)
def test_space_to_depth(model: bytes) -> None:
    """An output row takes several input rows."""
    check(model)


@for_each(movement.depth_to_space)
def test_depth_to_space(model: bytes) -> None:
    """An input row makes several output rows."""
    check(model)


def test_scalars_of_a_vector() -> None:
    """A single element is a view of its input as well, with the place it has there."""
    b = Builder()
    x = b.input((5,), "int8", 0.1, 3)
    outputs = [b.tensor((), "int8", 0.1, 3) for _ in range(5)]
    b.operator("UNPACK", [x], outputs, num=5, axis=-1)
    check(b.finish(outputs), [np.int8([1, -2, 3, -4, 5])])


def test_data_that_are_their_own_permutation() -> None:
    """Not a constant, though it is the data: refused by name."""
    b = Builder()
    x, y = b.input((2,), "int32"), b.tensor((2,), "int32")
    b.operator("TRANSPOSE", [x, x], [y])
    with pytest.raises(IngotError):
        program_of(b.finish([y]))
