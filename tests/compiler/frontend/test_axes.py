# SPDX-License-Identifier: Apache-2.0
"""Axes, rows and zero points that no converter writes are refused before anything is computed with them."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.base.errors import IngotError
from support.differential import graph_of
from support.tflite_builder import Builder


def refusal(model: bytes) -> str:
    with pytest.raises(IngotError) as caught:
        graph_of(model)
    return str(caught.value)


def along(kind: str, shape: tuple[int, ...], axes: list[int]) -> bytes:
    b = Builder()
    target = b.tensor(shape, "int32")
    b.operator(kind, [b.input(shape, "int32"), b.constant(np.array(axes, np.int32))], [target])
    return b.finish([target])


@pytest.mark.parametrize(
    ("kind", "shape", "axes", "message"),
    [
        ("CUMSUM", (), [0], "an axis among [0] does not exist in 0 dimensions"),
        ("CUMSUM", (2, 3), [2], "an axis among [2] does not exist in 2 dimensions"),
        ("CUMSUM", (2, 3), [0, 1], "its axis is [0, 1], not one number"),
        ("REVERSE_V2", (2, 3), [0, -2], "it turns an axis among [0, -2] twice"),
        ("REVERSE_V2", (2, 3), [5], "an axis among [5] does not exist in 2 dimensions"),
    ],
)
def test_axes(kind: str, shape: tuple[int, ...], axes: list[int], message: str) -> None:
    assert message in refusal(along(kind, shape, axes))


def test_a_sequence_of_a_scalar() -> None:
    b = Builder()
    target = b.tensor((), "int32")
    b.operator("REVERSE_SEQUENCE", [b.input((), "int32"), b.input((), "int32")], [target], seq_dim=0, batch_dim=0)
    assert "an axis among [0, 0] does not exist in 0 dimensions" in refusal(b.finish([target]))


@pytest.mark.parametrize(("update", "starts"), [((3, 2), (2,)), ((1,), (2,)), ((1, 1), (1,))])
def test_an_update_that_does_not_fit(update: tuple[int, ...], starts: tuple[int, ...]) -> None:
    b = Builder()
    target = b.tensor((2, 2), "int32")
    inputs = [b.input((2, 2), "int32"), b.input(update, "int32"), b.input(starts, "int32")]
    b.operator("DYNAMIC_UPDATE_SLICE", inputs, [target])
    assert "does not fit [2, 2]" in refusal(b.finish([target]))


def test_rows_without_end() -> None:
    assert "larger than anything a microcontroller holds" in refusal(along("CUMSUM", (1, (1 << 20) + 1, 1, 1), [3]))


def test_a_zero_point_of_a_comparison() -> None:
    b = Builder()
    left, right = (b.input((1, 4), "uint8", 0.1, zero) for zero in (0, 1 << 39))
    target = b.tensor((1, 4), "bool")
    b.operator("LESS", [left, right], [target])
    assert "a zero point of" in refusal(b.finish([target]))
