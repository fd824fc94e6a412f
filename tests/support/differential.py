# SPDX-License-Identifier: Apache-2.0
"""Differential tests: what we compute against LiteRT's reference kernels, bit for bit.

    check(model_bytes)                       # inputs seeded by the model
    check(model_bytes, [array])              # given inputs

compiles the model's graph to kernel calls and runs them on the host with the portable kernels
(ingot.device.run.direct), in three ways: whole tensors, row by row through the smallest rings, and in place; each
result is compared with `ai-edge-litert`'s BUILTIN_REF. About 10 ms a case besides the compilation of the kernels, which
happens once.

    check_network(model_bytes, CompileOptions(optimize="ram"))

does the same with everything that a build makes: schedule, memory plan, generated network.c and initializer, compiled
for the host (ingot.device.run.host); about 0.2 s a case.

The oracle keeps all tensors: LiteRT lets a RESHAPE share its input's memory and then forgets who still reads it.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.board.mpool import Mpool, Pool
from ingot.compiler.compile import CompileOptions, compile_model
from ingot.compiler.frontend.tflite import parse_tflite, read_tflite
from ingot.compiler.graph import Graph
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.program import Program
from ingot.compiler.kernels.registry import Target
from ingot.compiler.passes.optimize import optimize
from ingot.device.run.direct import DirectNetwork, overwrite, stream
from ingot.device.run.host import HostNetwork
from ingot.device.run.inputs import random_inputs
from ingot.device.run.oracle import Reference
from ingot.network.types import Network

HOST_POOLS = Mpool(
    (
        Pool("cpuRAM2", "AXISRAM2", 0x34100000, 64 << 20),
        Pool("octoFlash", "xSPI2", 0x70380000, 64 << 20, "ACC_READ", latency="HIGH"),
    )
)


def graph_of(model: bytes | Path) -> Graph:
    """The model's graph as the frontend reads it."""
    if isinstance(model, Path):
        return read_tflite(model)
    return parse_tflite(model, "model", "model.tflite")


def program_of(model: bytes | Path, *, optimized: bool = True, target: Target | None = None) -> Program:
    """The model as kernel calls, with or without the passes."""
    graph = graph_of(model)
    return lower(optimize(graph) if optimized else graph, target or Target())


def check(
    model: bytes | Path,
    inputs: Sequence[npt.NDArray[Any]] | None = None,
    *,
    seed: int | None = None,
    samples: int = 1,
    optimized: bool = True,
    streamed: bool = True,
    target: Target | None = None,
) -> Program:
    """Asserts that every output is equal to the oracle's, byte for byte; returns the program for further looks.

    inputs: one set of inputs, else `samples` seeded sets; seed None: one that follows from the model.
    optimized=False leaves the graph passes out.
    streamed=False tests whole tensors only (for operators whose model has state).
    """
    program = program_of(model, optimized=optimized, target=target)
    reference = Reference(model)
    network = DirectNetwork(program)
    specs = [(port.shape, port.dtype.name) for port in reference.inputs]
    seed = seed_of(model) if seed is None else seed
    for sample in range(1 if inputs is not None else samples):
        given = list(inputs) if inputs is not None else random_inputs(specs, seed + sample)
        expected = reference.run(given)
        compare(program, network.run(given), expected, "whole tensors", model, given, network)
        if streamed and sample == 0:
            compare(program, stream(program, given), expected, "row by row", model, given)
            if any(call.inplace for call in program.calls):
                compare(program, overwrite(program, given), expected, "in place", model, given)
    return program


def check_network(
    model: bytes | Path,
    options: CompileOptions | None = None,
    *,
    seed: int = 0,
    samples: int = 1,
    sanitize: bool = False,
    pools: Mpool = HOST_POOLS,
) -> Network:
    """Asserts that the generated network gives the oracle's bytes; returns its description.

    sanitize: under the address and undefined-behaviour sanitizers (about 1 s more).
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "model.tflite"
        path.write_bytes(model if isinstance(model, bytes) else model.read_bytes())
        network = compile_model(path, pools, folder, options)
        reference = Reference(model, [buffer.shape for buffer in network.inputs])
        specs = [(port.shape, port.dtype.name) for port in reference.inputs]
        host = HostNetwork(folder, network.name, sanitize=sanitize)
        given = [random_inputs(specs, seed + sample) for sample in range(samples)]
        for inputs, outputs in zip(given, host.run_many(given), strict=True):
            for port, ours, theirs in zip(network.outputs, outputs, reference.run(inputs), strict=True):
                same = ours.tobytes() == theirs.tobytes()
                assert same, f"output '{port.name}': {describe_difference(ours.reshape(theirs.shape), theirs)}"
    return network


def seed_of(model: bytes | Path) -> int:
    """Another seed for every model, the same one for the same bytes."""
    return zlib.crc32(model if isinstance(model, bytes) else model.read_bytes())


def compare(
    program: Program,
    actual: Sequence[npt.NDArray[Any]],
    expected: Sequence[npt.NDArray[Any]],
    way: str,
    model: bytes | Path,
    inputs: Sequence[npt.NDArray[Any]],
    network: DirectNetwork | None = None,
) -> None:
    """Asserts equal bytes; the message names the largest difference, its place, and the first tensor that differs."""
    assert len(actual) == len(expected), f"{len(actual)} outputs, the oracle has {len(expected)}"
    for index, ours, theirs in zip(program.outputs, actual, expected, strict=True):
        name = program.tensors[index].name
        assert ours.dtype == theirs.dtype, f"output '{name}' is {ours.dtype}, the oracle's is {theirs.dtype}"
        ours = ours.reshape(theirs.shape)
        if ours.tobytes() == theirs.tobytes():
            continue
        culprit = _first_difference(program, network, model, inputs) if network else ""
        raise AssertionError(f"output '{name}' ({way}): {describe_difference(ours, theirs)}{culprit}")


def describe_difference(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> str:
    """How many elements differ, and the largest difference with its place and both values."""
    distance = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    distance[np.isnan(distance)] = np.inf
    different = ours != theirs
    place = np.unravel_index(int(np.argmax(distance)), distance.shape) if distance.size else ()
    at = [int(i) for i in place]
    return (
        f"{int(different.sum())} of {ours.size} elements differ, most at {at}: {ours[place]} instead of {theirs[place]}"
    )


def _first_difference(
    program: Program, network: DirectNetwork, model: bytes | Path, inputs: Sequence[npt.NDArray[Any]]
) -> str:
    """Names the first call whose output is a tensor of the source model and differs from the oracle's."""
    reference = Reference(model)
    reference.run(list(inputs))
    known = {tensor.name: number for number, tensor in enumerate(graph_of(model).tensors)}
    for number, call in enumerate(program.calls):
        for output in call.outputs:
            tensor = program.tensors[output]
            if tensor.name not in known:
                continue
            try:
                theirs = reference.tensor(known[tensor.name])
            except (ValueError, RuntimeError):
                continue
            ours = network.tensor(output)
            if ours.size == theirs.size and ours.dtype == theirs.dtype and ours.tobytes() != theirs.tobytes():
                what = describe_difference(ours.reshape(theirs.shape), theirs)
                return f"\n  first in call {number}, ingot_{call.kernel}() -> '{tensor.name}': {what}"
    return ""
