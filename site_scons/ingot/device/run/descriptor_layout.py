# SPDX-License-Identifier: Apache-2.0
"""Layouts of the kernels' descriptor structs, read from the debug information of a compiled object.

Descriptors hold fixed-width integers and arrays of them and no pointers, so that their layout is the same on the host
and on the target.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError

_CODES = {(1, False): "B", (1, True): "b", (2, False): "H", (2, True): "h", (4, False): "I", (4, True): "i"}
_CODES |= {(8, False): "Q", (8, True): "q"}
_SIGNED = (5, 6, 13)  # DW_ATE_signed, DW_ATE_signed_char, a compiler's signed extension
_FLOAT = 4  # DW_ATE_float


@dataclass(frozen=True)
class Member:
    """One member: byte offset, struct code of an element, number of elements (0 when it is not an array)."""

    offset: int
    code: str
    count: int


@dataclass(frozen=True)
class Layout:
    """A struct: its name in C, its size in bytes, its members by name."""

    name: str
    size: int
    members: Mapping[str, Member]

    def pack(self, fields: Mapping[str, int | tuple[int, ...]]) -> bytes:
        """The struct, members that are not given zero. Raises IngotError for a member or value that does not fit."""
        data = bytearray(self.size)
        for name, value in fields.items():
            member = self.members.get(name)
            if member is None:
                known = ", ".join(self.members)
                raise IngotError(f"descriptor {self.name} has no member '{name}'", remedy=f"Its members: {known}.")
            values = value if isinstance(value, tuple) else (value,)
            if len(values) > max(member.count, 1):
                raise IngotError(f"{len(values)} values for member '{name}' of descriptor {self.name}")
            try:
                struct.pack_into(f"<{len(values)}{member.code}", data, member.offset, *values)
            except struct.error as error:
                raise IngotError(f"member '{name}' of descriptor {self.name} cannot hold {value}: {error}") from None
        return bytes(data)


def read_layouts(elf: Path) -> dict[str, Layout]:
    """All structs of an object or library with debug information, by C name."""
    from elftools.elf.elffile import ELFFile

    found: dict[str, Layout] = {}
    with elf.open("rb") as file:
        dwarf = ELFFile(file).get_dwarf_info()
        for unit in dwarf.iter_CUs():
            for die in unit.get_top_DIE().iter_children():
                name = _name(die)
                if die.tag == "DW_TAG_structure_type" and name and name not in found:
                    layout = _layout(die, name)
                    if layout is not None:
                        found[name] = layout
    return found


def _name(die: Any) -> str:
    attribute = die.attributes.get("DW_AT_name")
    return attribute.value.decode() if attribute else ""


def _layout(die: Any, name: str) -> Layout | None:
    """The layout, or None for a struct that holds something else than numbers (not a descriptor)."""
    size = die.attributes.get("DW_AT_byte_size")
    if size is None:
        return None
    members = {}
    for child in die.iter_children():
        if child.tag != "DW_TAG_member":
            continue
        leaf = _leaf(child.get_DIE_from_attribute("DW_AT_type"))
        if leaf is None:
            return None
        members[_name(child)] = Member(child.attributes["DW_AT_data_member_location"].value, *leaf)
    return Layout(name, size.value, members)


def _leaf(die: Any) -> tuple[str, int] | None:
    """(struct code, element count) of a member's type: typedefs and qualifiers followed, arrays flattened."""
    count = 0
    while die.tag in ("DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_array_type"):
        if die.tag == "DW_TAG_array_type":
            for dimension in die.iter_children():
                bound = dimension.attributes.get("DW_AT_upper_bound")
                length = bound.value + 1 if bound else 0
                count = max(count, 1) * length
        die = die.get_DIE_from_attribute("DW_AT_type")
    if die.tag != "DW_TAG_base_type":
        return None
    size = die.attributes["DW_AT_byte_size"].value
    encoding = die.attributes["DW_AT_encoding"].value
    if encoding == _FLOAT:
        return ("f" if size == 4 else "d", count)
    code = _CODES.get((size, encoding in _SIGNED))
    return (code, count) if code else None
