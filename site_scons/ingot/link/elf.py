# SPDX-License-Identifier: Apache-2.0
"""What a finished ELF file occupies, read with pyelftools."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from ingot.base.errors import IngotError
from ingot.board.aliases import Aliases
from ingot.board.ranges import Range, addresses_without


@dataclass(frozen=True)
class Part:
    """A piece of memory that the firmware occupies.

    name: "section '.text'", "padding in segment 1", "segment 0". memory: where it is at run time.
    load: where its bytes are loaded to; equal to memory unless something copies them, None when there are none.
    writable, executable: of its segment.
    """

    name: str
    memory: Range
    load: Range | None
    writable: bool
    executable: bool

    @property
    def filler(self) -> bool:
        return self.name.startswith("padding")


@dataclass(frozen=True)
class Piece:
    """Bytes of the file and the address they are loaded to."""

    address: int
    data: bytes


@dataclass(frozen=True)
class Elf:
    """A linked firmware.

    entry: address of the first instruction (Thumb bit cleared). parts: by run-time address. pieces: by load address.
    The file's own headers are in neither: the linker may put them into the first segment, in front of the first
    section, but flash tools write sections.
    """

    path: Path
    entry: int
    parts: tuple[Part, ...]
    pieces: tuple[Piece, ...]
    symbols: dict[str, int]

    def word(self, address: int, aliases: Aliases) -> int | None:
        """The 32-bit word that is loaded to `address`, by whichever address of those bytes."""
        for piece in self.pieces:
            offset = aliases.physical_address(address) - aliases.physical_address(piece.address)
            if offset >= 0 and offset + 4 <= len(piece.data):
                return int(struct.unpack_from("<I", piece.data, offset)[0])
        return None


@dataclass(frozen=True)
class _Segment:
    """headers: bytes at its start that are the file's own headers."""

    number: int
    start: int
    memory_size: int
    load: int
    data: bytes
    writable: bool
    executable: bool
    headers: int = 0

    @property
    def memory(self) -> Range:
        return Range(self.start, self.start + self.memory_size)


def read_elf(path: Path) -> Elf:
    """Reads a firmware. Raises IngotError when the file is missing, damaged, or not for 32-bit Arm."""
    try:
        with path.open("rb") as stream:
            return _read(path, stream)
    except OSError as error:
        raise IngotError(f"cannot read the file: {error.strerror}", where=str(path)) from error
    except IngotError:
        raise
    except Exception as error:  # a damaged file makes pyelftools raise almost anything
        raise IngotError(f"not a readable ELF file ({error})", where=str(path), remedy="Link it again.") from error


@dataclass(frozen=True)
class Symbol:
    """A function, or data with a name. stored: whether its bytes are in the file, so in flash."""

    name: str
    function: bool
    address: int
    size: int
    stored: bool


def sized_symbols(path: Path) -> list[Symbol]:
    """What the symbol table of a firmware that was read before says of functions and data."""
    from elftools.elf.elffile import ELFFile

    with path.open("rb") as stream:
        file = ELFFile(stream)
        table: Any = file.get_section_by_name(".symtab")
        kinds = {number: section["sh_type"] for number, section in enumerate(file.iter_sections())}
        found = []
        for symbol in table.iter_symbols() if table else ():
            kind, size = symbol["st_info"]["type"], int(symbol["st_size"])
            if kind in ("STT_FUNC", "STT_OBJECT") and size and symbol["st_shndx"] in kinds:
                function = kind == "STT_FUNC"
                stored = kinds[symbol["st_shndx"]] != "SHT_NOBITS"
                address = int(symbol["st_value"]) & ~int(function)
                found.append(Symbol(symbol.name, function, address, size, stored))
    return found


