# SPDX-License-Identifier: Apache-2.0
"""A minimal ELF writer, so that cases at the edges of the check need no toolchain."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

ALLOC, WRITE, EXEC = 2, 1, 4  # section flags
R, W, X = 4, 2, 1  # segment flags
PROGBITS, SYMTAB, STRTAB, NOBITS = 1, 2, 3, 8


@dataclass
class Segment:
    """A PT_LOAD. load: physical address, None for the same. memory_size: None for len(data).

    from_headers: the segment begins with the file's own headers, which take the place of its first bytes.
    """

    address: int
    data: bytes = b""
    memory_size: int | None = None
    load: int | None = None
    flags: int = R | X
    from_headers: bool = False


@dataclass
class Section:
    name: str
    address: int
    size: int
    kind: int = PROGBITS
    flags: int = ALLOC


def build_elf(
    segments: list[Segment],
    sections: list[Section] | None = None,
    symbols: dict[str, int] | None = None,
    entry: int = 0,
    machine: int = 40,
    kind: int = 2,
) -> bytes:
    """A 32-bit little-endian ELF file (machine 40 is Arm, kind 2 is an executable)."""
    header_size = 52 + 32 * len(segments)
    body = b""
    program_headers = b""
    for segment in sorted(segments, key=lambda segment: not segment.from_headers):
        size = len(segment.data) if segment.memory_size is None else segment.memory_size
        load = segment.address if segment.load is None else segment.load
        skipped = header_size if segment.from_headers else 0
        program_headers += struct.pack(
            "<8I",
            1,
            header_size + len(body) - skipped,
            segment.address,
            load,
            len(segment.data),
            size,
            segment.flags,
            4,
        )
        body += segment.data[skipped:]
    names = b"\0"
    headers = [struct.pack("<10I", *[0] * 10)]

    def add(name: str, kind: int, flags: int, address: int, offset: int, size: int, *rest: int) -> None:
        nonlocal names
        headers.append(struct.pack("<10I", len(names), kind, flags, address, offset, size, *rest))
        names += name.encode() + b"\0"

    for section in sections or []:
        add(section.name, section.kind, section.flags, section.address, header_size, section.size, 0, 0, 4, 0)
    strings = b"\0"
    table = struct.pack("<IIIBBH", 0, 0, 0, 0, 0, 0)
    for name, value in (symbols or {}).items():
        table += struct.pack("<IIIBBH", len(strings), value, 0, 0x10, 0, 0xFFF1)
        strings += name.encode() + b"\0"
    add(".symtab", SYMTAB, 0, 0, header_size + len(body), len(table), len(headers) + 1, 1, 4, 16)
    body += table
    add(".strtab", STRTAB, 0, 0, header_size + len(body), len(strings), 0, 0, 1, 0)
    body += strings
    offset = header_size + len(body)
    add(".shstrtab", STRTAB, 0, 0, offset, len(names) + len(b".shstrtab\0"), 0, 0, 1, 0)
    body += names
    ident = b"\x7fELF" + bytes([1, 1, 1]) + bytes(9)
    header = ident + struct.pack(
        "<HHIIIIIHHHHHH",
        kind,
        machine,
        1,
        entry,
        52,
        header_size + len(body),
        0x05000200,
        52,
        32,
        len(segments),
        40,
        len(headers),
        len(headers) - 1,
    )
    return header + program_headers + body + b"".join(headers)


def write_elf(file: Path, *arguments: object, **named: object) -> Path:
    """build_elf into a file."""
    file.write_bytes(build_elf(*arguments, **named))  # type: ignore[arg-type]
    return file
