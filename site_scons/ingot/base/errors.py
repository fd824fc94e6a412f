# SPDX-License-Identifier: Apache-2.0
"""The one exception that users see.

Every mistake a user can make ends in an `IngotError`: what is wrong, where, and what to do about it. The shells
(command line, SCons tool) print `str(error)` and exit with a status other than 0; they never show a traceback for it.
"""

from __future__ import annotations

from collections.abc import Iterable


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


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The remedy for a mistyped name: the nearest known one, else the whole list."""
    names = sorted(known)
    import difflib  # most builds have no mistake

    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if near:
        return f"Did you mean '{near[0]}'?"
    return "Known: " + ", ".join(names) + "." if names else "None is known here."
