# SPDX-License-Identifier: Apache-2.0
"""Finding boards, and reading a board.yaml, which is checked against board.schema.json."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.yamlfile import Document, load_yaml
from ingot.board.aliases import Aliases, aliases_of_document
from ingot.board.board import Board, Probe, Region, Slot, Twin, check_vector_table
from ingot.board.chip import SCHEMA, chip_file, with_chip
from ingot.board.cores import core_names, machine_names
from ingot.board.ranges import Range, parse_size
from ingot.board.twin import twin_of

STACK, HEAP = 16 << 10, 512  # bytes, where a board file says nothing


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
        update_names=_update_names(document, slots),
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


def _update_names(document: Document, slots: Sequence[Slot]) -> tuple[str, ...]:
    """Names of the slots A and B and of those for records. Raises IngotError when they cannot serve."""
    given = document.data.get("flash", {}).get("update")
    if given is None:
        return ()
    known = {slot.name: slot for slot in slots}
    names: list[str] = []
    for key in ("slots", "records"):
        for number, name in enumerate(given[key]):
            _known(document, name, list(known), "flash slot", "flash", "update", key, number)
            if name in names:
                raise document.error(f"the slot '{name}' is given twice", "flash", "update", key, number)
            names.append(name)
    first, second = (known[name] for name in names[:2])
    if first.size != second.size:
        raise document.error(
            f"slots '{first.name}' and '{second.name}' have {first.size:,} and {second.size:,} bytes",
            *("flash", "update", "slots"),
            remedy="A model must fit both: make them equal.",
        )
    return tuple(names)


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


def _check_application(document: Document, board: Board) -> None:
    """The code and data memories must be the application's to use."""
    check_vector_table(board, document.where("application", "header" if board.header else "code"))
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
