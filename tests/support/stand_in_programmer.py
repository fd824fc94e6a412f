# SPDX-License-Identifier: Apache-2.0
"""A stand-in of STM32CubeProgrammer's command line: it keeps what is written in files, and reads it back."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

NAME = "STM32_Programmer_CLI"

_PROGRAM = """\
#!{python}
import json, pathlib, sys
here = pathlib.Path({folder!r})
words = sys.argv[1:]
with open(here / "calls", "a") as calls:
    calls.write(json.dumps(words) + "\\n")
memory = here / "memory"
memory.mkdir(exist_ok=True)
if (here / "fail").exists() and (here / "fail").read_text() in " ".join(words) and "-u" not in words:
    sys.exit("Error: no debug probe detected")
if "-u" in words:
    address, size, file = words[words.index("-u") + 1 :]
    there = memory / address
    data = there.read_bytes() if there.exists() else b""
    pathlib.Path(file).write_bytes(data[: int(size, 0)].ljust(int(size, 0), b"\\xff"))
elif "-w" in words:
    file, address = words[words.index("-w") + 1 :][:2]
    (memory / address).write_bytes(pathlib.Path(file).read_bytes())
"""


def install(folder: Path, monkeypatch: pytest.MonkeyPatch | None = None, name: str = NAME) -> None:
    """Puts the stand-in into a folder, and that folder first on the PATH."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(_PROGRAM.format(python=sys.executable, folder=str(folder)))
    file.chmod(0o755)
    if monkeypatch is not None:
        monkeypatch.setenv("PATH", str(folder), prepend=":")


def written(folder: Path) -> dict[int, bytes]:
    """Address -> what was written there."""
    return {int(file.name, 0): file.read_bytes() for file in (folder / "memory").glob("0x*")}


def calls(folder: Path) -> list[list[str]]:
    """The words of every call since the last time."""
    file = folder / "calls"
    lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    file.unlink(missing_ok=True)
    return lines
