# SPDX-License-Identifier: Apache-2.0
"""Chips: what every board with the same chip shares, written once and inherited by board.yaml.

`chip:` in a board.yaml names a file of board/chips/ (or is the path of one, from the board.yaml). The board's file adds
to it: memories and aliases are appended, a probe of the same tool takes the place of the chip's, other keys of a map
are added, and a value that the board states counts instead of the chip's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingot.base.errors import did_you_mean
from ingot.base.yamlfile import Document, Keys, load_yaml, pointer, require_keys

CHIPS = Path(__file__).with_name("chips")
SCHEMA = Path(__file__).with_name("board.schema.json")
INHERITED = ("cpu", "memories", "aliases", "application", "app_abi", "flash", "twin")
APPENDED = (("memories",), ("aliases",))
BY_TOOL = ("flash", "probes")
MOST_ALIASES = 4  # as the schema of one file has it, and the loader of images


def chip_names() -> list[str]:
    """Names of the chips that Ingot knows."""
    return sorted(file.stem for file in CHIPS.glob("*.yaml"))


def chip_file(document: Document) -> Path | None:
    """The file of a board's chip, None for a board that names none. Raises IngotError when there is no such file."""
    word = document.data.get("chip")
    if word is None:
        return None
    for file in (CHIPS / f"{word}.yaml", document.path.parent / word):
        if file.is_file() and file.suffix == ".yaml":
            return file
    remedy = did_you_mean(word, chip_names()) + " Or name the path of a chip's file, from this one's folder."
    raise document.error(f"there is no chip '{word}'", "chip", remedy=remedy)


def load_chip(path: Path) -> Document:
    """A chip's file, checked as far as it goes: boards may add what it leaves out.

    Raises IngotError at the line of the first mistake.
    """
    document = load_yaml(path, SCHEMA, "chip", partial=True)
    for key in ("name", "title"):
        if key not in document.data:
            raise document.error(f"the key '{key}' is missing", remedy=f"Add the {key} of the chip.")
    if document.data["name"] != path.stem:
        raise document.error(
            f"the chip's name is '{document.data['name']}', its file's '{path.stem}'",
            "name",
            remedy="Make them equal.",
        )
    return document


def with_chip(board: Document) -> Document:
    """A board's whole description: its file's and what it inherits of its chip's. Each key knows which file it is from.

    Raises IngotError when the chip's file is not there or not right, or when something is missing in both.
    """
    file = chip_file(board)
    if file is None:
        require_keys(board, SCHEMA)
        return board
    chip = load_chip(file)
    if "chip" in board.data.get("cpu", {}):
        raise board.error("cpu.chip is the chip's family, which its file states", "cpu", "chip", remedy="Remove it.")
    whole = _Whole()
    for key in board.data:
        whole.data[key] = whole.merged(chip if key in INHERITED else None, board, (key,))
    for key in INHERITED:
        if key in chip.data and key not in board.data:
            whole.data[key] = whole.taken(chip, (key,), (key,))
    if "memory" not in whole.data.get("flash", {"memory": ""}) and "flash" not in board.data:
        del whole.data["flash"]  # tools without a flash that boards put slots into
    if "family" in chip.data:
        whole.data["cpu"] = {**whole.data["cpu"], "chip": chip.data["family"]}
    document = Document(board.path, whole.data, whole.lines, whole.origin)
    require_keys(document, SCHEMA)
    if len(document.data.get("aliases", ())) > MOST_ALIASES:
        raise document.error(f"board and chip have more than {MOST_ALIASES} aliases", "aliases", MOST_ALIASES)
    return document


class _Whole:
    """The merged description while it grows. lines, origin: as of a Document."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.lines: dict[str, int] = {}
        self.origin: dict[str, Path] = {}

    def taken(self, source: Document, at: Keys, to: Keys) -> Any:
        """A value of one file, whose keys keep their lines."""
        start, target = pointer(at), pointer(to)
        below = f"{start}/"
        for key, line in source.lines.items():
            if key == start or key.startswith(below):
                place = target + key[len(start) :]
                self.lines[place], self.origin[place] = line, source.path
        return _value(source.data, at)

    def merged(self, chip: Document | None, board: Document, keys: Keys) -> Any:
        """The value of both files at `keys`, of which the board has one."""
        own = _value(board.data, keys)
        inherited: Any = None if chip is None else _value(chip.data, keys)
        if chip is None or inherited is None or type(own) is not type(inherited) or not isinstance(own, (dict, list)):
            return self.taken(board, keys, keys)
        self.lines[pointer(keys)], self.origin[pointer(keys)] = board.lines[pointer(keys)], board.path
        if isinstance(own, dict):
            both = {key: self.merged(chip, board, (*keys, key)) for key in own}
            return both | {key: self.taken(chip, (*keys, key), (*keys, key)) for key in inherited if key not in own}
        places = [(chip, number) for number in range(len(inherited))]
        if keys == BY_TOOL:
            tools = [probe.get("tool") for probe in inherited]
            for number, probe in enumerate(own):
                if probe.get("tool") in tools:
                    places[tools.index(probe.get("tool"))] = (board, number)
                else:
                    places.append((board, number))
        elif keys in APPENDED:
            places += [(board, number) for number in range(len(own))]
        else:
            places = [(board, number) for number in range(len(own))]
        return [self.taken(source, (*keys, at), (*keys, to)) for to, (source, at) in enumerate(places)]


def _value(data: Any, keys: Keys) -> Any:
    """What stands there; None when it is absent."""
    for key in keys:
        if isinstance(data, Mapping) and key not in data:
            return None
        data = data[key]
    return data
