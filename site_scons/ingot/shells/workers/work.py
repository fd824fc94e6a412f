# SPDX-License-Identifier: Apache-2.0
"""What one worker does at a time: a piece of work that knows what it reads and how it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.job import Job
from ingot.recipe.request import Request
from ingot.shells.command import command_of

#: Options that are paths of files, not only names.
PATHS = ("st_output", "st_pack")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Done:
    """What became of a piece of work. state: a word for people, FAILED for a failure. log: what was printed. facts: of
    the result, as JSON holds them."""

    state: str
    log: str
    facts: Mapping[str, Any]


class Work(Protocol):
    """A piece of work. It travels as Python pickles it, and is the same for equal content.

    name: for people. out: its folder, relative to the working one, whose files are brought back.
    """

    @property
    def name(self) -> str: ...

    @property
    def out(self) -> str: ...

    def reads(self) -> set[str]:
        """The files that it reads and does not make."""
        ...

    def run(self, build: str) -> Done:
        """Does it in the working folder of this process. build: folder for everything that is built."""
        ...


def files_read(request: Request, jobs: Iterable[Job], targets: Iterable[str] = ()) -> set[str]:
    """The files that the commands of some jobs read and none of them makes, and what lies beside board and model.

    targets: names that stand for files, not files themselves.
    """
    commands = [command_of(job, ("ingot",), "") for job in jobs]
    made = {file for command in commands for file in command.outputs} | set(targets)
    read = {file for command in commands for file in command.inputs} - made
    read.update(name for folder in _folders(request) for name in _files_in(folder))
    return {name for name in read if Path(name).is_file()}


def _folders(request: Request) -> list[Path]:
    """Folders whose files may be read by name: the board's, the model.yaml's, ST's output."""
    first = FirmwareBuild.of([request]).first
    folders = [Path(first.board_file).parent]
    folders += [first.manifest.path.parent] if first.manifest.document else []
    return folders + [Path(request.options.text(name)) for name in PATHS if request.options.text(name)]


def _files_in(place: Path) -> list[str]:
    """The files of a folder, not of folders in it; of a file itself."""
    found = sorted(place.iterdir()) if place.is_dir() else [place]
    return [str(path) for path in found if path.is_file() and not path.name.startswith(".")]
