# SPDX-License-Identifier: Apache-2.0
"""The map file of GNU ld: how many bytes of a firmware each object file has.

Behind "Linker script and memory map", a line of an input section is ` .text.name 0x34000440 0x4 folder/main.o`; a long
name of a section stands on a line of its own before that. Members of archives are `libc.a(memcpy.o)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_HEADING = "Linker script and memory map"
_WHOLE = re.compile(r"^ (\.\S+|COMMON)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S.*)$")
_NAME = re.compile(r"^ (\.\S+|COMMON)$")
_REST = re.compile(r"^\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S.*)$")
_MEMBER = re.compile(r"([^/\\()]+)\(([^()]+)\)$")
#: Beginnings of names of sections -> what is in them. Debug information takes no memory.
_KINDS = {".text": "code", ".rodata": "constants", ".data": "data", ".bss": "zeroed", "COMMON": "zeroed"}


@dataclass(frozen=True)
class ObjectSize:
    """An object file of a firmware. library: the archive that it is a member of, "" for none. Sizes are bytes.

    code and constants are in flash, data in flash and RAM, zeroed in RAM.
    """

    name: str
    library: str
    code: int
    constants: int
    data: int
    zeroed: int

    @property
    def flash(self) -> int:
        return self.code + self.constants + self.data


def object_sizes(path: Path) -> list[ObjectSize]:
    """The object files with bytes in the firmware, those with most code first; none where it is no map of GNU ld."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    sizes: dict[str, dict[str, int]] = {}
    name = ""
    for line in text.partition(_HEADING)[2].splitlines():
        if whole := _WHOLE.match(line):
            section, size, file = whole[1], whole[2], whole[3]
        elif name and (rest := _REST.match(line)):
            section, size, file = name, rest[1], rest[2]
        else:
            alone = _NAME.match(line)
            name = alone[1] if alone else ""
            continue
        name = ""
        kind = _kind(section)
        if kind and int(size, 16):
            of_file = sizes.setdefault(file, {})
            of_file[kind] = of_file.get(kind, 0) + int(size, 16)
    found = [_object(file, of_file) for file, of_file in sizes.items()]
    return sorted(found, key=lambda item: (-item.code, -item.flash, item.library, item.name))


def _kind(section: str) -> str:
    return next((kind for start, kind in _KINDS.items() if section == start or section.startswith(f"{start}.")), "")


def _object(file: str, sizes: Mapping[str, int]) -> ObjectSize:
    member = _MEMBER.search(file)
    library, name = (member[1], member[2]) if member else ("", re.split(r"[/\\]", file)[-1])
    return ObjectSize(name, library, *(sizes.get(kind, 0) for kind in ("code", "constants", "data", "zeroed")))
