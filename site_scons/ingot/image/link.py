# SPDX-License-Identifier: Apache-2.0
"""From the linked ELF file to an image: sections out, relocations sorted into what the loader must do and what not.

Every relocation of every section is looked at (the linker keeps them, --emit-relocs):

    ABS32 in .data                      the loader adds the segment's place: it goes into the relocation table
    ABS32 in the header                 offsets for the loader; stay as they are
    ABS32 elsewhere                     an absolute address in code or constants: an error
    GOT_BREL                            the GOT is relocated as a block
    calls and PC-relative ones          nothing to do, as long as both ends are in the read-only part

Epoch-controller blobs are either constants as others, or (section .params_0) go in front of the params.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.image.ecblob import LINE
from ingot.image.image import Image, pack_header, with_layout
from ingot.image.nbin import (
    ALIGNMENT,
    GOT_RESERVED_WORDS,
    LAYOUTS,
    Context,
    PoolData,
    PoolDescriptor,
    PoolType,
    Segment,
    aligned,
    offset_of,
    segment_of,
)
from ingot.st.npu.container import REMEDY, first_blob

REQUIRED_SECTIONS = (".flash", ".data")
BLOB_NAME = re.compile(r"_ec_blob_\w+")  # of 1.1.0 without, later with the network's name in it
POOL_PLACEHOLDER = 32  # bytes that the linker script gives a relative pool
REQUIRED_SYMBOLS = ("_network_entries", "_network_rt_ctx", "_params_desc")
OWN_FAULT = "This is a fault of Ingot or of a hand-written C file in the image: position-independent code is needed."

ABS32 = {"ABS32", "TARGET1"}
GOT_RELATIVE = {"GOT_BREL", "GOT32"}
INSIDE_CODE = {"THM_CALL", "THM_JUMP24", "THM_JUMP19", "THM_JUMP11", "THM_JUMP8", "CALL", "JUMP24", "REL32", "PREL31"}
INSIDE_CODE |= {"GOT_PREL", "THM_BF16", "THM_BF18", "THM_BF12", "NONE", "V4BX"}


def image_of_elf(elf: Path, params: bytes, runtime_abi: str) -> Image:
    """The image that a linked ELF file describes.

    params: raw data of the network's pools; their CRC-32 goes into the context.

    Raises IngotError: it is no ELF file, a section or symbol is missing, something in it cannot be relocated, an
    epoch-controller blob is damaged.
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
    _check_alignment(elf, sections)
    layout = LAYOUTS[runtime_abi]
    flash, data = sections[".flash"], sections[".data"]
    rom = bytes(flash.content)
    rom += b"\xff" * (aligned(len(rom)) - len(rom))
    relocations = _relocation_table(elf, binary, flash.virtual_address, layout.size)
    words = dict(zip(layout.words, struct.unpack_from(f"<{len(layout.words)}I", rom), strict=True))
    blobs = _blobs_in_params(sections)
    _check_blobs(elf, binary, {Segment.FLASH: rom, Segment.PARAM_0: blobs})
    stored = _with_crc(bytes(data.content), offset_of(words["ctx"]), params)
    header = with_layout(words, len(relocations), bool(blobs + params))
    image = Image(
        layout=layout,
        header=header,
        rom=pack_header(layout, header) + rom[layout.size :],
        data=_behind_blobs(stored, offset_of(words["params_start"]), len(blobs)),
        relocations=relocations,
        params=blobs + params,
    )
    _check_got(elf, image)
    return image


def _check_alignment(elf: Path, sections: dict[str, Any]) -> None:
    """Sections want what an image gives them: where blobs, or their copies in RAM, begin at lines of the cache, its
    read-only part and its RAM do, too."""
    for name, given in ((".flash", LINE), (".data", ALIGNMENT), (".bss", LINE), (".params_0", ALIGNMENT)):
        wanted = sections[name].alignment if name in sections else 0
        if wanted > given and name == ".params_0":
            raise IngotError(
                f"epoch-controller blobs want {wanted}-byte alignment, the params of an image have {given}",
                where=elf.name,
                remedy="Leave ecblob_in_params=1 out: among the constants each blob has its place.",
            )
        if wanted > given:
            raise IngotError(
                f"section {name} wants {wanted}-byte alignment, an image has {given}", where=elf.name, remedy=OWN_FAULT
            )


def _with_crc(data: bytes, context_at: int, params: bytes) -> bytes:
    """.data with the CRC-32 of the params in the context. The last `params_bin_size` bytes of the params count."""
    context = Context.decode(data[context_at:])
    counted = params[len(params) - context.params_bin_size :]
    done = replace(context, params_bin_crc32=zlib.crc32(counted)).encode()
    return data[:context_at] + done + data[context_at + len(done) :]


def _blobs_in_params(sections: dict[str, Any]) -> bytes:
    """What stands in front of the read-only relative pool's symbol; b"" for a network without blobs there."""
    section = sections.get(".params_0")
    if section is None or "NOBITS" in str(section.type):
        return b""
    content = bytes(section.content)
    return content[: len(content) - POOL_PLACEHOLDER]


def _check_blobs(elf: Path, binary: Any, places: dict[Segment, bytes]) -> None:
    """Every blob of the network is whole and its relocations are inside. places: content of the segments."""
    for symbol in binary.symbols:
        place = places.get(segment_of(symbol.value))  # type: ignore[call-overload]
        if place is None or not symbol.size or not BLOB_NAME.match(symbol.name) or "OBJECT" not in str(symbol.type):
            continue  # beside its blob an epoch may have a function that cleans caches, named as the blob is
        at = offset_of(symbol.value)
        found = first_blob(place[at : at + symbol.size], f"{elf.name}: {symbol.name}")
        if found.blob.relocated_twice:
            raise IngotError("the blob relocates a word twice", where=f"{elf.name}: {symbol.name}", remedy=REMEDY)


def _behind_blobs(data: bytes, table_at: int, blobs: int) -> bytes:
    """.data with the pools' offsets in the params moved by the blobs in front of them.

    The read-only relative pool keeps its offset: its segment begins with the blobs.
    """
    moved = bytearray(data)
    at = table_at
    while any(moved[at : at + PoolDescriptor.SIZE]):
        pool = PoolDescriptor.decode(bytes(moved[at:]))
        if pool.data != PoolData.ACTIV and (pool.pool_type, pool.pool_id) != (PoolType.RELOC, 0):
            moved[at : at + PoolDescriptor.SIZE] = replace(pool, offset=pool.offset + blobs).encode()
        at += PoolDescriptor.SIZE
    return bytes(moved)


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
