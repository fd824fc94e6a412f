# SPDX-License-Identifier: Apache-2.0
"""A relocatable image as a value: `parse_image` reads one, `Image.to_bytes` writes the same bytes.

`parse_image` refuses only what cannot be taken apart; ingot.image.check says what is wrong with the rest.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ingot.base.errors import IngotError
from ingot.image.nbin import (
    LAYOUTS,
    MAGIC,
    MAX_DESCRIPTORS,
    MAX_TEXT,
    Context,
    Flags,
    HeaderLayout,
    PoolDescriptor,
    Segment,
    address,
    aligned,
    offset_of,
    segment_of,
)
from ingot.image.seal import seal_position
from ingot.st.npu.container import is_blob

NOT_AN_IMAGE = "Build one with `scons board=<board> model=<model> reloc`."


@dataclass(frozen=True)
class Image:
    """A relocatable image.

    layout: which header the image has. header: word name -> value, as stored.
    rom: the read-only part including the header, ro_size bytes. data: initialised RAM, up to the end of the GOT.
    relocations: words of the relocation table, addresses of words in RAM (or, for COPY only, in the read-only part).
    params: parameters inside the file; empty for a split image.
    trailer: what follows the params (a seal); ST's loader does not look at it.
    """

    layout: HeaderLayout
    header: Mapping[str, int]
    rom: bytes
    data: bytes
    relocations: tuple[int, ...]
    params: bytes
    trailer: bytes = b""

    @property
    def flags(self) -> Flags:
        return Flags.decode(self.header["flags"])

    @property
    def ro_size(self) -> int:
        return offset_of(self.header["data_data"])

    @property
    def rw_size(self) -> int:
        """Bytes of RAM behind .data's start: data, GOT and zero-initialised variables."""
        return offset_of(self.header["bss_end"])

    @property
    def xip_ram(self) -> int:
        """Bytes of executable RAM that installing in place needs."""
        return aligned(self.rw_size)

    @property
    def copy_ram(self) -> int:
        """Bytes of executable RAM that installing a copy needs."""
        return aligned(self.xip_ram + self.ro_size)

    @property
    def got(self) -> tuple[int, ...]:
        """The words of the GOT, as stored (addresses in the file's form)."""
        start, end = offset_of(self.header["got_start"]), offset_of(self.header["got_end"])
        words = self.data[start:end]
        return struct.unpack(f"<{len(words) // 4}I", words[: len(words) // 4 * 4])

    @cached_property
    def context(self) -> Context:
        """Raises struct.error when it does not lie in the data."""
        return Context.decode(self.data[offset_of(self.header["ctx"]) :])

    @cached_property
    def pools(self) -> tuple[PoolDescriptor, ...]:
        """The pool descriptors up to the all-zero one, at most one more than a loader takes.

        Raises struct.error when the table runs out of the data.
        """
        at = offset_of(self.header["params_start"])
        found: list[PoolDescriptor] = []
        while len(found) <= MAX_DESCRIPTORS and (
            len(self.data) - at < PoolDescriptor.SIZE or any(self.data[at : at + PoolDescriptor.SIZE])
        ):
            found.append(PoolDescriptor.decode(self.data[at:]))
            at += PoolDescriptor.SIZE
        return tuple(found)

    def blobs_in_rom(self) -> tuple[int, ...]:
        """Offsets in the read-only part of epoch-controller blobs: what relocated words and the GOT point at."""
        words = [*self.got]
        for entry in self.relocations:
            at = offset_of(entry)
            if segment_of(entry) == Segment.RAM and at + 4 <= len(self.data):
                words += struct.unpack_from("<I", self.data, at)
        places = {offset_of(word) for word in words if segment_of(word) == Segment.FLASH and word % 4 == 0}
        return tuple(sorted(at for at in places if is_blob(self.rom, at)))

    def text(self, word: int) -> str:
        """The text at an address of the read-only part: printable, ended by a zero; "" when there is none."""
        at = offset_of(word)
        end = self.rom.find(b"\0", at, at + MAX_TEXT + 1)
        if segment_of(word) != Segment.FLASH or end < 0:
            return ""
        text = self.rom[at:end].decode("latin-1")
        return text if text.isascii() and text.isprintable() else ""

    def to_bytes(self) -> bytes:
        """The file. Sections follow each other at 8-aligned offsets; nothing in the header is recomputed."""
        file = bytearray(self.rom + self.data)
        file += b"\0" * (aligned(len(file)) - len(file))
        file += struct.pack(f"<{len(self.relocations)}I", *self.relocations)
        if self.params or self.trailer:
            file += b"\0" * (aligned(len(file)) - len(file))
        return bytes(file + self.params + self.trailer)


def split_image(image: Image) -> tuple[Image, bytes]:
    """The image without its params, and the params as the content of a second file."""
    header = {**image.header, "params_offset": 0}
    rom = pack_header(image.layout, header) + image.rom[image.layout.size :]
    return replace(image, header=header, rom=rom, params=b""), image.params


def with_layout(words: Mapping[str, int], rel_count: int, has_params: bool) -> dict[str, int]:
    """The header with the fields that follow from sizes: rel_start, rel_end, params_offset."""
    stored = offset_of(words["data_data"]) + offset_of(words["got_end"])
    rel_start = aligned(stored)
    rel_end = rel_start + 4 * rel_count
    return {
        **words,
        "rel_start": address(Segment.FLASH, rel_start),
        "rel_end": address(Segment.FLASH, rel_end),
        "params_offset": aligned(rel_end) if has_params else 0,
    }


def pack_header(layout: HeaderLayout, header: Mapping[str, int]) -> bytes:
    return struct.pack(f"<{len(layout.words)}I", *(header[name] for name in layout.words))


def layout_of(content: bytes, where: str) -> HeaderLayout:
    """Which header the image has: the one whose last word is an address in RAM where a context can be.

    The API version is 8.0 for both; the runtime version in the context decides when both would fit.
    """
    fitting = []
    for layout in LAYOUTS.values():
        if len(content) < layout.size:
            continue
        header = dict(zip(layout.words, struct.unpack(f"<{len(layout.words)}I", content[: layout.size]), strict=True))
        at = offset_of(header["data_data"]) + offset_of(header["ctx"])
        if segment_of(header["ctx"]) != Segment.RAM or at + Context.SIZE > len(content):
            continue
        newer = Context.decode(content[at:]).version >= LAYOUTS["1.1.3"].since
        functions = sum(
            segment_of(header[name]) == Segment.FLASH and header[name] & 1 == 1 for name in layout.entry_points
        )
        fitting.append((newer == (layout.abi == "1.1.3"), functions, layout))
    if not fitting:
        raise IngotError("the header does not name a context in RAM; the image is damaged", where=where)
    return max(fitting, key=lambda item: item[:2])[2]


def parse_image(content: bytes, where: str, abi: str | None = None) -> Image:
    """Takes an image apart. `where` names it in messages. abi: which header it has; None: it is found out.

    Raises IngotError when it is not an image, or when its sections do not lie inside the file in their order.
    """
    if len(content) < 4 or struct.unpack_from("<I", content)[0] != MAGIC:
        raise IngotError("not a relocatable image: it does not start with 'NBIN'", where=where, remedy=NOT_AN_IMAGE)
    layout = LAYOUTS[abi] if abi else layout_of(content, where)
    if len(content) < layout.size:
        raise IngotError("its header is cut", where=where, remedy="The file is truncated; build or fetch it again.")
    header = dict(zip(layout.words, struct.unpack(f"<{len(layout.words)}I", content[: layout.size]), strict=True))
    ro_size = offset_of(header["data_data"])
    data_end = ro_size + offset_of(header["got_end"])
    rel_start, rel_end = offset_of(header["rel_start"]), offset_of(header["rel_end"])
    if not layout.size <= ro_size <= data_end <= rel_start <= rel_end <= len(content) or (rel_end - rel_start) % 4:
        raise IngotError(
            f"its sections do not lie inside its {len(content)} bytes in order "
            f"(data at {ro_size}, relocations at {rel_start} to {rel_end})",
            where=where,
            remedy="The file is truncated or damaged; build or fetch it again.",
        )
    params_at = header["params_offset"]
    if params_at and not rel_end <= params_at <= len(content):
        raise IngotError(f"its params are said to start at {params_at}, outside the file", where=where)
    seal_at = seal_position(content)
    end = len(content) if seal_at is None else seal_at
    params = content[params_at : max(end, params_at)] if params_at else b""
    trailer = content[end:] if params_at or seal_at is not None else content[aligned(rel_end) :]
    return Image(
        layout,
        header,
        content[:ro_size],
        content[ro_size:data_end],
        struct.unpack(f"<{(rel_end - rel_start) // 4}I", content[rel_start:rel_end]),
        params,
        trailer,
    )
