# SPDX-License-Identifier: Apache-2.0
"""io.input and io.output: rows: the application hands rows over, and no image is whole in the network's memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.compiler.compile import CompileOptions, compile_model
from ingot.device.run.inputs import random_inputs
from ingot.device.run.oracle import Reference
from support.differential import HOST_POOLS, check_network, program_of
from support.random_model import random_model
from support.rows_on_demand import RowHost
from support.tflite_builder import Builder

ROWS = CompileOptions(io_input="rows", io_output="rows")


def image_to_image() -> bytes:
    """Two poolings of an image: 24 rows become 12, and these 12."""
    b = Builder()
    x = b.input((1, 24, 20, 8), "int8", 0.1, 3)
    y, z = (b.tensor((1, 12, 10, 8), "int8", 0.1, 3) for _ in range(2))
    b.operator("MAX_POOL_2D", [x], [y], stride_h=2, stride_w=2, filter_height=3, filter_width=3)
    b.operator("AVERAGE_POOL_2D", [y], [z], filter_height=3, filter_width=3)
    return b.finish([z])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_buffers_of_the_application_serve_as_well(seed: int) -> None:
    """Rows are copied from them and to them: what verify and emulate do."""
    for way in (ROWS, CompileOptions(optimize="ram", io_input="rows"), CompileOptions(io_output="rows", fuse=False)):
        check_network(random_model(seed, 6), way, seed=seed, sanitize=seed == 0)


def test_rows_come_in_order_and_once(tmp_path: Path) -> None:
    """Twice, since a second inference begins at the first row again; and then from a buffer."""
    (tmp_path / "model.tflite").write_bytes(image_to_image())
    compile_model(tmp_path / "model.tflite", HOST_POOLS, tmp_path, ROWS)
    host, reference = RowHost(tmp_path), Reference(image_to_image())
    for seed in range(2):
        inputs = random_inputs([((1, 24, 20, 8), "int8")], seed)
        (ours,), (theirs,) = host.run(inputs, [24, 12]), reference.run(inputs)
        assert ours.tobytes() == theirs.tobytes()
        for asked, rows in zip(host.asked, (24, 12), strict=True):
            assert [row for first, count in asked for row in range(first, first + count)] == list(range(rows))
            assert len(asked) > 4


def test_neither_image_is_in_the_activations(tmp_path: Path) -> None:
    """Rings of a few rows take their place."""
    (tmp_path / "model.tflite").write_bytes(image_to_image())
    peaks = {}
    for name, options in (("whole", CompileOptions(optimize="ram")), ("rows", ROWS)):
        peaks[name] = compile_model(tmp_path / "model.tflite", HOST_POOLS, tmp_path / name, options).peak
    assert peaks["whole"] >= 24 * 20 * 8
    assert peaks["rows"] <= 8 * 20 * 8
    header = (tmp_path / "rows" / "network.h").read_text()
    assert "#define NETWORK_IN_1_ROWS 24\n#define NETWORK_IN_1_ROW_BYTES 160\n" in header
    assert "ROW_BYTES" not in (tmp_path / "whole" / "network.h").read_text()


def test_the_layout_id_tells_them_apart(tmp_path: Path) -> None:
    (tmp_path / "model.tflite").write_bytes(image_to_image())
    ways = (CompileOptions(io_placement="application"), ROWS, CompileOptions(io_input="rows"))
    networks = [compile_model(tmp_path / "model.tflite", HOST_POOLS, tmp_path, way) for way in ways]
    assert len({network.layout_id for network in networks}) == 3
    assert program_of(image_to_image()).inputs == (0,)
