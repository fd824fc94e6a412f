# SPDX-License-Identifier: Apache-2.0
"""Images with more rows than a descriptor or a region counts: refused, or run as a whole; never cut off in C."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.compiler.compile import compile_model
from ingot.device.run.host import HostNetwork
from ingot.device.run.inputs import random_inputs
from support import tflite_builder
from support.differential import HOST_POOLS
from support.tflite_builder import Builder

ROWS = 70_000
QUANT = ("int8", 0.1, 0)


def test_an_extent_that_a_kernel_does_not_count_is_refused(tmp_path: Path) -> None:
    model = tflite_builder.pool("MAX_POOL_2D", (1, ROWS, 1, 4), (3, 1), (1, 1), "SAME", "NONE", *QUANT)
    (tmp_path / "tall.tflite").write_bytes(model)
    with pytest.raises(IngotError, match=r"MAX_POOL_2D .*its in_h is 70,000; the kernel takes 0 to 65,535"):
        compile_model(tmp_path / "tall.tflite", HOST_POOLS, tmp_path)


@pytest.mark.slow
def test_more_rows_than_a_region_counts_run_as_a_whole(tmp_path: Path) -> None:
    b = Builder()
    tensors = [b.input((1, ROWS, 1, 4), *QUANT), *(b.tensor((1, ROWS, 1, 4), *QUANT) for _ in range(2))]
    b.operator("ADD", [tensors[0], tensors[0]], [tensors[1]])
    b.operator("MUL", [tensors[1], tensors[0]], [tensors[2]])
    (tmp_path / "tall.tflite").write_bytes(b.finish([tensors[2]]))
    described = compile_model(tmp_path / "tall.tflite", HOST_POOLS, tmp_path)
    assert len(described.epochs) == 2
    (values,) = random_inputs([((1, ROWS, 1, 4), "int8")], 1)
    (result,) = HostNetwork(tmp_path).run([values])
    doubled = np.clip(values.astype(np.int32) * 2, -128, 127)
    expected = np.clip(np.floor(doubled * values * 0.1 + 0.5), -128, 127)
    assert np.abs(result.astype(np.int32) - expected).max() <= 1
