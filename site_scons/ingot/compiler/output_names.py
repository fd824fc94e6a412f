# SPDX-License-Identifier: Apache-2.0
"""The names of what a compilation writes. Light to import: a build that compiles nothing declares them, too."""

from __future__ import annotations

from typing import NamedTuple

from ingot.base.file_names import file_name
from ingot.board.mpool import Mpool, initializer_pool


class OutputNames(NamedTuple):
    """Names of the files that a compilation writes, in one folder."""

    source: str
    header: str
    raw: str
    info: str
    report: str

    def all(self) -> tuple[str, ...]:
        return tuple(self)


def output_names(name: str, mpool: Mpool) -> OutputNames:
    """The names, from the network's name and the pools alone, so that build tools can declare the outputs before.

    Raises IngotError for a name that would lead to another folder.
    """
    raw = f"{name}_{mpool.prefix}.{initializer_pool(mpool).fname}.raw"
    names = OutputNames(f"{name}.c", f"{name}.h", raw, f"{name}_c_info.json", f"{name}_generate_report.txt")
    for file in names:
        file_name(file, "the name of a generated file")
    return names
