# SPDX-License-Identifier: Apache-2.0
"""QDQ models three times: by the definition (ingot.compiler.even), by the kernels on this machine, by onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from ingot.compiler.even.evaluate import evaluate
from ingot.compiler.frontend.onnx.read import parse_onnx
from ingot.compiler.graph import Graph, Tensor
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.program import Program
from ingot.compiler.kernels.registry import Target
from ingot.compiler.passes.optimize import optimize
from ingot.device.run.direct import DirectNetwork, overwrite, stream
from ingot.device.run.inputs import random_inputs

Arrays = list[npt.NDArray[Any]]


def graph_of(model: bytes) -> Graph:
    return parse_onnx(model, "model", "model.onnx")


def program_of(graph: Graph) -> Program:
    return lower(optimize(graph), Target())


def inputs_of(graph: Graph, seed: int) -> Arrays:
    return random_inputs([(graph.tensors[t].shape, graph.tensors[t].dtype.value) for t in graph.inputs], seed)


def check(model: bytes, seed: int = 0) -> tuple[Graph, Arrays, Arrays]:
    """Asserts that kernels and definition give the same bytes; returns the graph, inputs and outputs."""
    graph = graph_of(model)
    program = program_of(graph)
    inputs = inputs_of(graph, seed)
    values = evaluate(graph, inputs)
    expected = [values[t] for t in graph.outputs]
    ways = [DirectNetwork(program).run(inputs), stream(program, inputs)]
    if any(call.inplace for call in program.calls):
        ways.append(overwrite(program, inputs))
    for way in ways:
        for ours, wanted in zip(way, expected, strict=True):
            assert np.array_equal(ours.reshape(wanted.shape), wanted), (ours, wanted)
    return graph, inputs, expected


def by_onnxruntime(model: bytes, graph: Graph, inputs: Arrays) -> Arrays:
    """The outputs as stored numbers, from kernels that onnxruntime fuses."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.qdqisint8allowed", "1")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feeds = {}
    for port, t, codes in zip(session.get_inputs(), graph.inputs, inputs, strict=True):
        feeds[port.name] = as_file(real(graph.tensors[t], codes), port.shape)
    found = session.run(None, feeds)
    return [stored(graph.tensors[t], x) for t, x in zip(graph.outputs, found, strict=True)]


def as_file(array: npt.NDArray[Any], shape: Sequence[int]) -> npt.NDArray[Any]:
    """An input in the order of the file: images of the tests have no two equal extents."""
    return array if array.shape == tuple(shape) else np.ascontiguousarray(np.moveaxis(array, -1, 1))


def real(tensor: Tensor, codes: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    return (codes.astype(np.int64) - tensor.zero_point).astype(np.float32) * np.float32(tensor.scale)


def stored(tensor: Tensor, numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    codes: npt.NDArray[Any] = np.rint(numbers / np.float32(tensor.scale)).astype(np.int64) + tensor.zero_point
    return codes
