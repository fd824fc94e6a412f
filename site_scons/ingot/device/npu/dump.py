# SPDX-License-Identifier: Apache-2.0
"""A board's dump against what the simulator predicts for the same inputs.

A dump has buffers by their names in network.c: a .npz with an array each, or a folder with <buffer>.bin. It needs the
inputs. Every other buffer in it is compared, and replaces the predicted one, so that each epoch is judged alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ingot.base.errors import IngotError
from ingot.base.untrusted import read_bounded
from ingot.device.npu.judged import settings_of
from ingot.preprocessing.numpy_file import numpy_arrays
from ingot.st.npu.build import Build
from ingot.st.npu.kinds import kind_of
from ingot.st.npu.simulate import Simulation
from ingot.st.prebuilt.network_c import SourceBuffer

WANTED = "Give a folder with a <buffer>.bin for each buffer, or a .npz with an array for each."
MOST_BUFFERS = 10_000


@dataclass(frozen=True)
class DumpedBuffer:
    """A buffer of the dump. differing: bytes that are not as predicted. largest: difference of its numbers."""

    name: str
    epoch: int
    cpu: bool
    bytes: int
    differing: int
    largest: int
    kind: str = ""


@dataclass(frozen=True)
class KindOfEpoch:
    """What the dump says of the epochs of one kind. compared: those with a buffer in the dump. differing: bytes."""

    kind: str
    epochs: int
    compared: int
    bytes: int
    differing: int

    @property
    def verdict(self) -> str:
        """What may be said of this kind."""
        if not self.compared:
            return "not confirmed: no buffer of it in the dump"
        if self.differing:
            return f"not as predicted: {self.differing:,} of {self.bytes:,} bytes"
        return f"confirmed: {self.bytes:,} bytes of {self.compared} epochs"


@dataclass(frozen=True)
class Comparison:
    """kinds: of all epochs of the build. buffers: in order of execution. ties: the rule of rounding that was used."""

    ties: str
    buffers: tuple[DumpedBuffer, ...]
    kinds: tuple[KindOfEpoch, ...] = ()

    @property
    def judged(self) -> tuple[DumpedBuffer, ...]:
        """Buffers that the NPU wrote."""
        return tuple(item for item in self.buffers if not item.cpu)

    @property
    def bytes(self) -> int:
        """Bytes that the NPU wrote."""
        return sum(item.bytes for item in self.judged)

    @property
    def differing(self) -> int:
        """Of these, those that are not as predicted."""
        return sum(item.differing for item in self.judged)

    @property
    def equal(self) -> bool:
        """Whether all are as predicted."""
        return not self.differing


def read_dump(path: Path) -> dict[str, bytes]:
    """Name of a buffer -> its bytes. Raises IngotError."""
    if path.is_dir():
        found = {file.stem: file.read_bytes() for file in sorted(path.glob("*.bin"))}
    else:
        content = read_bounded(path, "array")
        if not content.startswith(b"PK"):
            raise IngotError("is neither a .npz nor a folder", where=str(path), remedy=WANTED)
        arrays = numpy_arrays(content, str(path), MOST_BUFFERS)
        found = {name: np.ascontiguousarray(array).tobytes() for name, array in arrays.items()}
    if not found:
        raise IngotError("there is no buffer in it", where=str(path), remedy=WANTED)
    return found


def compare(build: Build, dump: Mapping[str, bytes], ties: str = "away") -> Comparison:
    """Compares. Raises IngotError for a dump without the inputs, or with a buffer of another size or name."""
    buffers = {item.name: item for item in build.source.buffers if not item.param}
    for name, data in dump.items():
        if name not in buffers:
            raise IngotError(
                f"network.c has no buffer '{name}'",
                where=str(build.path),
                remedy="Name the arrays of the dump as the buffers in network.c.",
            )
        if len(data) != buffers[name].size:
            raise IngotError(f"buffer '{name}' has {buffers[name].size:,} bytes, the dump {len(data):,}")
    simulation = Simulation(build, settings_of(ties))
    results: dict[int, list[SourceBuffer]] = {}
    for item in buffers.values():
        if item.kind == "input":
            if item.name not in dump:
                raise IngotError(f"the dump has no input '{item.name}'", where=str(build.path))
            simulation.store.put(item.label, item.start, dump[item.name], item.name)
        else:
            results.setdefault(item.epoch, []).append(item)
    found = []
    kinds = {epoch.number: kind_of(epoch) for epoch in build.epochs}
    steps = {step.number for step in simulation.steps}
    by_cpu = sorted(number for number in results if number not in steps)
    for step in simulation.steps:
        while by_cpu and by_cpu[0] < step.number:  # nothing here runs what the CPU does: the board's bytes count
            _take(results[by_cpu.pop(0)], dump, build, simulation)
        simulation.run_step(step)
        for item in results.get(step.number, ()):
            if item.name not in dump:
                continue
            predicted = simulation.store.view(item.label, item.start, item.size, item.name).tobytes()
            found.append(_compared(item, predicted, dump[item.name], kinds.get(step.number, "")))
            simulation.store.put(item.label, item.start, dump[item.name], item.name)
    if not found:
        raise IngotError("the dump has inputs only", where=str(build.path), remedy="Add buffers that epochs write.")
    return Comparison(ties, tuple(found), tuple(_by_kind(kinds, found)))


def _take(items: Sequence[SourceBuffer], dump: Mapping[str, bytes], build: Build, simulation: Simulation) -> None:
    """Puts what the CPU made into memory. Raises IngotError where a network of Ingot's own needs it."""
    for item in items:
        if item.name in dump:
            simulation.store.put(item.label, item.start, dump[item.name], item.name)
        elif build.own:
            raise IngotError(f"the dump has no '{item.name}', which the CPU makes for the NPU", where=str(build.path))


