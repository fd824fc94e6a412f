# SPDX-License-Identifier: Apache-2.0
"""Boards: every physical memory once, who may own it, and where the application runs.

`board.yaml` is checked against board.schema.json; everything that needs an address (linker script, check, hex files,
flash commands) asks here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.yamlfile import Document, load_yaml
from ingot.board.aliases import NO_ALIASES, Aliases, PhysicalBytes, aliases_of_document, aliases_of_machine
from ingot.board.chip import SCHEMA, chip_file, with_chip
from ingot.board.cores import core_names, machine_names
from ingot.board.ranges import Range, parse_size, size_text

#: firmware/startup/vectors.c: bytes of the table, and its alignment (VTOR ignores the lower 7 bits on every Cortex-M).
VECTORS, VECTORS_ALIGNMENT = 64, 128
STACK, HEAP = 16 << 10, 512  # bytes, where a board file says nothing


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
    def load_address(self) -> int:
        """Where the application's vector table is linked: the start of the code memory, behind the boot header."""
        return self.memory(self.code).start + self.header


def board_names(folder: Path) -> list[str]:
    """Names of the boards in a folder of boards, sorted."""
    return sorted(file.parent.name for file in folder.glob("*/board.yaml"))


OWN = Path("boards")  # where `ingot board new` puts a project's own


def find_board(word: str, folder: Path) -> Path:
    """The board.yaml that `word` means: a name in `folder` or in `boards` here, a folder with one, or the file.

    Raises IngotError.
    """
    for file in (folder / word / "board.yaml", OWN / word / "board.yaml", Path(word) / "board.yaml", Path(word)):
        if file.is_file():
            return file
    raise IngotError(
        f"there is no board '{word}'",
        where="board",
        remedy=did_you_mean(word, {*board_names(folder), *board_names(OWN)}),
    )


def load_board(path: Path) -> Board:
    """Reads and checks a board.yaml. Raises IngotError at the line of the first mistake."""
    own = load_yaml(path, SCHEMA, partial=True)
    document = with_chip(own)
    data: dict[str, Any] = document.data
    _check_words(document)
    aliases = aliases_of_document(document)
    regions = _regions(document, aliases)
    names = tuple(memory["name"] for memory in data["memories"])
    application = data["application"]
    for key in ("code", "data"):
        _known(document, application[key], names, "memory", "application", key)
    flash = data.get("flash", {"memory": "", "slots": []})
    slots = _slots(document, regions, aliases)
    slot_names = [slot.name for slot in slots]
    if "slot" in application:
        _known(document, application["slot"], slot_names, "flash slot", "application", "slot")
    board = Board(
        name=data["name"],
        title=data["title"],
        core=data["cpu"]["core"],
        clock=data["cpu"].get("clock", 0),
        icache=data["cpu"].get("icache", False),
        dcache=data["cpu"].get("dcache", False),
        regions=tuple(sorted(regions, key=lambda region: region.base)),
        memory_names=names,
        code=application["code"],
        data=application["data"],
        header=parse_size(application.get("header", "0 B")),
        application_slot=application.get("slot", ""),
        stack=parse_size(data["stack"]) if "stack" in data else STACK,
        heap=parse_size(data["heap"]) if "heap" in data else HEAP,
        pools_file=path.parent / data["pools"],
        flash_memory=flash["memory"],
        slots=slots,
        external_loader=flash.get("external_loader", ""),
        probes=tuple(
            Probe(one["tool"], one.get("target", ""), tuple(one.get("connect", ())), tuple(one.get("memories", ())))
            for one in flash.get("probes", ())
        ),
        seal=flash.get("seal", "sha256"),
        baud=data.get("console", {}).get("baud", 115200),
        twin=_twin(document, names),
        chip=data["cpu"].get("chip", ""),
        app_abi=data.get("app_abi", "auto"),
        aliases=aliases,
        path=path,
        chip_file=chip_file(own),
    )
    _check_application(document, board)
    if board.twin is not None:
        twin_of(board)  # raises when the machine's memories do not fit together
    return board


