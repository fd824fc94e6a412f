# SPDX-License-Identifier: Apache-2.0
"""A blob on somebody else's memory: what the NPU would read is asked for, what it would write is handed back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingot.base.errors import IngotError
from ingot.st.npu.container import PLAIN, read_blob
from ingot.st.npu.machine import HardwareEpoch, Machine
from ingot.st.npu.memory import Region
from ingot.st.npu.sim.epoch import run_epoch
from ingot.st.npu.sim.store import Store
from ingot.st.npu.streams import streams_of

Read = Callable[[int, int], bytes]
Write = Callable[[int, bytes], None]
#: Words of the longest blob that is believed; public ones have up to 116,000.
MOST = 1 << 21


def run_blob(address: int, read: Read, write: Write) -> int:
    """Runs the program at an address, and returns how many epochs it had.

    read: (address, bytes) -> content. write: address, content. Raises IngotError for what is no plain blob, and for
    what the simulator was never verified for.
    """
    epochs = _epochs(address, read)
    streams = [(epoch, stream) for epoch in epochs for stream in streams_of(epoch)]
    ranges = _joined((stream.first, stream.last + 1) for _, stream in streams)
    store = Store([Region("", start, end, (), True) for start, end in ranges])
    for start, end in ranges:
        store.put("", start, read(start, end - start), f"blob at {address:#x}")
    for epoch in epochs:
        run_epoch(epoch, store)
    for start, end in _joined((stream.first, stream.last + 1) for _, stream in streams if stream.writes):
        write(start, store.view("", start, end - start, f"blob at {address:#x}").tobytes())
    return len(epochs)


def _epochs(address: int, read: Read) -> tuple[HardwareEpoch, ...]:
    name = f"the program at {address:#x}"
    head = [int.from_bytes(read(address, 8)[at : at + 4], "little") for at in (0, 4)]
    if head[0] != PLAIN or not 0 < head[1] <= MOST:
        raise IngotError(f"{name} has no head of a blob: {head[0]:#x}, {head[1]:,}", remedy="Flash the weights.")
    data = read(address, 8 + 4 * head[1])
    words = [int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), 4)]
    machine = Machine()
    machine.run(read_blob(words, name), name)
    return tuple(machine.epochs)


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same bytes as ranges that do not touch."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found
