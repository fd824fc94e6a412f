# SPDX-License-Identifier: Apache-2.0
"""The tools that write flash, behind one interface: what each is called with.

Command lines as the tools document them: STM32CubeProgrammer UM2237, OpenOCD's user's guide, probe.rs, pyocd.io.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError, did_you_mean
from ingot.board import Board, Probe

PROGRAMS = {
    "cubeprogrammer": "STM32_Programmer_CLI",
    "openocd": "openocd",
    "probe-rs": "probe-rs",
    "pyocd": "pyocd",
}


@dataclass(frozen=True)
class Driver:
    """A tool for a board. program: its path; its name alone when it is not installed (for a dry run)."""

    board: Board
    probe: Probe
    program: str

    @property
    def name(self) -> str:
        return self.probe.tool

    def reaches(self, address: int) -> bool:
        """Whether the tool can write the memory there."""
        region = self.board.region_at(address)
        return region is not None and (not self.probe.memories or region.memory in self.probe.memories)

    def write(self, file: Path, address: int) -> list[str]:
        """The command that erases, writes and verifies `file` (named .bin) at an address."""
        return {
            "cubeprogrammer": lambda: [*self._cube(address), "-w", str(file), f"{address:#010x}", "-v"],
            "openocd": lambda: self._openocd(
                f"flash write_image erase {_tcl(file)} {address:#010x} bin",
                f"verify_image {_tcl(file)} {address:#010x} bin",
            ),
            "probe-rs": lambda: [
                *(self.program, "download", "--chip", self.probe.target, "--binary-format", "bin"),
                *("--base-address", f"{address:#010x}", "--verify", str(file)),
            ],
            "pyocd": lambda: [
                *(self.program, "flash", "--target", self.probe.target, "--format", "bin"),
                *("--base-address", f"{address:#010x}", str(file)),
            ],
        }[self.name]()

    def read(self, address: int, size: int, file: Path) -> list[str] | None:
        """The command that reads flash into `file`; None when the tool cannot."""
        if self.name == "cubeprogrammer":
            return [*self._cube(address), "-u", f"{address:#010x}", f"{size:#x}", str(file)]
        if self.name == "openocd":
            return self._openocd(f"dump_image {_tcl(file)} {address:#010x} {size:#x}")
        if self.name == "pyocd":
            command = f"savemem {address:#010x} {size} {file}"
            return [self.program, "cmd", "--target", self.probe.target, "-c", command]
        return None

    def _cube(self, address: int) -> list[str]:
        line = [self.program, "-c", *(self.probe.connect or ("port=SWD",))]
        region = self.board.region_at(address)
        if self.board.external_loader and region is not None and region.memory == self.board.flash_memory:
            loader = Path(self.program).parent / "ExternalLoader" / self.board.external_loader
            line += ["-el", str(loader if loader.is_file() else self.board.external_loader)]
        return line

    def _openocd(self, *commands: str) -> list[str]:
        words = [self.program, "-f", self.probe.target]
        for command in ("init", "reset halt", *commands, "reset run", "shutdown"):
            words += ["-c", command]
        return words


def _tcl(file: Path) -> str:
    return "{" + str(file) + "}"


def choose_driver(board: Board, addresses: Sequence[int], wanted: str = "", *, dry_run: bool = False) -> Driver:
    """The tool that `wanted` names, or the board's first one that is installed and reaches every address.

    A dry run takes tools that are not installed. Raises IngotError that says what each of them lacks.
    """
    if not board.probes:
        raise IngotError("names no tool that can flash it", where=str(board.path), remedy="Add flash: probes: to it.")
    known = [probe.tool for probe in board.probes]
    if wanted and wanted not in known:
        raise IngotError(
            f"probe={wanted}: board '{board.name}' is not flashed with that", remedy=did_you_mean(wanted, known)
        )
    lacks = []
    for probe in board.probes:
        program = PROGRAMS[probe.tool]
        found = shutil.which(program)
        driver = Driver(board, probe, found or program)
        out_of_reach = [f"{address:#010x}" for address in addresses if not driver.reaches(address)]
        if wanted and probe.tool != wanted:
            continue
        if probe.tool != "cubeprogrammer" and not probe.target:
            lacks.append(f"{probe.tool} needs its target in the board file")
        elif out_of_reach:
            lacks.append(f"{probe.tool} does not reach {', '.join(out_of_reach)}")
        elif found is None and not dry_run:
            lacks.append(f"{program} is not installed")
        else:
            return driver
    raise IngotError(
        "; ".join(lacks), where="flash", remedy="Install one that can, or see what it would do: dry_run=1."
    )
