# SPDX-License-Identifier: Apache-2.0
"""A whole build of a shell whose build folder lies on a disk that is too small, and the build after space was freed."""

from __future__ import annotations

import dataclasses
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from support.namespaces import in_small_folder
from support.real_shells import Outcome, RealCell, RealShell

CELL = RealCell({})
PAGE = 4096


@dataclass(frozen=True)
class FullDisk:
    """full: the build on the small disk. again: the one in the same folder when there is space."""

    full: Outcome
    again: Outcome


def build_folder(shell: RealShell) -> Path:
    """The folder below the project in which everything lies that a build writes."""
    return shell.folder / shell.network.partition("/")[0]


def pages(folder: Path) -> int:
    """Pages of 4,096 bytes that the folder takes on a file system in memory."""
    return sum(1 + (path.stat().st_size - 1) // PAGE if path.is_file() else 1 for path in folder.rglob("*"))


def build_on_full_disk(shell: RealShell, whole: int, share: float) -> FullDisk:
    """Builds with room for that share of `whole` pages, then with room for all. The folder is empty before."""
    folder, left = build_folder(shell), shell.folder / "left"
    for old in (folder, left):
        shutil.rmtree(old, ignore_errors=True)

    def commands(cell: RealCell) -> Sequence[list[str]]:
        lines = " && ".join(shlex.join(words) for words in shell.commands(cell))
        return [in_small_folder(folder, f"{max(2, int(whole * share)) * PAGE}", ["sh", "-c", lines], left)]

    full = dataclasses.replace(shell, commands=commands).build(CELL)
    shutil.rmtree(folder)
    left.rename(folder)
    return FullDisk(full, shell.build(CELL))
