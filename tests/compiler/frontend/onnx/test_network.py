# SPDX-License-Identifier: Apache-2.0
"""A QDQ file through everything that a build makes: schedule, plan, network.c, initializer."""

from __future__ import annotations

from pathlib import Path

from ingot.compiler.compile import compile_model
from ingot.device.run.definition import Definition
from ingot.device.run.host import HostNetwork
from ingot.device.run.inputs import random_inputs
from ingot.network.c_info import read_c_info
from support.differential import HOST_POOLS
from support.models.qdq import network
from support.qdq_builder import QdqBuilder


def test_the_generated_network_gives_the_definitions_bytes(tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    path.write_bytes(network(QdqBuilder(7)))
    compiled = compile_model(path, HOST_POOLS, tmp_path)
    assert read_c_info(tmp_path / f"{compiled.name}_c_info.json").model_format == "onnx"
    definition = Definition(path)
    inputs = [random_inputs([(p.shape, p.dtype.name) for p in definition.inputs], seed) for seed in range(3)]
    for given, outputs in zip(inputs, HostNetwork(tmp_path, compiled.name).run_many(inputs), strict=True):
        for ours, wanted in zip(outputs, definition.run(given), strict=True):
            assert ours.tobytes() == wanted.tobytes()