def _check_words(document: Document) -> None:
    """Words that come from tables of their own: the core, the twin's machine."""
    data = document.data
    _in_table(document, data["cpu"]["core"], core_names(), "cpu", "core")
    if "twin" in data:
        _in_table(document, data["twin"]["machine"], machine_names(), "twin", "machine")


def _in_table(document: Document, word: str, known: Sequence[str], *keys: str) -> None:
    """Raises IngotError as the schema does for a word that is none of a list."""
    if word not in known:
        remedy = did_you_mean(word, known)
        raise document.error(f"{'.'.join(keys)} is '{word}', which is not known", *keys, remedy=remedy)


def _known(document: Document, word: str, known: Any, what: str, *keys: str | int) -> None:
    if word not in known:
        raise document.error(f"there is no {what} '{word}'", *keys, remedy=did_you_mean(word, known))


def _regions(document: Document, aliases: Aliases) -> list[Region]:
    """The banks of all memories; a memory without banks is one bank. Raises IngotError for any overlap."""
    regions: list[Region] = []
    for number, memory in enumerate(document.data["memories"]):
        keys = ("memories", number)
        banks = memory.get("banks")
        if (banks is None) == ("size" not in memory) or (banks is not None and "owners" in memory):
            raise document.error(
                f"memory '{memory['name']}' has both banks and a size or owners, or neither",
                *keys,
                remedy="Give it size and owners, or banks that have them.",
            )
        if memory["name"] in (other["name"] for other in document.data["memories"][:number]):
            raise document.error(f"the name '{memory['name']}' is given to two memories", *keys)
        start = memory["base"]
        parts = banks or [{"name": memory["name"], "size": memory["size"], "owners": memory.get("owners", [])}]
        for place, bank in enumerate(parts):
            where = (*keys, "banks", place) if banks else keys
            region = Region(
                name=bank["name"],
                memory=memory["name"],
                kind=memory["kind"],
                base=start,
                size=parse_size(bank["size"]),
                owners=tuple(bank["owners"]),
            )
            _check_region(document, region, regions, aliases, where)
            regions.append(region)
            start += region.size
    return regions


def _check_region(
    document: Document, region: Region, others: list[Region], aliases: Aliases, keys: tuple[str | int, ...]
) -> None:
    if not region.size:
        raise document.error(f"'{region.name}' has no bytes", *keys)
    if region.range.end > 1 << 32:
        raise document.error(f"'{region.name}' ends at 0x{region.range.end:X}, beyond 32-bit addresses", *keys)
    for other in others:
        if other.name == region.name:
            raise document.error(f"the name '{region.name}' is given to two memories", *keys)
        if aliases.bytes_of(region.range).overlaps(aliases.bytes_of(other.range)):
            here, there = aliases.text(region.range), aliases.text(other.range)
            raise document.error(f"'{region.name}' {here} overlaps '{other.name}' {there}", *keys)


def _slots(document: Document, regions: list[Region], aliases: Aliases) -> tuple[Slot, ...]:
    """Flash slots at their addresses. Raises IngotError when one is outside the flash or on another one."""
    flash = document.data.get("flash")
    if flash is None:
        return ()
    names = {region.memory for region in regions if region.kind == "flash"}
    _known(document, flash["memory"], names, "flash memory", "flash", "memory")
    banks = [region for region in regions if region.memory == flash["memory"]]
    whole = Range(min(bank.base for bank in banks), max(bank.range.end for bank in banks))
    slots: list[Slot] = []
    for number, item in enumerate(flash["slots"]):
        keys = ("flash", "slots", number)
        slot = Slot(item["name"], whole.start + item["offset"], parse_size(item["size"]))
        if not whole.contains_addresses(slot.range):
            past = slot.range.end - whole.end
            raise document.error(f"slot '{slot.name}' ends {past:,} bytes past the end of '{flash['memory']}'", *keys)
        for other in slots:
            if other.name == slot.name:
                raise document.error(f"the slot '{slot.name}' is given twice", *keys)
            if aliases.bytes_of(other.range).overlaps(aliases.bytes_of(slot.range)):
                raise document.error(
                    f"slot '{slot.name}' {slot.range} overlaps slot '{other.name}' {other.range}", *keys
                )
        slots.append(slot)
    return tuple(slots)


