# SPDX-License-Identifier: Apache-2.0
"""Models whose inputs become constants."""

from __future__ import annotations

import ai_edge_litert.schema_py_generated as schema
import flatbuffers
import numpy as np

from ingot.device.run.inputs import random_inputs
from ingot.device.run.oracle import Reference


def constant(model: bytes) -> bytes:
    """The model with seeded constants in place of its inputs."""
    file = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    graph = file.subgraphs[0]
    values = random_inputs([(port.shape, port.dtype.name) for port in Reference(model).inputs], 1)
    for tensor, array in zip(graph.inputs, values, strict=True):
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(array.tobytes(), np.uint8)
        graph.tensors[tensor].buffer = len(file.buffers)
        file.buffers.append(buffer)
    graph.inputs = []
    packer = flatbuffers.Builder(4096)
    packer.Finish(file.Pack(packer), b"TFL3")
    return bytes(packer.Output())