def _read(path: Path, stream: BinaryIO) -> Elf:
    from elftools.elf.elffile import ELFFile

    file = ELFFile(stream)
    if file.elfclass != 32 or not file.little_endian or file["e_machine"] != "EM_ARM":
        raise IngotError("not a program for a 32-bit Arm core", where=str(path))
    if file["e_type"] != "ET_EXEC":
        raise IngotError("not a linked program", where=str(path), remedy="Link it with firmware.ld.")
    segments = []
    for number, segment in enumerate(file.iter_segments()):
        head = segment.header
        if head["p_type"] == "PT_LOAD" and head["p_memsz"]:
            data = segment.data()
            if len(data) != head["p_filesz"] or head["p_filesz"] > head["p_memsz"]:
                raise IngotError(f"segment {number} is cut off", where=str(path), remedy="Link it again.")
            start, size, flags = head["p_vaddr"], head["p_memsz"], head["p_flags"]
            headers = 0 if head["p_offset"] else min(_headers_size(file), len(data))
            segments.append(
                _Segment(number, start, size, head["p_paddr"], data, bool(flags & 2), bool(flags & 1), headers)
            )
    sections = [
        (section.name, Range(section["sh_addr"], section["sh_addr"] + section["sh_size"]), section["sh_type"])
        for section in file.iter_sections()
        if section["sh_flags"] & 2 and section["sh_size"]  # SHF_ALLOC
    ]
    segments = [_without_headers(segment, [where for _, where, _ in sections]) for segment in segments]
    table: Any = file.get_section_by_name(".symtab")
    symbols = {s.name: int(s["st_value"]) for s in table.iter_symbols() if s.name} if table else {}
    return Elf(
        path=path,
        entry=int(file["e_entry"]) & ~1,
        parts=tuple(sorted(_parts(segments, sections), key=lambda part: part.memory)),
        pieces=tuple(sorted((Piece(s.load, s.data) for s in segments if s.data), key=lambda piece: piece.address)),
        symbols=symbols,
    )


def _headers_size(file: Any) -> int:
    """Bytes from the start of the file to the end of its ELF and program headers."""
    head = file.header
    return int(max(head["e_ehsize"], head["e_phoff"] + head["e_phnum"] * head["e_phentsize"]))


def _without_headers(segment: _Segment, sections: list[Range]) -> _Segment:
    """The segment without the file's headers, and without the filling between them and its first section."""
    if not segment.headers:
        return segment
    inside = [where.start - segment.start for where in sections if segment.memory.contains_addresses(where)]
    skipped = min(inside, default=segment.headers)
    if skipped < segment.headers:
        return segment  # a section says that these bytes are its own
    return replace(
        segment,
        start=segment.start + skipped,
        memory_size=segment.memory_size - skipped,
        load=segment.load + skipped,
        data=segment.data[skipped:],
    )


def _parts(segments: list[_Segment], sections: list[tuple[str, Range, str]]) -> list[Part]:
    """Sections by name; whatever else a segment occupies by the segment's number. No byte is left out."""
    parts = []
    placed: set[int] = set()
    for segment in segments:
        inside = [i for i, (_, where, _) in enumerate(sections) if segment.memory.contains_addresses(where)]
        placed.update(inside)
        for i in inside:
            name, where, kind = sections[i]
            parts.append(_part(f"section '{name}'", where, segment, kind != "SHT_NOBITS"))
        for gap in addresses_without(segment.memory, [sections[i][1] for i in inside]):
            interior = inside and any(sections[i][1].end == gap.start for i in inside)
            name = f"padding in segment {segment.number}" if interior else f"segment {segment.number}"
            parts.append(_part(name, gap, segment, gap.start - segment.start < len(segment.data)))
    for i, (name, where, _) in enumerate(sections):
        if i not in placed:  # memory that the program uses but no loader prepares
            parts.append(Part(f"section '{name}'", where, None, True, False))
    return parts


def _part(name: str, where: Range, segment: _Segment, has_bytes: bool) -> Part:
    shift = segment.load - segment.start
    load = Range(where.start + shift, where.end + shift) if has_bytes else None
    return Part(name, where, load, segment.writable, segment.executable)
