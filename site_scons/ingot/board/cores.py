# SPDX-License-Identifier: Apache-2.0
"""What is known about each Cortex-M core, and about QEMU's machines that stand for boards: toolchain/cores.json.

A core is one row there, and nowhere else: what depends on a core asks for a property of its row, never for its name.
toolchain/cmake/arm-none-eabi.cmake reads the compiler flags from the same file. Cheap enough for a build that has
nothing to do.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.places import ROOT
from ingot.board.ranges import parse_size

TABLE = ROOT / "toolchain" / "cores.json"
INSTRUCTION_SETS = {"mve": "Helium", "dsp": "DSP instructions", "c": "portable C"}


@dataclass(frozen=True)
class LlvmModel:
    """LLVM's model of the core's pipeline, for llvm-mca: its -mtriple, -mcpu and -mattr.

    cpu: the nearest core that has the instructions in LLVM 16; another core's for Cortex-M85.
    """

    triple: str
    cpu: str
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Core:
    """A row of the table.

    name: as in board.yaml. title: Arm's name. part: CPUID.PARTNO (Armv8-M manual, D1.2), which an image's header holds.
    isa: what kernels may use, a key of INSTRUCTION_SETS. float_abi: "soft" where there is no FPU, else "hard".
    flags: of the compiler and the linker. GCC 12 does not know Cortex-M85; that row has the flags of Cortex-M55, which
    has the same instructions but those of PACBTI.
    stack_limit: has the register MSPLIM (Armv8-M Mainline). trustzone: has a secure and a non-secure state.
    relocatable: runs relocatable images (Armv6-M cannot: the loader keeps r9, which its PUSH does not know).
    machine: QEMU machine of a twin, "" for none. st_target: stedgeai's --target for a board that names no chip.
    llvm: None where LLVM 16 has no model.
    """

    name: str
    title: str
    part: int
    isa: str
    float_abi: str
    flags: tuple[str, ...]
    stack_limit: bool
    trustzone: bool
    relocatable: bool
    machine: str
    st_target: str
    llvm: LlvmModel | None

    @property
    def fpu(self) -> bool:
        return self.float_abi != "soft"


@dataclass(frozen=True)
class Machine:
    """A machine of QEMU that a twin may be.

    core: which it has. flash, ram: addresses where a generic board's memories are on it, at least 4 MiB each, as texts.
    boot_stub: where it boots when that is not the start of `flash`, else "".
    aliases: its views of the same bytes, from `info mtree`: (base, bytes, address of the bytes).
    """

    name: str
    core: str
    flash: str
    ram: str
    boot_stub: str
    aliases: tuple[tuple[int, int, int], ...]

    @property
    def title(self) -> str:
        """Of its core."""
        return core_named(self.core).title


@functools.cache
def _table() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(TABLE.read_text())
    return data


@functools.cache
def core_named(name: str) -> Core:
    """The row of a core. Raises IngotError for a name that is not in the table."""
    rows = _table()["cores"]
    if name not in rows:
        raise IngotError(f"unknown core '{name}'", where=TABLE.name, remedy=did_you_mean(name, rows))
    row = rows[name]
    llvm = row["llvm"]
    return Core(
        name=name,
        title=row["title"],
        part=int(row["part"], 16),
        isa=row["isa"],
        float_abi=row["float_abi"],
        flags=tuple(row["flags"]),
        stack_limit=row["stack_limit"],
        trustzone=row["trustzone"],
        relocatable=row["relocatable"],
        machine=row["machine"],
        st_target=row.get("st_target", ""),
        llvm=LlvmModel(llvm["triple"], llvm["cpu"], tuple(llvm["attributes"])) if llvm else None,
    )


def core_names() -> list[str]:
    """All cores, in the order of the table: the smallest first."""
    return list(_table()["cores"])


def all_cores() -> list[Core]:
    return [core_named(name) for name in core_names()]


def default_core() -> Core:
    """What something is made for that names no core."""
    return core_named(_table()["default"])


def machine_names() -> list[str]:
    """QEMU's machines that a twin may be."""
    return list(_table()["machines"])


@functools.cache
def machine_named(name: str) -> Machine:
    """The row of a machine. Raises IngotError for a name that is not in the table."""
    rows = _table()["machines"]
    if name not in rows:
        raise IngotError(f"unknown machine '{name}'", where=TABLE.name, remedy=did_you_mean(name, rows))
    row = rows[name]
    aliases = tuple(
        (int(item["base"], 16), parse_size(item["size"]), int(item["alias_of"], 16)) for item in row["aliases"]
    )
    return Machine(name, row["core"], row["flash"], row["ram"], row["boot_stub"], aliases)


def generic_memories() -> tuple[str, str]:
    """Where a board that nobody has described yet has its flash and its RAM: the regions of Arm's own memory map."""
    row = _table()["generic"]
    return row["flash"], row["ram"]


def twin_note(core: str, machine: str) -> str:
    """What a reader of a twin's figures must know about its core; "" when the machine has the board's own."""
    emulated = machine_named(machine)
    if emulated.core == core:
        return ""
    return f"the twin of this {core_named(core).title} is QEMU's {machine}, which has a {emulated.title}"


def kernels_note(core: str) -> str:
    """What the kernels do without on a core; "" where they use its instructions for several bytes at once."""
    row = core_named(core)
    if row.isa != "c":
        return ""
    fpu = "" if row.fpu else "; float operators are computed by the compiler's library"
    return f"the kernels are portable C: {row.title} has neither Helium nor DSP instructions{fpu}"
