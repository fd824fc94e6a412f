# SPDX-License-Identifier: Apache-2.0
"""Writing the parts that changed, one after the other, and knowing what is there when one fails."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.base.file_names import output_path
from ingot.base.files import write_if_changed
from ingot.base.untrusted import LARGEST, load_json
from ingot.device.flash.drivers import Driver
from ingot.device.flash.plan import Part


@dataclass(frozen=True)
class Flashed:
    """Names of the parts, by what was done."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]


def flash(
    parts: Sequence[Part],
    driver: Driver,
    folder: Path,
    say: Callable[[str], None],
    *,
    dry_run: bool = False,
    whole: bool = False,
) -> Flashed:
    """Writes what is not there yet. folder: for the parts as files, and for the record of what was written.

    A tool that can read is asked what is there; for another one the record of earlier runs counts. whole: write all.
    Raises IngotError when the tool fails, saying what is written and what is not.
    """
    record = Record(folder / "flashed.json")
    written: list[str] = []
    unchanged: list[str] = []
    for part in parts:
        file = output_path(folder, f"{part.name.replace(' ', '-')}.bin")
        line = driver.write(file, part.address)
        if dry_run:
            say(shlex.join(line))
            continue
        write_if_changed(file, part.data)
        if not whole and _is_there(part, driver, record):
            unchanged.append(part.name)
            say(f"{part.name}: unchanged, {len(part.data):,} bytes at {part.address:#010x}")
            continue
        record.forget(part)
        say(f"{part.name}: {len(part.data):,} bytes to {part.address:#010x}")
        failure = _run(line)
        if failure:
            left = [other.name for other in parts if other.name not in (*written, *unchanged, part.name)]
            raise IngotError(
                f"{part.name} could not be written: {failure}; on the board: {_names([*unchanged, *written])}; "
                f"half written: {part.name}; not yet: {_names(left)}",
                where=driver.name,
                remedy="Run the same command again: what is written is skipped. dry_run=1 shows the commands.",
            )
        record.add(part)
        written.append(part.name)
    return Flashed(tuple(written), tuple(unchanged))


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"


def _is_there(part: Part, driver: Driver, record: Record) -> bool:
    with tempfile.TemporaryDirectory(prefix="ingot-read-") as name:
        file = Path(name, "read.bin")
        line = driver.read(part.address, len(part.data), file)
        if line is None:
            return record.has(part)
        failure = _run(line)
        if failure or not file.is_file():
            raise IngotError(
                f"the flash cannot be read: {failure or 'the tool wrote no file'}",
                where=driver.name,
                remedy="Is the board connected, powered, and in the boot mode for flashing (docs/flash.md)?",
            )
        return hashlib.sha256(file.read_bytes()[: len(part.data)]).hexdigest() == part.sha256


def _run(line: Sequence[str]) -> str:
    """Why the command failed; "" when it did not."""
    try:
        done = subprocess.run(
            line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False
        )
    except OSError as error:
        return f"{line[0]}: {error.strerror}"
    if done.returncode == 0:
        return ""
    words = [text for text in done.stdout.decode(errors="replace").splitlines() if text.strip()][-3:]
    return f"status {done.returncode}" + (": " + " | ".join(words) if words else "")


def _is_entry(start: str, entry: Any) -> bool:
    """Whether it says [bytes, SHA-256] of a part at an address."""
    return (
        re.fullmatch(r"0x[0-9a-f]{8}", start) is not None
        and isinstance(entry, list)
        and [type(item) for item in entry] == [int, str]
        and entry[0] >= 0
    )


class Record:
    """What was written to a board, for tools that cannot read. It is about one board: another one needs whole=1."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, list[Any]] = {}
        with suppress(OSError, IngotError):  # what cannot be read is not known: it is written again
            known = load_json(file.read_bytes()[: LARGEST["yaml"]], str(file))
            entries = known.items() if isinstance(known, dict) else ()
            self._known = {start: entry for start, entry in entries if _is_entry(start, entry)}

    def has(self, part: Part) -> bool:
        return bool(self._known.get(f"{part.address:#010x}") == [len(part.data), part.sha256])

    def add(self, part: Part) -> None:
        self._known[f"{part.address:#010x}"] = [len(part.data), part.sha256]
        self._write()

    def forget(self, part: Part) -> None:
        """Forgets everything that shares bytes with the part."""
        self._known = {
            start: [size, digest]
            for start, (size, digest) in self._known.items()
            if int(start, 0) + size <= part.range.start or int(start, 0) >= part.range.end
        }
        self._write()

    def _write(self) -> None:
        write_if_changed(self._file, json.dumps(self._known, indent=2, sort_keys=True) + "\n")
