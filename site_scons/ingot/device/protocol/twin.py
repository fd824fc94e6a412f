# SPDX-License-Identifier: Apache-2.0
"""The twin's serial line: QEMU with the UART of the emulated machine on a socket."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingot.base.child import ends_with_parent
from ingot.base.errors import IngotError
from ingot.device.npu.pipes import npu_of_twin
from ingot.device.protocol.link import SocketLink
from ingot.device.run.qemu import Image, command, find_qemu

#: Seconds that QEMU may take to open the line.
_START = 60.0


@contextlib.contextmanager
def twin_line(elf: Path, images: Sequence[Image], machine: str, npu: bool = False) -> Iterator[SocketLink]:
    """A firmware in the emulator, waiting for requests; it is ended with the block. npu: it has layers for the NPU.

    Raises IngotError with what QEMU said when it does not start.
    """
    for file in (elf, *(image.file for image in images)):
        if not file.is_file():
            raise IngotError("is not there, nothing to emulate", where=str(file), remedy="Build it first.")
    with tempfile.TemporaryDirectory(prefix="ingot-line-") as folder:
        path = Path(folder) / "uart"
        images = [Image(image.file.resolve(), image.address) for image in images]
        line = command(elf.resolve(), images, machine, ["serial"], find_qemu())
        line[line.index("-serial") + 1] = f"unix:{path},server=on,wait=on"
        log = open(Path(folder) / "log", "w+")  # noqa: SIM115
        beside = npu_of_twin(Path(folder), npu)
        with (
            log,
            beside,
            subprocess.Popen(
                line,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=ends_with_parent(),
            ) as process,
        ):
            try:
                with _connect(path, process) as connection:
                    yield SocketLink(connection)
            except IngotError as error:
                said = _last(Path(folder) / "log")
                raise IngotError(f"{error.what}; the firmware said: {said}", where=error.where) from None
            finally:
                if process.poll() is None:
                    process.kill()


def _connect(path: Path, process: subprocess.Popen[bytes]) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    until = time.monotonic() + _START
    while time.monotonic() < until and process.poll() is None:
        try:
            connection.connect(str(path))
            return connection
        except OSError:
            time.sleep(0.02)
    connection.close()
    raise IngotError("the emulator did not open its serial line", where="qemu")


def _last(log: Path) -> str:
    """The last lines of the firmware or of QEMU."""
    return " | ".join(log.read_text(errors="replace").splitlines()[-6:]) or "nothing"