def _twin(document: Document, names: tuple[str, ...]) -> Twin | None:
    data = document.data.get("twin")
    if data is None:
        return None
    memories = data.get("memories", {})
    for name in memories:
        _known(document, name, names, "memory", "twin", "memories", name)
    stub = data.get("boot_stub")
    return Twin(
        machine=data["machine"],
        boot_stub=Range(stub["base"], stub["base"] + parse_size(stub["size"])) if stub else None,
        memories=tuple(
            (name, item["base"], parse_size(item["size"]) if "size" in item else None)
            for name, item in sorted(memories.items())
        ),
    )


def _check_vector_table(board: Board, where: str) -> None:
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


def _check_application(document: Document, board: Board) -> None:
    """The code and data memories must be the application's to use."""
    _check_vector_table(board, document.where("application", "header" if board.header else "code"))
    for key, kinds in (("code", ("ram", "flash")), ("data", ("ram",))):
        name = getattr(board, key)
        banks = board.banks(name)
        if banks[0].kind not in kinds:
            raise document.error(f"'{name}' is {banks[0].kind}, so it cannot hold {key}", "application", key)
        if "application" not in banks[0].owners:
            raise document.error(
                f"'{banks[0].name}' is not the application's, but its {key} is there",
                "application",
                key,
                remedy=f"Add application to the owners of '{banks[0].name}'.",
            )
    if (
        board.code == board.data
        and board.banks(board.code)[0].kind == "ram"
        and board.slots
        and not (board.application_slot)
    ):
        raise document.error("the application is loaded to RAM, but from which flash slot is not said", "application")


def twin_of(board: Board) -> Board:
    """The board as the emulated machine has it: the same names and sizes, each memory where the machine has RAM.

    A memory may be smaller there; banks past its end are cut. Caches are off (QEMU has none).
    Raises IngotError when the board has no twin, or two of its memories meet on the machine.
    """
    if board.twin is None:
        raise IngotError(
            f"board '{board.name}' has no emulated twin", where=str(board.path), remedy="Add a section twin: to it."
        )
    moved = {name: (base, size) for name, base, size in board.twin.memories}
    regions: list[Region] = []
    for region in board.regions:
        start = board.memory(region.memory).start
        base, limit = moved.get(region.memory, (start, None))
        offset = region.base - start
        size = region.size if limit is None else min(region.size, limit - offset)
        if size > 0:
            regions.append(replace(region, base=base + offset, size=size))
    regions.sort(key=lambda region: region.base)
    aliases = aliases_of_machine(board.twin.machine)
    overlap = aliases.first_overlap(regions, lambda region: region.range)
    if overlap is not None:
        low, high = overlap
        raise IngotError(
            f"on the twin, '{low.name}' {aliases.text(low.range)} overlaps '{high.name}' {aliases.text(high.range)}",
            where=str(board.path),
            remedy="Change their bases or sizes under twin: memories:.",
        )
    twin = replace(
        board,
        regions=tuple(regions),
        icache=False,
        dcache=False,
        chip="",
        slots=_moved_slots(board, moved),
        twin=None,
        machine=board.twin.machine,
        boot_stub=board.twin.boot_stub,
        aliases=aliases,
    )
    _check_vector_table(twin, str(board.path))
    return twin


def _moved_slots(board: Board, moved: dict[str, tuple[int, int | None]]) -> tuple[Slot, ...]:
    """Slots that are inside the twin's flash."""
    if not board.slots:
        return ()
    start = board.memory(board.flash_memory).start
    base, size = moved.get(board.flash_memory, (start, None))
    slots = (replace(slot, base=base + slot.base - start) for slot in board.slots)
    return tuple(slot for slot in slots if size is None or slot.range.end <= base + size)
