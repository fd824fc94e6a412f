# SPDX-License-Identifier: Apache-2.0
"""Every pool with parameters has its file, every file has its pool, and what goes to RAM is not forgotten."""

from __future__ import annotations

from collections.abc import Iterable

from ingot.board.mpool import EXTERNAL_FROM
from ingot.st.consistency.finding import Finding, Subject
from ingot.st.prebuilt.initializer_files import InitializerFile, hex_bytes, initializer_bytes, initializer_files

MISSING, STRAY, IN_RAM = "initializer-missing", "initializer-stray", "initializer-in-ram"
DIFFERS = "initializer-differs"


def initializers(subject: Subject) -> Iterable[Finding]:
    there = {item.written: item for item in initializer_files(subject.output)}
    known = set()
    for item in subject.network.initializers:
        known.add(item.file)
        pool = subject.network.pool(item.pool)
        if item.file not in there:
            yield Finding(
                MISSING,
                f"the network has {item.size:,} bytes of parameters in pool '{item.pool}', but "
                f"{item.file} is not there",
                str(subject.output.path),
                f"Add {item.file} of the same run (or its .bin or .hex): without it the network computes with what "
                "happens to be in memory.",
            )
            continue
        yield from _forms(subject, there[item.file], pool.base)
        if pool.base is not None and pool.base < EXTERNAL_FROM and pool.rights == "ACC_WRITE":
            yield Finding(
                IN_RAM,
                f"{there[item.file].file} belongs in RAM (pool '{item.pool}', 0x{pool.base:08X}), which is empty after "
                "power-up",
                subject.output.where(there[item.file].file),
                "Load it there before the first inference, or generate the network again with constants in flash only.",
                error=False,
            )
    for name, file in there.items():
        if name not in known and subject.output.read(file.file):  # the tool writes an empty one for an unused pool
            yield Finding(
                STRAY,
                f"the network has no parameters in a pool of {file.file}",
                subject.output.where(file.file),
                "It is left over from another run: empty the folder and generate again.",
                error=False,
            )


def _forms(subject: Subject, file: InitializerFile, base: int | None) -> Iterable[Finding]:
    """An initializer that is there as binary and as .hex has the same bytes in both, at its pool's address."""
    for form, name in file.forms.items():
        if name == file.file:
            continue
        if form == "hex":
            other = hex_bytes(subject.output, name, base)
        else:
            other = subject.output.read(name)
        if other != initializer_bytes(subject.output, file, base):
            yield Finding(
                DIFFERS,
                f"it holds other bytes than {file.file} beside it",
                subject.output.where(name),
                "One of the two is left over from another run: remove it, or convert it again.",
            )
