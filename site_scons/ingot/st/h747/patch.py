# SPDX-License-Identifier: Apache-2.0
"""`ingot h747 patch`: edits in place in ST's application, between its markers; all of them or none.

Idempotent: a second run changes nothing. Line ends (LF, CRLF) and everything outside the edited lines stay as they are.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.st.h747.budget import Budget
from ingot.st.h747.camera import Camera
from ingot.st.h747.declarations import activation_lines, camera_defines, input_lines

START = re.compile(r"^\s*/\*+\s*@GENERATED CODE START - DO NOT TOUCH@\s*\*+/\s*$")
STOP = re.compile(r"^\s*/\*+\s*@GENERATED CODE STOP - DO NOT TOUCH@\s*\*+/\s*$")
SKIPPED = {".git", "Debug", "Release", "build"}
FILES = ("main.h", "main.c", "ai_interface.h")


@dataclass(frozen=True)
class Edit:
    """A file with its text before and after."""

    path: Path
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after

    def diff(self, root: Path) -> str:
        """As `diff -u` shows it, with paths below `root`."""
        name = self.path.relative_to(root).as_posix()
        lines = difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), f"a/{name}", f"b/{name}", lineterm=""
        )
        return "\n".join(lines)


def plan_patch(root: Path, budget: Budget, camera: Camera) -> list[Edit]:
    """The edits of a project. Raises IngotError when a file, a marker or a macro is not there; nothing is written."""
    header, source, interface = (_find(root, name) for name in FILES)
    return [
        _edit(header, lambda lines: _define(header, lines, camera_defines(camera))),
        _edit(source, lambda lines: _sections(source, _block(source, lines, activation_lines(budget)), budget)),
        _edit(interface, lambda lines: _block(interface, lines, input_lines(budget))),
    ]


def apply_patch(edits: Sequence[Edit]) -> None:
    """Writes what changed, each file beside and renamed; when one cannot be written, those before are put back."""
    done: list[Edit] = []
    try:
        for edit in edits:
            if edit.changed:
                write_if_changed(edit.path, edit.after.encode("utf-8", "surrogateescape"))
                done.append(edit)
    except OSError as error:
        for edit in done:
            write_if_changed(edit.path, edit.before.encode("utf-8", "surrogateescape"))
        raise IngotError(f"cannot write the file: {error.strerror}", where=str(error.filename)) from None


def _find(root: Path, name: str) -> Path:
    """The application's file of that name; of several, the one of core CM7. Raises IngotError."""
    found = [path for path in sorted(root.rglob(name)) if not SKIPPED.intersection(path.relative_to(root).parts)]
    chosen = [path for path in found if "CM7" in path.parts] or found
    if not chosen:
        raise IngotError(f"there is no {name} in the project", where=str(root), remedy="Give ST's H747 application.")
    if len(chosen) > 1:
        names = ", ".join(str(path.relative_to(root)) for path in chosen)
        raise IngotError(
            f"there are several {name}: {names}", where=str(root), remedy="Give the folder of one project."
        )
    return chosen[0]


def _edit(path: Path, change: Callable[[list[str]], list[str]]) -> Edit:
    try:
        before = path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise IngotError(f"cannot read the file: {error.strerror}", where=str(path)) from None
    lines = re.findall(r"[^\n]*\n|[^\n]+$", before)
    return Edit(path, before, "".join(change(lines)))


def _end(line: str) -> str:
    return "\r\n" if line.endswith("\r\n") else "\n"


def _define(path: Path, lines: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Replaces the value of each macro, which must be defined exactly once; a comment behind it stays."""
    result = list(lines)
    for name, value in values.items():
        pattern = re.compile(rf"^(\s*#\s*define\s+{name})\s+(?:\([^)]*\)|\S+)(.*?)(\r?\n?)$")
        found = [(number, match) for number, line in enumerate(result) if (match := pattern.match(line))]
        if len(found) != 1:
            raise IngotError(
                f"'#define {name}' is there {len(found)} times, once was expected",
                where=str(path),
                remedy="This is not the file of ST's application, or it was changed by hand.",
            )
        ((number, match),) = found
        before, after, end = match.groups()
        result[number] = f"{before} {value}{after}{end}"
    return result


def _block(path: Path, lines: Sequence[str], content: Sequence[str]) -> list[str]:
    """Replaces what is between the markers."""
    starts = [number for number, line in enumerate(lines) if START.match(line)]
    stops = [number for number, line in enumerate(lines) if STOP.match(line)]
    if len(starts) != 1 or len(stops) != 1 or stops[0] < starts[0]:
        raise IngotError(
            f"the markers '@GENERATED CODE START - DO NOT TOUCH@' and STOP are there {len(starts)} and {len(stops)} "
            "times, once each was expected",
            where=str(path),
            remedy="Put them back around the generated lines, or include h747_buffers.h and .c instead.",
        )
    end = _end(lines[starts[0]])
    return [*lines[: starts[0] + 1], *(line + end for line in content), end, *lines[stops[0] :]]


def _sections(path: Path, lines: Sequence[str], budget: Budget) -> list[str]:
    """Sets the sections of the two image buffers."""
    result = list(lines)
    for item in (budget.captured, budget.rescaled):
        pattern = re.compile(rf'(__attribute__\s*\(\(\s*section\s*\(\s*")\.{item.name}_\w+("\s*\)\s*\)\))')
        places = [number for number, line in enumerate(result) if pattern.search(line)]
        if len(places) != 1:
            raise IngotError(
                f"the section of {item.name} is there {len(places)} times, once was expected",
                where=str(path),
                remedy=f'Declare it with __attribute__((section("{item.section}"))).',
            )
        result[places[0]] = pattern.sub(rf"\g<1>{item.section}\g<2>", result[places[0]])
    return result
