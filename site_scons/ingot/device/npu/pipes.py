# SPDX-License-Identifier: Apache-2.0
"""The NPU of an emulated firmware: its driver on the twin asks over two pipes, the simulator answers.

The other side is firmware/npu/npu_twin.c. The firmware names the program; all else is read from its memory, so that the
simulator knows what the NPU would know: the blob, the weights and the tensors as they lie there.
"""

from __future__ import annotations

import contextlib
import os
import select
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

from ingot.base.errors import IngotError

#: Names that the firmware opens, in the folder of the run.
ASKED, ANSWERED = "npu_asked", "npu_answered"
_END, _READ, _WRITE = range(3)
#: Results of ingot_npu.h.
_OK, _REFUSED = 0, 4


class NpuOfTwin:
    """Answers a firmware until it is closed. runs: epochs of each program that was run, in order.

    problem: why the simulator gave up, else None.
    """

    def __init__(self, folder: Path) -> None:
        self.runs: list[int] = []
        self.problem: IngotError | None = None
        paths = folder / ASKED, folder / ANSWERED
        for path in paths:
            os.mkfifo(path)
        # Opened both ways, so that neither side waits for the other to open them.
        self._asked, self._answered = (os.open(path, os.O_RDWR) for path in paths)
        self._stop, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the thread and gives the pipes back."""
        os.write(self._wake, b"x")
        self._thread.join()
        for number in (self._asked, self._answered, self._stop, self._wake):
            os.close(number)

    def _serve(self) -> None:
        from ingot.st.npu.sim.blob import run_blob

        with contextlib.suppress(_Closed):
            while True:
                (address,) = struct.unpack("<I", self._receive(4))
                status = _OK
                try:
                    self.runs.append(run_blob(address, self._read, self._write))
                except IngotError as problem:
                    self.problem, status = problem, _REFUSED
                self._send(struct.pack("<3I", _END, 0, status))

    def _read(self, address: int, size: int) -> bytes:
        self._send(struct.pack("<3I", _READ, address, size))
        return self._receive(size)

    def _write(self, address: int, content: bytes) -> None:
        self._send(struct.pack("<3I", _WRITE, address, len(content)) + content)

    def _receive(self, size: int) -> bytes:
        content = bytearray()
        while len(content) < size:
            ready, _, _ = select.select([self._asked, self._stop], [], [])
            if self._stop in ready:
                raise _Closed
            content += os.read(self._asked, size - len(content))
        return bytes(content)

    def _send(self, content: bytes) -> None:
        """The reader may be gone: a pipe that is full is not waited for any longer than the firmware runs."""
        os.set_blocking(self._answered, False)
        left = memoryview(content)
        while left:
            ready, writable, _ = select.select([self._stop], [self._answered], [])
            if ready:
                raise _Closed
            if writable:
                left = left[os.write(self._answered, left) :]


class _Closed(Exception):
    """The firmware has ended."""


@contextlib.contextmanager
def npu_of_twin(folder: Path | None, wanted: bool) -> Iterator[NpuOfTwin | None]:
    """The simulator beside a run of QEMU in that folder; None for a firmware without layers for the NPU.

    Raises IngotError behind the run where the simulator gave up: its reason comes before what the firmware says.
    """
    if not wanted or folder is None:
        yield None
        return
    npu = NpuOfTwin(folder)
    try:
        yield npu
    except IngotError as problem:
        if npu.problem is not None:
            raise npu.problem from problem
        raise
    finally:
        npu.close()
