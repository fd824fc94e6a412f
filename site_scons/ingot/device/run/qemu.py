# SPDX-License-Identifier: Apache-2.0
"""Running a firmware in QEMU: the command, the time limit, and what it printed."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingot.base.child import ends_with_parent
from ingot.base.errors import IngotError

#: QEMU's -icount: an instruction lasts 2^5 ns of emulated time. firmware/startup/counter_*.c count on it.
INSTRUCTION_SHIFT = 5

#: Lines of the firmware's output that an error message quotes.
QUOTED_LINES = 6


@dataclass(frozen=True)
class Image:
    """Bytes that must be in memory before the firmware starts: a raw file and its address."""

    file: Path
    address: int


@dataclass(frozen=True)
class EmulatedRun:
    """What came of it.

    status: the firmware's exit status, 255 for one outside 0 to 255. seconds: of this machine, not of the emulated one.
    """

    status: int
    lines: tuple[str, ...]
    seconds: float


@dataclass
class _Output:
    """The lines so far, shared with the thread that reads them."""

    lines: list[str] = field(default_factory=list)
    stopped: str = ""


def find_qemu(program: str = "qemu-system-arm") -> str:
    """Path of QEMU. Raises IngotError with the remedy when it is not installed."""
    path = shutil.which(program)
    if path is None:
        raise IngotError(
            f"{program} is not installed",
            where="emulate",
            remedy="Run ./bootstrap, or: apt-get install qemu-system-arm",
        )
    return path


def command(elf: Path, images: Sequence[Image], machine: str, arguments: Sequence[str], qemu: str) -> list[str]:
    """QEMU's command line.

    Instructions are counted (-icount), devices are off; the firmware talks over semihosting. arguments: the firmware's
    words, without spaces.
    """
    line = [qemu, "-M", machine, "-display", "none", "-monitor", "none", "-serial", "none", "-nodefaults"]
    line += ["-icount", f"shift={INSTRUCTION_SHIFT}"]
    words = "".join(f",arg={_escaped(word)}" for word in (elf.stem, *arguments))
    line += ["-semihosting-config", f"enable=on,target=native{words}"]
    line += ["-kernel", str(elf)]
    for image in images:
        line += ["-device", f"loader,file={_escaped(image.file)},addr={image.address:#x},force-raw=on"]
    return line


def _escaped(value: Path | str) -> str:
    """A text inside an option's value: QEMU reads a doubled comma as one."""
    return str(value).replace(",", ",,")


def run(
    elf: Path,
    images: Sequence[Image] = (),
    *,
    machine: str = "mps3-an547",
    arguments: Sequence[str] = (),
    folder: Path | None = None,
    timeout: float = 600.0,
    on_line: Callable[[str], bool] | None = None,
) -> EmulatedRun:
    """Runs a firmware until it exits.

    folder: where relative file names of the firmware are. timeout: seconds of this machine.
    on_line: is called with every line the firmware prints, while it runs; returning False ends the run (status 0).
    Raises IngotError, quoting the firmware's last lines: QEMU is missing or cannot load something, the time is up.
    """
    elf = elf.resolve()
    for file in (elf, *(image.file for image in images)):
        if not file.is_file():
            raise IngotError("is not there, nothing to emulate", where=str(file), remedy="Build it first.")
    images = [Image(image.file.resolve(), image.address) for image in images]
    line = command(elf, images, machine, arguments, find_qemu())
    output = _Output()
    errors: deque[str] = deque(maxlen=20)
    started = time.monotonic()
    with subprocess.Popen(
        line,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        preexec_fn=ends_with_parent(),
    ) as process:
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        watchdog = threading.Timer(timeout, give_up)
        watchdog.start()
        assert process.stdout and process.stderr
        reader = threading.Thread(target=errors.extend, args=(process.stderr,), daemon=True)
        reader.start()
        try:
            for text in process.stdout:
                text = text.rstrip("\r\n")
                output.lines.append(text)
                if on_line is not None and not on_line(text):
                    output.stopped = "by the caller"
                    process.kill()
                    break
            process.wait()
            reader.join()
        finally:
            watchdog.cancel()
            if process.poll() is None:
                process.kill()
    seconds = time.monotonic() - started
    if output.stopped:
        return EmulatedRun(0, tuple(output.lines), seconds)
    if late.is_set():
        raise IngotError(
            f"the firmware did not end within {timeout:g} s" + _quoted(output.lines),
            where=elf.name,
            remedy="Give it more time (timeout=), or fewer samples.",
        )
    failures = [text.strip() for text in errors if ": warning: " not in text]
    if process.returncode < 0 or (process.returncode and not output.lines and failures):
        reason = " ".join(failures) or f"ended by signal {-process.returncode}"
        raise IngotError(f"QEMU failed: {reason}" + _quoted(output.lines), where=elf.name)
    return EmulatedRun(process.returncode, tuple(output.lines), seconds)


def _quoted(lines: Sequence[str]) -> str:
    last = [text for text in lines if text.strip()][-QUOTED_LINES:]
    return "; it printed last: " + " | ".join(last) if last else "; it printed nothing"


def require_success(done: EmulatedRun, elf: Path) -> EmulatedRun:
    """The run, if its status is 0. Raises IngotError with the firmware's own words otherwise."""
    if done.status:
        raise IngotError(
            f"the firmware stopped with status {done.status}" + _quoted(done.lines),
            where=elf.name,
            remedy="The firmware's message says what it found; addresses are in the .map file beside the firmware.",
        )
    return done
