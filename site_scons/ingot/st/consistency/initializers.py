# SPDX-License-Identifier: Apache-2.0
"""Every pool with parameters has its file, every file has its pool, and what goes to RAM is not forgotten."""

from __future__ import annotations

from collections.abc import Iterable

from ingot.board.mpool import EXTERNAL_FROM
from ingot.st.consistency.finding import Finding, Subject

MISSING, STRAY, IN_RAM = "initializer-missing", "initializer-stray", "initializer-in-ram"


def initializers(subject: Subject) -> Iterable[Finding]:
    wanted = {item.file: item for item in subject.network.initializers}
    for item in wanted.values():
        pool = subject.network.pool(item.pool)
        if item.file not in subject.output:
            yield Finding(
                MISSING,
                f"the network has {item.size:,} bytes of parameters in pool '{item.pool}', but "
                f"{item.file} is not there",
                str(subject.output.path),
                _remedy(subject, item.file),
            )
        elif pool.base is not None and pool.base < EXTERNAL_FROM and pool.rights == "ACC_WRITE":
            yield Finding(
                IN_RAM,
                f"{item.file} belongs in RAM (pool '{item.pool}', 0x{pool.base:08X}), which is empty after power-up",
                subject.output.where(item.file),
                "Load it there before the first inference, or generate the network again with constants in flash only.",
                error=False,
            )
    for name in subject.output.raws():
        if name not in wanted:
            yield Finding(
                STRAY,
                f"the network has no parameters in a pool of {name}",
                subject.output.where(name),
                "It is left over from another run: empty the folder and generate again.",
                error=False,
            )


def _remedy(subject: Subject, file: str) -> str:
    hexfile = f"{file[:-4]}.hex"
    if hexfile in subject.output:
        return (
            f'{hexfile} is there, as "fformat": "FORMAT_HEX" asks for. Generate with FORMAT_RAW, or convert it: '
            f"arm-none-eabi-objcopy -I ihex -O binary {hexfile} {file}"
        )
    return f"Add {file} of the same run: without it the network computes with what happens to be in memory."
