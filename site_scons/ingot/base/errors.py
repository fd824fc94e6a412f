# SPDX-License-Identifier: Apache-2.0
"""The one exception that users see.

Every mistake a user can make ends in an `IngotError`: what is wrong, where, and what to do about it. The shells
(command line, SCons tool) print `str(error)` and exit with a status other than 0; they never show a traceback for it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path


class IngotError(Exception):
    """A mistake in the input or the environment.

    what: one sentence that says what is wrong, with the offending value.
    where: the place: a file, `file:line`, a key, an operator. May be empty.
    remedy: one sentence that says what to do. May be empty.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.remedy}" if self.remedy else head


class DamagedFile(IngotError):
    """A file that a build wrote is not what it wrote. path: the file."""

    def __init__(self, what: str, path: Path, *, remedy: str = "", where: str = "") -> None:
        super().__init__(what, where=where or str(path), remedy=remedy)
        self.path = path


_REMEDIES = {
    errno.ENOSPC: "Free space there, or choose another folder.",
    errno.EDQUOT: "Free space there, or choose another folder.",
    errno.EACCES: "Change its permissions or its owner, or choose another folder.",
    errno.EPERM: "Change its permissions or its owner, or choose another folder.",
    errno.EROFS: "The file system is mounted read-only: choose another folder.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
    errno.ENOTDIR: "A file stands where a folder must be: remove or rename it.",
    errno.EEXIST: "A file stands where a folder must be: remove or rename it.",
    errno.EISDIR: "A folder stands where a file must be: remove or rename it.",
}


def os_error(error: OSError) -> IngotError:
    """What the operating system refuses, as a message: the file, why, what to do."""
    place = error.filename2 or error.filename
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    return IngotError(
        f"the operating system refuses it: {reason}",
        where=os.fsdecode(place) if isinstance(place, (str, bytes, os.PathLike)) else "",
        remedy=_REMEDIES.get(error.errno or 0, ""),
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The remedy for a mistyped name: the nearest known one, else the whole list."""
    names, word = sorted(known), word[:80]  # the comparison's work grows with the square of the length
    import difflib  # most builds have no mistake

    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if near:
        return f"Did you mean '{near[0]}'?"
    return "Known: " + ", ".join(names) + "." if names else "None is known here."
