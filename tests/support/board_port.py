# SPDX-License-Identifier: Apache-2.0
"""A board on a serial port of this machine: firmware in QEMU whose UART is a pseudo terminal."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ingot.base.child import ends_with_parent
from ingot.device.run.qemu import Image, command, find_qemu


@contextlib.contextmanager
def board_on_a_port(elf: Path, images: Sequence[Image], machine: str) -> Iterator[str]:
    """The port's name, such as /dev/pts/3. Skips where the machine gives no pseudo terminal."""
    line = command(elf.resolve(), images, machine, ["serial"], find_qemu())
    line[line.index("-serial") + 1] = "pty"
    with subprocess.Popen(
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        preexec_fn=ends_with_parent(),
    ) as process:
        try:
            assert process.stdout is not None
            said = []
            for text in process.stdout:
                said.append(text)
                found = re.search(r"redirected to (\S+)", text)
                if found:
                    break
            else:
                pytest.skip(f"QEMU gives no pseudo terminal here: {' '.join(said)[:300]}")
            threading.Thread(target=process.stdout.read, daemon=True).start()  # the console must not fill up
            yield found[1]
        finally:
            process.kill()
