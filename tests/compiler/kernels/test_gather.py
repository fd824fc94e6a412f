# SPDX-License-Identifier: Apache-2.0
"""GATHER against LiteRT's reference kernels."""

from __future__ import annotations

from functools import partial

import numpy as np

from ingot.device.run.direct import DirectNetwork
from support.differential import check, program_of
from support.models import movement
from support.models.trials import for_each
from support.tflite_builder import Builder


@for_each(movement.gather)
def test_gather(model: bytes) -> None:
    """Any axis, with batches."""
    check(model)


@for_each(partial(movement.gather, computed_indexes=True))
def test_computed_indexes(model: bytes) -> None:
    """From an input or a constant table."""
    check(model)


def test_indexes_beyond_the_table() -> None:
    """LiteRT refuses them; here they take the last row, never memory behind the table."""
    b = Builder()
    rows = b.constant(np.arange(12, dtype=np.int8).reshape(4, 3), 0.1)
    out = b.tensor((3, 3), "int8", 0.1)
    b.operator("GATHER", [rows, b.input((3,), "int32")], [out])
    network = DirectNetwork(program_of(b.finish([out])))
    (found,) = network.run([np.array([4, -1, 1], np.int32)])
    assert found.tolist() == [[9, 10, 11], [9, 10, 11], [3, 4, 5]]
