# SPDX-License-Identifier: Apache-2.0
"""Weights of a build against the model's own: unpacked from the raw file, compared tensor by tensor, without running.

A stream's counterpart is fixed before any weight is looked at: its buffer in network.c has the scales of one tensor of
the model, and `..._submask_<output>_<input>_<row>_<column>_<sizes>` in the buffer's name says which part of a kernel it
is. Where several tensors with different content fit, the stream counts as without counterpart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.compiler.frontend.model import read_operators
from ingot.st.npu.build import Build
from ingot.st.npu.images import Image
from ingot.st.npu.kernels import KernelShape, dense_sets, depthwise_sets, unpack_kernels
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.multipliers import multipliers_of, out_of_proportion
from ingot.st.npu.registers import FIELDS, Unit
from ingot.st.npu.routes import links_of
from ingot.st.npu.streams import Stream, streams_of
from ingot.st.prebuilt.network_c import SourceBuffer

_SUBMASK = re.compile(r"_submask_(\d+)_(\d+)_(\d+)_(\d+)_(\d+)_(\d+)_(\d+)_(\d+)")
#: Relative difference of a scale as network.c prints it and as the model has it.
CLOSE = 1e-5


@dataclass(frozen=True)
class ModelWeights:
    """Weights of the model: (outputs, rows, columns, inputs), or (1, rows, columns, channels) of a depthwise one."""

    name: str
    depthwise: bool
    values: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]

    @property
    def outputs(self) -> int:
        """Channels that they make."""
        return int(self.values.shape[3] if self.depthwise else self.values.shape[0])


@dataclass(frozen=True)
class StreamWeights:
    """A kernel stream. verdict: equal, scaled, differs, foreign, outside, compiler or unknown.

    tensor: its counterpart in the model, "" without one. count: weights; differing: those that are not the model's.
    note: what is known about the difference, or why there is no counterpart.
    """

    epoch: int
    unit: str
    buffer: str
    tensor: str
    count: int
    differing: int
    verdict: str
    note: str = ""


@dataclass(frozen=True)
class WeightsResult:
    """streams: by epoch. unread: weights of the model that no stream reads; epochs of the CPU may."""

    streams: tuple[StreamWeights, ...]
    unread: tuple[str, ...]

    @property
    def wrong(self) -> tuple[StreamWeights, ...]:
        """Streams whose weights are not the model's."""
        return tuple(item for item in self.streams if item.verdict in ("differs", "scaled", "foreign", "outside"))


@dataclass(frozen=True)
class _Kernels:
    """A stream of kernels and the chain of CONVACCs that takes from it. slices: CONVACCs times passes."""

    epoch: HardwareEpoch
    stream: Stream
    shape: KernelShape
    slices: int
    chain: tuple[Unit, ...]


def model_weights(model: Path) -> tuple[ModelWeights, ...]:
    """The constant int8 weights of convolutions and fully connected layers, of a .tflite or a QDQ .onnx.

    Raises IngotError.
    """
    graph = read_operators(model)
    found: list[ModelWeights] = []
    for operator in graph.operators:
        if operator.kind not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            continue
        place = operator.inputs[1]
        tensor = graph.tensors[place if place is not None else operator.outputs[0]]
        if tensor.data is None or tensor.quant is None or tensor.data.dtype != np.int8:
            continue
        values = tensor.data
        if operator.kind == "FULLY_CONNECTED":
            values = values.reshape(values.shape[0], 1, 1, -1)
        scales = np.asarray(tensor.quant.scale, np.float32)
        found.append(ModelWeights(tensor.name, operator.kind == "DEPTHWISE_CONV_2D", values, scales))
    return tuple(found)


def compare_weights(build: Build, model: Path) -> WeightsResult:
    """Compares every kernel stream of a build with the model. Raises IngotError when there is nothing to compare."""
    tensors = model_weights(model)
    if not build.images:
        raise IngotError(
            "the build has no file with its weights", where=str(build.path), remedy="Give it with --weights FILE."
        )
    buffers = [buffer for buffer in build.source.buffers if buffer.param and buffer.base is not None]
    results: list[StreamWeights] = []
    outputs: dict[str, dict[int, int]] = {}
    for kernels in sorted(_kernel_streams(build.epochs), key=lambda item: item.stream.address):
        buffer = _buffer_of(kernels.stream, buffers)
        results.append(_compare(kernels, buffer, build.images, tensors, outputs))
    read = {item.tensor for item in results}
    order = {epoch.number: at for at, epoch in enumerate(build.epochs)}
    results.sort(key=lambda item: (order[item.epoch], item.unit))
    return WeightsResult(tuple(results), tuple(dict.fromkeys(item.name for item in tensors if item.name not in read)))


