"""From the linked ELF file to an image: sections out, relocations sorted into what the loader must do and what not.

Every relocation of every section is looked at (the linker keeps them, --emit-relocs):

    ABS32 in .data                      the loader adds the segment's place: it goes into the relocation table
    ABS32 in the header                 offsets for the loader; stay as they are
    ABS32 elsewhere                     an absolute address in code or constants: an error
    GOT_BREL                            the GOT is relocated as a block
    calls and PC-relative ones          nothing to do, as long as both ends are in the read-only part
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingot.errors import IngotError
from ingot.image.image import Image, pack_header, with_layout
from ingot.image.nbin import (
    ALIGNMENT,
    GOT_RESERVED_WORDS,
    LAYOUTS,
    Context,
    Segment,
    aligned,
    offset_of,
    segment_of,
)

REQUIRED_SECTIONS = (".flash", ".data")
REQUIRED_SYMBOLS = ("_network_entries", "_network_rt_ctx", "_params_desc")
OWN_FAULT = "This is a fault of Ingot or of a hand-written C file in the image: position-independent code is needed."

ABS32 = {"ABS32", "TARGET1"}
GOT_RELATIVE = {"GOT_BREL", "GOT32"}
INSIDE_CODE = {"THM_CALL", "THM_JUMP24", "THM_JUMP19", "THM_JUMP11", "THM_JUMP8", "CALL", "JUMP24", "REL32", "PREL31"}
INSIDE_CODE |= {"GOT_PREL", "THM_BF16", "THM_BF18", "THM_BF12", "NONE", "V4BX"}


def image_of_elf(elf: Path, params: bytes, runtime_abi: str, split: bool = False) -> Image:
    """The image that a linked ELF file describes.

    params: of the network; their CRC-32 goes into the context. split: they become a file of their own.

    Raises IngotError: it is no ELF file, a section or symbol is missing, something in it cannot be relocated.
    """
    import lief

    binary: Any = lief.ELF.parse(str(elf))
    if binary is None:
        raise IngotError("is not an ELF file", where=str(elf), remedy="Build it again.")
    sections = {section.name: section for section in binary.sections}
    for name in REQUIRED_SECTIONS:
        if name not in sections:
            raise IngotError(f"has no section {name}", where=elf.name, remedy="Link it with the generated script.")
    symbols = {symbol.name: symbol for symbol in binary.symbols if symbol.name}
    for name in REQUIRED_SYMBOLS:
        if name not in symbols:
            raise IngotError(f"has no symbol {name}", where=elf.name, remedy="Link the generated network_rel.c.")
    for name in (*REQUIRED_SECTIONS, ".bss"):
        if name in sections and sections[name].alignment > ALIGNMENT:
            raise IngotError(
                f"section {name} wants {sections[name].alignment}-byte alignment, an image has {ALIGNMENT}",
                where=elf.name,
                remedy=OWN_FAULT,
            )
    layout = LAYOUTS[runtime_abi]
    flash, data = sections[".flash"], sections[".data"]
    rom = bytes(flash.content)
    rom += b"\xff" * (aligned(len(rom)) - len(rom))
    relocations = _relocation_table(elf, binary, flash.virtual_address, layout.size)
    words = dict(zip(layout.words, struct.unpack_from(f"<{len(layout.words)}I", rom), strict=True))
    header = with_layout(words, len(relocations), bool(params) and not split)
    image = Image(
        layout=layout,
        header=header,
        rom=pack_header(layout, header) + rom[layout.size :],
        data=_with_crc(bytes(data.content), offset_of(header["ctx"]), params),
        relocations=relocations,
        params=b"" if split else params,
    )
    _check_got(elf, image)
    return image


def _with_crc(data: bytes, context_at: int, params: bytes) -> bytes:
    """.data with the CRC-32 of the params in the context. The last `params_bin_size` bytes of the params count."""
    context = Context.decode(data[context_at:])
    counted = params[len(params) - context.params_bin_size :]
    done = replace(context, params_bin_crc32=zlib.crc32(counted)).encode()
    return data[:context_at] + done + data[context_at + len(done) :]


def _relocation_table(elf: Path, binary: Any, flash: int, header_size: int) -> tuple[int, ...]:
    """Addresses in .data whose word the loader must relocate, ascending."""
    found = set()
    for relocation in binary.relocations:
        symbol = relocation.symbol if relocation.has_symbol else None
        name = symbol.name if symbol is not None else ""
        if relocation.has_section and relocation.section.name.startswith(".debug"):
            continue
        kind = str(relocation.type).rsplit(".", 1)[-1].removeprefix("ARM_").removeprefix("R_ARM_")
        at = relocation.address
        if segment_of(at) not in (Segment.FLASH, Segment.RAM):
            continue  # of debug information: its addresses are offsets
        where = f"{elf.name}: {name or 'local symbol'} at {at:#010x}"
        if kind in ABS32:
            if segment_of(at) == Segment.RAM:
                found.add(at)
            elif not flash <= at < flash + header_size:
                raise IngotError("an absolute address outside .data cannot be relocated", where=where, remedy=OWN_FAULT)
        elif kind not in GOT_RELATIVE and kind not in INSIDE_CODE:
            raise IngotError(f"relocation {kind} cannot be in an image", where=where, remedy=OWN_FAULT)
        if name and symbol is not None and not symbol.value and not symbol.shndx:
            raise IngotError(f"'{name}' is not defined", where=where, remedy=OWN_FAULT)
    return tuple(sorted(found))


def _check_got(elf: Path, image: Image) -> None:
    """Every entry is an address of a segment; the linker's own three words at the end are zero."""
    got = image.got
    for number, word in enumerate(got):
        known = segment_of(word) in (Segment.FLASH, Segment.RAM, Segment.PARAM_0, Segment.PARAM_1)
        own = number >= len(got) - GOT_RESERVED_WORDS
        if (not known and word) or (not word and not own):
            raise IngotError(f"GOT entry {number} is {word:#010x}, no address in a segment", where=elf.name)
