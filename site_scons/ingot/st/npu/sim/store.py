# SPDX-License-Identifier: Apache-2.0
"""The bytes of a build's memory, and stream engines that read and write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.st.npu.memory import LARGEST, Region
from ingot.st.npu.sim.arithmetic import Ints
from ingot.st.npu.sim.frames import Frames
from ingot.st.npu.streams import Stream

Bytes = npt.NDArray[np.uint8]


@dataclass
class Store:
    """Memory by regions; a byte that nobody wrote is 0."""

    regions: Sequence[Region]
    content: dict[Region, Bytes] = field(default_factory=dict)

    def copy(self) -> Store:
        """The same bytes, to be changed apart from these."""
        return Store(self.regions, {region: content.copy() for region, content in self.content.items()})

    def view(self, label: str, first: int, size: int, where: str) -> Bytes:
        """The bytes from an address on, to be read and written. Raises IngotError outside of the pools."""
        region = next((item for item in self.regions if item.holds(label, first, first + size - 1)), None)
        if region is None or first + size - region.start > LARGEST:
            name = f"{label}+" if label else ""
            raise IngotError(f"{name}{first:#x} and {size:,} bytes lie in no pool", where=where)
        if region not in self.content:
            self.content[region] = np.zeros(min(region.end - region.start, LARGEST), np.uint8)
        start = first - region.start
        return self.content[region][start : start + size]

    def put(self, label: str, first: int, data: bytes, where: str) -> None:
        """Writes bytes."""
        if data:
            self.view(label, first, len(data), where)[:] = np.frombuffer(data, np.uint8)


def read_stream(store: Store, stream: Stream, where: str) -> Frames:
    """The frames that a stream engine reads. A frame that comes again is read once."""
    starts, order = _starts(stream)
    memory = store.view(stream.label, stream.address, int(starts.max()) + stream.extent, where)
    frames = np.empty((len(starts), stream.frame_elements, stream.element), np.uint8)
    for number, start in enumerate(starts):
        frames[number] = _frame(memory, stream, int(start)).reshape(-1, stream.element)
    top = 1 << (8 * stream.element - int(stream.signed))
    plain = len(order) == len(starts)
    low = -top if stream.signed else 0
    return Frames(_integers(frames, stream.signed), stream.element, low, top - 1, None if plain else order)


def write_stream(store: Store, stream: Stream, frames: Frames, where: str) -> None:
    """Writes what flows to a stream engine, cut into its frames. Raises IngotError when too few or too many come."""
    sequence = frames.sequence()
    if len(sequence) != stream.elements:
        raise IngotError(f"{stream.unit} writes {stream.elements:,} elements, {len(sequence):,} came", where=where)
    starts, order = _starts(stream)
    memory = store.view(stream.label, stream.address, int(starts.max()) + stream.extent, where)
    parts = sequence.reshape(-1, stream.frame_elements)
    last = np.zeros(len(starts), np.int64)
    last[order] = np.arange(len(order))  # of frames at one place the last one stays
    for number, start in enumerate(starts):
        target = _frame(memory, stream, int(start))
        data = np.ascontiguousarray(parts[last[number]], np.int32).view(np.uint8).reshape(-1, 4)
        target[...] = data[:, : stream.element].reshape(target.shape)


def _starts(stream: Stream) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Offsets of the different frames, in the order of their first coming; and for each frame, which it is."""
    offsets = np.array([stream.frame_offset(number) for number in range(stream.frames)], np.int64)
    different, first, order = np.unique(offsets, return_index=True, return_inverse=True)
    rank = np.argsort(first)
    place = np.empty_like(rank)
    place[rank] = np.arange(len(rank))
    return different[rank], place[order]


def _frame(memory: Bytes, stream: Stream, start: int) -> Bytes:
    """A view of a frame's bytes: (elements, bytes) or (height, width, depth, bytes)."""
    part = memory[start : start + stream.extent]
    if stream.raw:
        return part.reshape(stream.size, stream.element)
    shape = (stream.height, stream.width, stream.depth, stream.element)
    return np.lib.stride_tricks.as_strided(part, shape, (stream.line, stream.pixel, stream.element, 1))


def _integers(data: Bytes, signed: bool) -> Ints:
    """(frames, elements, bytes) to (frames, elements)."""
    size = data.shape[2]
    if size == 3:
        wide = np.zeros((*data.shape[:2], 4), np.uint8)
        wide[..., :3] = data
        values: npt.NDArray[Any] = wide.view("<i4")[..., 0]
        return (values ^ 0x800000) - 0x800000 if signed else values
    kind: Any = {(1, True): np.int8, (1, False): np.uint8, (2, True): "<i2", (2, False): "<u2"}[size, signed]
    found: npt.NDArray[Any] = data.view(kind)[..., 0].astype(np.int32)
    return found
