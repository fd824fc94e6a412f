# SPDX-License-Identifier: Apache-2.0
"""Proof of a build on the register level, in the order of execution.

- every stream lies inside one region of the build's pools; what is written is writable;
- reads touch only bytes that the input, a file of weights, or an earlier epoch wrote;
- nothing that is read was overwritten in part since it was written;
- streams from memory that is not written lie inside the file that initialises it;
- every write is a buffer of network.c's tables, of that epoch, byte for byte; every read lies in such buffers;
- what flows through the units of an epoch is what its streams write, element for element (flow.py);
- buffers lie where c_info says, where there is one;
- blobs run the epochs that network.c says they run; relocations hit addresses only (streams.py refuses others).

Reads of 24-bit elements may touch up to 2 bytes behind their buffer: they are counted. Epochs of the CPU write the
buffers that the tables give them, and read what their calls name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.st.npu.build import Build
from ingot.st.npu.described import disagreements
from ingot.st.npu.flow import wrong_lengths
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.memory import (
    FILE,
    INPUT,
    LARGEST,
    NOBODY,
    Memory,
    Region,
    Write,
    common,
    regions_of,
    same_base,
    touched,
)
from ingot.st.npu.registers import Unit
from ingot.st.npu.routes import links_of
from ingot.st.npu.software.calls import SoftwareCall, inputs_of, software_calls
from ingot.st.npu.streams import Stream, streams_of
from ingot.st.prebuilt.ecblobs import blob_of
from ingot.st.prebuilt.network_c import SourceBuffer

#: Bytes behind its buffer that a stream of 24-bit elements may read.
SURPLUS = 2


@dataclass(frozen=True)
class Fault:
    """kind: a name to look it up by. epoch: 0 for what concerns the whole build."""

    kind: str
    epoch: int
    what: str

    def __str__(self) -> str:
        return f"epoch {self.epoch}: {self.what}" if self.epoch else self.what


@dataclass
class Proof:
    """What was proven: counts of what was looked at, and the faults found.

    surplus: bytes read behind their buffers. unnamed: reads that no buffer of the tables covers, but whole writes do.
    sources: (epoch, stream, "cpu" or "alias") -> indexes of writes that it reads, or INPUT, FILE. written: all writes.
    """

    epochs: int = 0
    reads: int = 0
    writes: int = 0
    bytes_read: int = 0
    bytes_written: int = 0
    file_streams: int = 0
    surplus: int = 0
    unnamed: int = 0
    software: int = 0
    faults: list[Fault] = field(default_factory=list)
    sources: dict[tuple[int, str], tuple[int, ...]] = field(default_factory=dict, repr=False)
    written: list[Write] = field(default_factory=list, repr=False)

    @property
    def holds(self) -> bool:
        """Whether there are no faults."""
        return not self.faults


def prove(build: Build) -> Proof:
    """Proves a build. Faults are in the result; raises IngotError only for what cannot be read at all."""
    proof = Proof()
    memory = Memory(regions_of(build.source))
    _initialise(build, memory)
    _check_blocks(build, proof)
    proof.faults += [Fault("c-info", 0, what) for what in disagreements(build.source, build.described)]
    epochs = {epoch.number: epoch for epoch in build.epochs}
    if len(epochs) < len(build.epochs):
        proof.faults.append(Fault("epoch-twice", 0, "two epochs of the NPU have the same number"))
    tables: dict[int, list[SourceBuffer]] = {}
    for buffer in build.source.buffers:
        if not buffer.param and buffer.kind != "input":
            tables.setdefault(buffer.epoch, []).append(buffer)
    calls = software_calls(build.text, str(build.path))
    for number in sorted({*epochs, *tables}):
        if number in epochs:
            _epoch(epochs[number], build, memory, tables.get(number, []), proof)
        else:
            proof.software += 1
            for call in calls.get(number, []):
                _call(call, memory, proof)
            for buffer in tables[number]:
                _software(buffer, number, memory, proof, alias=number not in calls)
    proof.written = memory.writes
    return proof


def _initialise(build: Build, memory: Memory) -> None:
    for image in build.images:
        memory.mark("", image.base, image.base + len(image.content), FILE)
        pool = next((pool for pool in build.source.pools if pool.name == image.pool), None)
        if pool is not None and pool.relative:
            memory.mark(pool.postfix, 0, len(image.content), FILE)
    for buffer in build.source.buffers:
        start, end = (buffer.base or 0) + buffer.offset, (buffer.base or 0) + buffer.end
        if buffer.kind == "input" and not buffer.param:
            memory.mark(buffer.label, start, end, INPUT)
        elif buffer.param and not build.images:
            memory.mark(buffer.label, start, end, FILE)


def _check_blocks(build: Build, proof: Proof) -> None:
    """The epochs of each blob are those of its block."""
    if not build.blobs:
        return
    blocks = {blob_of(block.blob): block for block in build.source.blocks if block.kind == "EC"}
    for name in build.blobs:
        numbers = [epoch.number for epoch in build.epochs if epoch.source == name]
        block = blocks.get(name)
        if block is None:
            proof.faults.append(Fault("blob-not-started", 0, f"network.c does not start {name}"))
        elif numbers and not block.first <= min(numbers) <= max(numbers) <= max(block.last, block.first):
            what = f"{name} runs epochs {min(numbers)} to {max(numbers)}, network.c says {block.first} to {block.last}"
            proof.faults.append(Fault("blob-epochs", 0, what))
    missing = [name for name in blocks if name not in build.blobs]
    if missing:
        proof.faults.append(Fault("blob-missing", 0, f"network.c starts {missing[0]}, which is not there"))


def _call(call: SoftwareCall, memory: Memory, proof: Proof) -> None:
    """What a call of the CPU reads was written by somebody."""
    found: set[int] = set()
    for place in inputs_of(call):
        region = memory.region_of("", place.address, place.address + place.extent - 1)
        if region is None:
            what = f"{call.name} reads {place.address:#x} and {place.extent:,} bytes, which lie in no pool"
            proof.faults.append(Fault("outside", call.epoch, what))
            continue
        start = place.address - region.start
        last = memory.of(region, start + place.extent)[start : start + place.extent]
        found |= {int(number) for number in np.unique(last)}
        if np.any(last == NOBODY):
            what = f"{call.name} reads {int(np.count_nonzero(last == NOBODY)):,} bytes that nobody wrote"
            proof.faults.append(Fault("not-written", call.epoch, what))
    proof.sources[call.epoch, "cpu"] = tuple(sorted(found | set(proof.sources.get((call.epoch, "cpu"), ()))))


def _software(buffer: SourceBuffer, number: int, memory: Memory, proof: Proof, *, alias: bool) -> None:
    """A buffer of an epoch of the CPU. alias: nothing runs, it is what lies there under another name."""
    start, end = (buffer.base or 0) + buffer.offset, (buffer.base or 0) + buffer.end
    region = memory.region_of(buffer.label, start, end - 1)
    if region is None or end <= start or end - region.start > LARGEST:
        proof.faults.append(Fault("outside", number, f"{buffer.name} at {start:#x} is in no pool"))
        return
    offsets = np.arange(start - region.start, end - region.start, dtype=np.int64)
    if alias:
        found = np.unique(memory.of(region, end - region.start)[offsets])
        proof.sources[number, "alias"] = tuple(int(item) for item in found)
    memory.write(Write(number, buffer.name, region, offsets))


def _epoch(epoch: HardwareEpoch, build: Build, memory: Memory, tables: Sequence[SourceBuffer], proof: Proof) -> None:
    proof.epochs += 1
    try:
        streams = streams_of(epoch)
        links = links_of(epoch)
        proof.faults += [Fault("lengths", epoch.number, what) for what in wrong_lengths(epoch, streams, links)]
        sums = {link.source for link in links if link.port.unit.kind == "CONVACC" and link.port.port == 2}
        writes: list[tuple[Stream, Write]] = []
        for stream in streams:
            region = memory.region_of(stream.label, stream.first, stream.last)
            if region is None:
                place = f"{stream.label + '+' if stream.label else ''}{stream.first:#x}..{stream.last:#x}"
                what = f"{stream.unit} {stream.direction}s {place}, which lies in no pool"
                proof.faults.append(Fault("outside", epoch.number, what))
                continue
            offsets = touched(stream) - region.start
            if stream.writes:
                writes.append((stream, Write(epoch.number, f"{stream.unit}", region, offsets)))
            else:
                own = [write for _, write in writes if write.region == region]
                _read(epoch, stream, region, offsets, build, memory, proof, loop=stream.unit in sums, own=own)
        for stream, write in writes:
            _write(epoch, stream, write, tables, proof)
        _check_loops(epoch, streams, sums, proof)
    except IngotError as error:
        proof.faults.append(Fault("refused", epoch.number, error.what))
        return
    for _, write in writes:
        memory.write(write)


def _check_loops(epoch: HardwareEpoch, streams: Sequence[Stream], sums: Iterable[Unit], proof: Proof) -> None:
    """Partial sums are read where the same epoch writes them."""
    written = [(stream.label, stream.first, stream.last) for stream in streams if stream.writes]
    for stream in streams:
        if stream.unit in set(sums) and (stream.label, stream.first, stream.last) not in written:
            what = f"{stream.unit} adds sums from {stream.first:#x}, where this epoch writes none"
            proof.faults.append(Fault("sums", epoch.number, what))


def _write(epoch: HardwareEpoch, stream: Stream, write: Write, tables: Sequence[SourceBuffer], proof: Proof) -> None:
    proof.writes += 1
    proof.bytes_written += stream.moved
    if not write.region.writable:
        what = f"{stream.unit} writes {write.region.name}, which is read only"
        proof.faults.append(Fault("read-only", epoch.number, what))
    fits = any(
        same_base(buffer.label, stream.label)
        and (buffer.base or 0) + buffer.offset == stream.first
        and (buffer.base or 0) + buffer.end == stream.last + 1
        for buffer in tables
    )
    if not fits:
        what = f"{stream.unit} writes {stream.first:#x}..{stream.last:#x}; network.c has no such buffer of this epoch"
        proof.faults.append(Fault("tables", epoch.number, what))


def _read(
    epoch: HardwareEpoch,
    stream: Stream,
    region: Region,
    offsets: npt.NDArray[Any],
    build: Build,
    memory: Memory,
    proof: Proof,
    *,
    loop: bool,
    own: Sequence[Write],
) -> None:
    proof.reads += 1
    proof.bytes_read += stream.moved
    if loop:
        return  # the first frame's sums are not used, the others are this epoch's own
    last = memory.of(region, int(offsets[-1]) + 1)[offsets]
    found = [int(number) for number in np.unique(last)]
    allowed = SURPLUS if stream.element == 3 else 0
    inside = last[:-allowed] if allowed and len(last) > allowed else last  # surplus bytes are of other buffers
    proof.sources[epoch.number, str(stream.unit)] = tuple(int(number) for number in np.unique(inside))
    if FILE in found or not region.writable:
        proof.file_streams += 1
    missing = offsets[last == NOBODY]
    if len(missing):
        if len(missing) > allowed:
            what = f"{stream.unit} reads {len(missing):,} bytes from {missing[0] + region.start:#x} on "
            what += "that nothing wrote" if region.writable else "that no file has"
            proof.faults.append(Fault("unwritten" if region.writable else "no-file", epoch.number, what))
        else:
            proof.surplus += len(missing)
    for number in found:
        if number >= 0:
            _check_whole(epoch, stream, offsets, last, number, memory, allowed, proof)
    if not _covered(stream, build, allowed):
        parts = [memory.writes[number] for number in found if number >= 0]
        whole = all(len(np.setdiff1d(part.offsets, offsets)) == 0 for part in parts)
        if whole and parts and min(found) >= 0:
            proof.unnamed += 1
        else:
            what = f"{stream.unit} reads {stream.first:#x}..{stream.last:#x}, which is in no buffer of network.c"
            proof.faults.append(Fault("tables", epoch.number, what))


def _check_whole(
    epoch: HardwareEpoch,
    stream: Stream,
    offsets: npt.NDArray[Any],
    last: npt.NDArray[np.int16],
    number: int,
    memory: Memory,
    allowed: int,
    proof: Proof,
) -> None:
    """Of what a write put among the bytes that are read, nothing was overwritten."""
    write = memory.writes[number]
    intact = int(np.count_nonzero(last == number))
    both = common(write.offsets, offsets)
    if len(both) == intact:
        return
    if intact <= allowed:
        proof.surplus += intact
        return
    lost = memory.of(write.region, int(both[-1]) + 1)[both]
    other = memory.writes[int(lost[lost != number][0])]
    what = (
        f"{stream.unit} reads what epoch {write.epoch} wrote ({write.what}), of which epoch {other.epoch} "
        f"({other.what}) has overwritten {len(both) - intact:,} bytes"
    )
    proof.faults.append(Fault("overwritten", epoch.number, what))


def _covered(stream: Stream, build: Build, allowed: int) -> bool:
    """Whether a buffer of the tables holds the stream."""
    return any(
        same_base(buffer.label, stream.label)
        and buffer.start <= stream.first
        and stream.last < buffer.start + buffer.size + allowed
        for buffer in build.source.buffers
    )


def proof_text(proof: Proof) -> str:
    """The proof, readable."""
    lines = [
        f"{proof.epochs} epochs of the NPU, {proof.software} of the CPU: {proof.reads:,} reads of "
        f"{proof.bytes_read:,} bytes, {proof.writes:,} writes of {proof.bytes_written:,}",
        f"{proof.file_streams:,} streams from files of weights; {proof.surplus} surplus bytes of 24-bit elements; "
        f"{proof.unnamed} reads of several buffers at once",
    ]
    lines += [f"  {fault}" for fault in proof.faults]
    lines.append(faults_text(proof))
    return "\n".join(lines) + "\n"


def faults_text(proof: Proof) -> str:
    """`no faults`, `1 fault`, `2 faults`."""
    count = len(proof.faults)
    return "no faults" if not count else "1 fault" if count == 1 else f"{count} faults"


def proof_facts(proof: Proof) -> dict[str, Any]:
    """The proof, for --json."""
    counts = {name: value for name, value in vars(proof).items() if name not in ("sources", "written")}
    return counts | {"faults": [vars(fault) for fault in proof.faults], "holds": proof.holds}
