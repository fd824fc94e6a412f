# SPDX-License-Identifier: Apache-2.0
"""Depfiles: what a command read, as a rule of Make, which Ninja and CMake read too."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ingot.base.files import write_if_changed
from ingot.base.quoting import forward, make_path


def write_depfile(depfile: Path, targets: Iterable[str], files: Iterable[str], phony: bool = False) -> None:
    """Writes `targets: files`.

    phony: an empty rule for each file, so that Make goes on when one of them is gone (another version of Ingot).
    """
    names = list(dict.fromkeys(files))
    read = [make_path(forward(name)) for name in names]
    lines = " \\\n ".join(read)
    empty = "".join(f"{path}:\n" for path in read) if phony else ""
    write_if_changed(depfile, f"{' '.join(make_path(forward(name)) for name in targets)}: {lines}\n{empty}")