def _by_kind(kinds: Mapping[int, str], found: Sequence[DumpedBuffer]) -> Iterator[KindOfEpoch]:
    for kind in dict.fromkeys(kinds.values()):
        own = [item for item in found if item.kind == kind]
        yield KindOfEpoch(
            kind,
            sum(other == kind for other in kinds.values()),
            len({item.epoch for item in own}),
            sum(item.bytes for item in own),
            sum(item.differing for item in own),
        )


def _compared(buffer: SourceBuffer, predicted: bytes, board: bytes, kind: str) -> DumpedBuffer:
    """kind: of the epoch; "" for one of the CPU."""
    one, other = (np.frombuffer(data, np.uint8) for data in (predicted, board))
    kinds: Mapping[str, Any] = {"int8": np.int8, "uint8": np.uint8, "int16": "<i2"}
    largest = 0
    if buffer.dtype in kinds:
        numbers = [part.view(kinds[buffer.dtype]).astype(np.int64) for part in (one, other)]
        largest = int(np.abs(numbers[0] - numbers[1]).max(initial=0))
    differing = int(np.count_nonzero(one != other))
    return DumpedBuffer(buffer.name, buffer.epoch, not kind, len(board), differing, largest, kind)


def dump_text(result: Comparison) -> str:
    """The comparison, readable."""
    lines = []
    for item in result.buffers:
        if item.differing or item.cpu:
            note = " (the CPU's, by a routine of Ingot's: not judged)" if item.cpu else ""
            lines.append(
                f"  epoch {item.epoch} {item.name}: {item.differing:,} of {item.bytes:,} bytes differ, "
                f"by at most {item.largest}{note}"
            )
    lines += [f"{item.kind} ({item.epochs} epochs): {item.verdict}" for item in result.kinds]
    if result.equal:
        lines.append(f"bit-exact: {result.bytes:,} bytes of {len(result.judged)} buffers are as the board has them")
    else:
        lines.append(
            f"{result.differing:,} of {result.bytes:,} bytes of {len(result.judged)} buffers are not as the board "
            f"has them (ties: {result.ties})"
        )
    return "\n".join(lines) + "\n"


def dump_facts(result: Comparison) -> dict[str, Any]:
    """The comparison, for --json."""
    return {
        "ties": result.ties,
        "equal": result.equal,
        "bytes": result.bytes,
        "differing": result.differing,
        "kinds": [vars(item) | {"verdict": item.verdict} for item in result.kinds],
        "buffers": [vars(item) for item in result.buffers],
    }