def _kernel_streams(epochs: Iterable[HardwareEpoch]) -> Iterator[_Kernels]:
    for epoch in epochs:
        streams = {stream.unit: stream for stream in streams_of(epoch)}
        chains: dict[Unit, list[Unit]] = {}
        for link in links_of(epoch):
            if link.port.unit.kind == "CONVACC" and link.port.port == 1:
                chains.setdefault(link.source, []).append(link.port.unit)
        for source, chain in chains.items():
            if source not in streams:
                raise IngotError(f"{chain[0]} takes kernels from {source}", where=epoch.where)
            yield _kernels(epoch, streams[source], chain)


def _kernels(epoch: HardwareEpoch, stream: Stream, chain: Sequence[Unit]) -> _Kernels:
    fields = [
        {name: field.get(epoch.units[unit][field.word]) for name, field in FIELDS["CONVACC"].items()} for unit in chain
    ]
    head = min(fields, key=lambda item: item["KFIRST"])
    shape = KernelShape(head["NR"], head["KH"], head["KW"], head["BTCDEPTH"], bool(head["DEEPMODE"]))
    length = max(1, head["KTOT"] // max(1, head["NR"])) if head["KTOT"] > 1 else 1
    passes = max(max(1, item["ATOT"]) if item["AFILTMODE"] else 1 for item in fields)
    return _Kernels(epoch, stream, shape, length * passes, tuple(chain))


def _buffer_of(stream: Stream, buffers: Sequence[SourceBuffer]) -> SourceBuffer | None:
    """The buffer of network.c's tables that all of a stream lies in."""
    for buffer in buffers:
        start = (buffer.base or 0) + buffer.offset
        if start <= stream.first and stream.last < start + buffer.end - buffer.offset:
            return buffer
    return None


def _compare(
    kernels: _Kernels,
    buffer: SourceBuffer | None,
    images: Sequence[Image],
    tensors: Sequence[ModelWeights],
    outputs: dict[str, dict[int, int]],
) -> StreamWeights:
    stream, shape = kernels.stream, kernels.shape
    name = buffer.name if buffer else ""

    def result(verdict: str, note: str = "", tensor: str = "", count: int = 0, differing: int = 0) -> StreamWeights:
        return StreamWeights(
            kernels.epoch.number, str(stream.unit), name, tensor, count or stream.moved, differing, verdict, note
        )

    size = stream.frames * stream.size * stream.element
    image = next((image for image in images if image.holds(stream.address, size)), None)
    if image is None:
        return result("outside", f"{stream.address:#x} and {size:,} bytes are in no file of initialised pools")
    if not stream.raw or not (stream.continuous or stream.frames == 1):
        return result("unknown", "its frames do not follow each other")
    if buffer is None:
        return result("unknown", "network.c has no buffer there")
    try:
        content = image.content[stream.address - image.base :][:size]
        sets = unpack_kernels(content, shape)
    except ValueError as error:
        return result("differs", str(error), differing=size)
    if len(sets) % kernels.slices:
        return result("differs", f"{len(sets)} sets are no multiple of {kernels.slices} slices", differing=size)
    if not buffer.scale:
        return result("compiler", "made by the compiler: its buffer has no scales")
    fitting = _fitting(buffer, tensors)
    if not fitting:
        return result("foreign", f"the model has no weights with the {len(buffer.scale)} scales of this buffer")
    if any(not np.array_equal(item.values, fitting[0].values) for item in fitting[1:]):
        return result("unknown", f"{len(fitting)} tensors have the scales of this buffer")
    known = outputs.setdefault(name, {})
    first = known.get(stream.address, sum(known.values()))
    number = len(sets) // kernels.slices
    known[stream.address] = number * shape.count if stream.address not in known else known[stream.address]
    expected = _expected(fitting[0], name, first, kernels, number)
    if expected is None:
        return result(
            "unknown", f"kernels of {shape.rows}x{shape.columns} are not the model's, nor a named part of them"
        )
    differing = int(np.count_nonzero(expected != sets))
    if not differing:
        wrong = _wrong_multiplier(kernels, fitting[0], name, first, number)
        return result("scaled" if wrong else "equal", wrong, fitting[0].name, sets.size)
    return result("differs", _difference(expected, sets), fitting[0].name, sets.size, differing)


def _wrong_multiplier(kernels: _Kernels, tensor: ModelWeights, name: str, first: int, sets: int) -> str:
    """What is said about multipliers that are not in proportion to the tensor's scales; "" where they are."""
    count = min(sets * kernels.shape.count, tensor.outputs - first)
    if len(tensor.scales) != tensor.outputs or _SUBMASK.search(name) or count < 2:
        return ""
    found = multipliers_of(kernels.epoch, kernels.chain, count)
    if found is None:
        return ""
    wrong = out_of_proportion(found, tensor.scales[first : first + count])
    if wrong is None:
        return ""
    return f"the multiplier of channel {first + wrong[0]} is {wrong[1]}, its scale gives {wrong[2]}"


def _fitting(buffer: SourceBuffer, tensors: Sequence[ModelWeights]) -> list[ModelWeights]:
    scales = np.asarray(buffer.scale, np.float32)
    return [
        item
        for item in tensors
        if item.scales.shape == scales.shape and np.allclose(item.scales, scales, rtol=CLOSE, atol=0)
    ]


def _expected(tensor: ModelWeights, name: str, first: int, kernels: _Kernels, sets: int) -> npt.NDArray[np.int8] | None:
    """What the stream must hold; None when it is a part of the kernels and nothing says which."""
    shape, values = kernels.shape, tensor.values
    part = _SUBMASK.search(name)
    if part is not None:
        output, source, row, column, outputs, inputs, rows, columns = (int(number) for number in part.groups())
        if tensor.depthwise:
            values = values[:, row : row + rows, column : column + columns, output : output + outputs]
        else:
            values = values[
                output : output + outputs, row : row + rows, column : column + columns, source : source + inputs
            ]
    if values.shape[1:3] != (shape.rows, shape.columns):
        return None
    if tensor.depthwise:
        return depthwise_sets(values, first, shape, sets)
    return dense_sets(values, first, shape, kernels.slices, sets)


def _difference(expected: npt.NDArray[np.int8], found: npt.NDArray[np.int8]) -> str:
    """Where the weights differ first, and whether they are only in another order."""
    wrong = np.argwhere(expected != found)
    group, kernel, row, column, channel = (int(number) for number in wrong[0])
    place = f"first in set {group}, kernel {kernel}, row {row}, column {column}, channel {channel}"
    kernels = [np.ascontiguousarray(item).reshape(-1, expected[0, 0].size) for item in (expected, found)]
    if sorted(item.tobytes() for item in kernels[0]) == sorted(item.tobytes() for item in kernels[1]):
        return f"the same kernels in another order; {place}"
    if len(wrong) == 1:
        bits = (int(expected[tuple(wrong[0])]) ^ int(found[tuple(wrong[0])])) & 0xFF
        return f"one weight, bits {bits:#04x}; {place}"
    return place


def weights_text(result: WeightsResult) -> str:
    """The comparison, readable: one line of sums, then every stream that is not equal."""
    counts: dict[str, int] = {}
    for item in result.streams:
        counts[item.verdict] = counts.get(item.verdict, 0) + 1
    words = {
        "equal": "equal to the model's",
        "differs": "differ",
        "scaled": "equal, but not their multipliers",
        "foreign": "of no tensor of the model",
        "outside": "outside of the files",
        "compiler": "made by the compiler",
        "unknown": "without counterpart",
    }
    lines = [
        f"{len(result.streams)} kernel streams: " + ", ".join(f"{counts[k]} {words[k]}" for k in words if k in counts)
    ]
    for item in result.streams:
        if item.verdict != "equal":
            share = (
                f"{item.differing:,} of {item.count:,} weights differ from {item.tensor}: " if item.differing else ""
            )
            lines.append(f"  epoch {item.epoch} {item.unit} {item.buffer or '(no buffer)'}: {share}{item.note}")
    lines += [f"  no stream reads {name}" for name in result.unread]
    return "\n".join(lines) + "\n"


def weights_facts(result: WeightsResult) -> Mapping[str, Any]:
    """The comparison, for --json."""
    return {"streams": [vars(item) for item in result.streams], "unread": list(result.unread)}
