# SPDX-License-Identifier: Apache-2.0
"""Depfiles: what a command read, as a rule of Make, which Ninja and CMake read too."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ingot.base.files import write_if_changed


def write_depfile(depfile: Path, targets: Iterable[str], files: Iterable[str], phony: bool = False) -> None:
    """Writes `targets: files`.

    phony: an empty rule for each file, so that Make goes on when one of them is gone (another version of Ingot).
    """
    names = list(dict.fromkeys(files))
    lines = " \\\n ".join(escaped(name) for name in names)
    empty = "".join(f"{escaped(name)}:\n" for name in names) if phony else ""
    write_if_changed(depfile, f"{' '.join(map(escaped, targets))}: {lines}\n{empty}")


def escaped(path: str) -> str:
    """A path as Make and Ninja read it in a depfile."""
    return path.replace("$", "$$").replace("#", "\\#").replace(" ", "\\ ")
