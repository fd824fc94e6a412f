# SPDX-License-Identifier: Apache-2.0
"""A board: every physical memory once, who may own it, and where the application runs.

Everything that needs an address (linker script, check, hex files, flash commands) asks here. `board_file` reads a
board.yaml, `twin` makes the board that the emulated machine is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.board.aliases import NO_ALIASES, Aliases, PhysicalBytes
from ingot.board.ranges import Range, size_text

#: firmware/startup/vectors.c: bytes of the table, and its alignment (VTOR ignores the lower 7 bits on every Cortex-M).
VECTORS, VECTORS_ALIGNMENT = 64, 128


@dataclass(frozen=True)
class Region:
    """A bank of physical memory, the finest grain at which memory has an owner.

    memory: name of the chip or block it is part of. kind: "ram" or "flash".
    owners: "application" and "network", the one that takes precedence first; empty for memory that is off limits.
    """

    name: str
    memory: str
    kind: str
    base: int
    size: int
    owners: tuple[str, ...]

    @property
    def range(self) -> Range:
        return Range(self.base, self.base + self.size)


@dataclass(frozen=True)
class Slot:
    """A part of the flash with a purpose: "fsbl", "application", "network" and "params" (relocatable images)."""

    name: str
    base: int
    size: int

    @property
    def range(self) -> Range:
        return Range(self.base, self.base + self.size)


@dataclass(frozen=True)
class UpdateSlots:
    """Where models are replaced in the field. slots: of one size, A and B. records: what the device must remember."""

    slots: tuple[Slot, Slot]
    records: tuple[Slot, Slot]


@dataclass(frozen=True)
class Probe:
    """A tool that can flash the board. tool: a name of ingot.device.flash.drivers.PROGRAMS. target: what the tool calls
    the board or chip. connect: words for how to connect. memories: those it can write; empty for all."""

    tool: str
    target: str = ""
    connect: tuple[str, ...] = ()
    memories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Twin:
    """How the emulated machine maps this board. memories: name -> (base, bytes or None for all of them)."""

    machine: str
    boot_stub: Range | None
    memories: tuple[tuple[str, int, int | None], ...]


@dataclass(frozen=True)
class Board:
    """A board, or its emulated twin.

    regions: all banks, by address. memory_names: in the order of the file.
    aliases: which other addresses reach the same bytes, on the chip or on the twin's machine.
    code, data: memories for the application's code and its data; the same one when it is loaded to RAM.
    header: bytes before the code in the code memory and in the flash slot (boot header).
    update_names: of the slots that models are replaced in, and of the two for records; empty where that is not done.
    slots: in flash; application_slot: the one of the application, "" when the code is linked to where it is flashed.
    boot_stub: only on a twin: where the machine boots, when that is not the code's own start.
    chip_file: the file that the board shares with others of the same chip; None for a board that describes it itself.
    chip: family of the chip, whose files of firmware/startup (*_<chip>.c) the firmware gets; "" for none, as on a twin.
    app_abi: generation of ST's applications that app_config.h is for (ingot.use_cases.abi).
    machine: QEMU machine of a twin, "" for the board itself. twin: how to make it, None when there is none.
    """

    name: str
    title: str
    core: str
    clock: int
    icache: bool
    dcache: bool
    regions: tuple[Region, ...]
    memory_names: tuple[str, ...]
    code: str
    data: str
    header: int
    application_slot: str
    stack: int
    heap: int
    pools_file: Path
    flash_memory: str = ""
    slots: tuple[Slot, ...] = ()
    update_names: tuple[str, ...] = ()
    external_loader: str = ""
    probes: tuple[Probe, ...] = ()
    baud: int = 115200
    seal: str = "sha256"
    twin: Twin | None = None
    machine: str = ""
    boot_stub: Range | None = None
    chip: str = ""
    app_abi: str = "auto"
    aliases: Aliases = NO_ALIASES
    path: Path = field(default=Path("board.yaml"), compare=False)
    chip_file: Path | None = field(default=None, compare=False)

    @property
    def files(self) -> tuple[Path, ...]:
        """What describes the board, but for its pools: its own file and that of its chip."""
        return (self.path,) if self.chip_file is None else (self.path, self.chip_file)

    @property
    def files_text(self) -> str:
        """For messages about memories."""
        return " or ".join(map(str, self.files))

    @property
    def is_twin(self) -> bool:
        return bool(self.machine)

    def memory(self, name: str) -> Range:
        """The whole memory of that name. Raises KeyError."""
        parts = self.banks(name)
        if not parts:
            raise KeyError(name)
        return Range(parts[0].base, parts[-1].base + parts[-1].size)

    def banks(self, memory: str) -> tuple[Region, ...]:
        """The banks of a memory, lowest address first."""
        return tuple(region for region in self.regions if region.memory == memory)

    def region_at(self, address: int) -> Region | None:
        """The bank that holds the byte at `address`, whichever view that is of."""
        byte = self.bytes_of(Range(address, address + 1))
        for region in self.regions:
            if self.bytes_of(region.range).contains(byte):
                return region
        return None

    def bytes_of(self, addresses: Range) -> PhysicalBytes:
        """The bytes that a range of addresses reaches: what may be compared."""
        return self.aliases.bytes_of(addresses)

    def offset(self, address: int, start: int) -> int:
        """Bytes from the byte at `start` to the one at `address`, in physical memory."""
        return self.aliases.physical_address(address) - self.aliases.physical_address(start)

    def own_address(self, address: int) -> int:
        """The address that the file's memories give to the byte at `address`; the same where no memory has it."""
        region = self.region_at(address)
        return address if region is None else region.base + self.offset(address, region.base)

    def slot(self, name: str) -> Slot | None:
        for slot in self.slots:
            if slot.name == name:
                return slot
        return None

    @property
    def update(self) -> UpdateSlots | None:
        """None for a board without slots for updates, and for a twin whose machine has no memory for all of them."""
        found = [slot for name in self.update_names if (slot := self.slot(name)) is not None]
        return UpdateSlots((found[0], found[1]), (found[2], found[3])) if len(found) == 4 else None

    @property
    def load_address(self) -> int:
        """Where the application's vector table is linked: the start of the code memory, behind the boot header."""
        return self.memory(self.code).start + self.header


def check_vector_table(board: Board, where: str) -> None:
    """The core finds the vector table at the load address, which therefore must be aligned as the table is."""
    past = board.load_address % VECTORS_ALIGNMENT
    if past:
        header = f" ({size_text(board.header)} of header behind the start of '{board.code}')" if board.header else ""
        raise IngotError(
            f"the vector table would be at 0x{board.load_address:08X}{header}, which is no multiple of "
            f"{VECTORS_ALIGNMENT}: the core would read another one",
            where=where,
            remedy=f"Move '{board.code}', or make the header a multiple of {VECTORS_ALIGNMENT} B."
            if board.header
            else f"Let '{board.code}' begin at a multiple of {VECTORS_ALIGNMENT}.",
        )
