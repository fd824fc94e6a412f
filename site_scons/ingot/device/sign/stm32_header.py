# SPDX-License-Identifier: Apache-2.0
"""The STM32 boot header, version 2.3, of an image that is not authenticated.

Layout: STMicroelectronics/stm32wrapper4dbg on GitHub, `struct stm32_header_v23`. Meaning of the fields: ST's wiki,
"STM32 header for binary files". That the code starts 0x400 behind the header's start, and that the image's length then
counts the bytes between: ST's community. docs/flash.md says what is only inferred. All little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ingot.base.errors import IngotError

MAGIC = b"STM2"
VERSION = 0x00020300
FSBL = 0x10
PADDING_EXTENSION = 1 << 31
PADDING_TYPE = b"ST\xff\xff"
BASE = 0xA0
EXTENSION = 0x1A0
HEADER = BASE + EXTENSION
CODE = 0x400

#: magic, signature, checksum, header version, image length, entry point, reserved, load address, reserved, image
#: version, extension flags, length of the extensions, binary type, padding, length and hash of a non-secure payload
_FIELDS = struct.Struct("<4s96s11I8s2I")
_EXTENSION = struct.Struct("<4sI")


@dataclass(frozen=True)
class Header:
    """A decoded header. length: bytes behind it. entry: address of the reset handler, bit 0 set."""

    version: int
    length: int
    checksum: int
    entry: int
    load_address: int
    image_version: int
    flags: int
    extension_length: int
    binary_type: int
    signed: bool


def sign(binary: bytes, load_address: int, image_version: int = 0) -> bytes:
    """The image that a loader starts: header, padding up to 0x400, `binary`.

    binary: begins with the vector table. load_address: where the vector table is at run time.
    Raises IngotError when the binary is no application that is linked there.
    """
    if len(binary) < 8:
        raise IngotError(f"has {len(binary)} bytes, which is no application", where="sign")
    entry = struct.unpack_from("<I", binary, 4)[0]
    if not load_address <= entry - 1 < load_address + len(binary) or not entry & 1:
        raise IngotError(
            f"the reset handler {entry:#010x} of the vector table is not within the {len(binary):,} bytes at "
            f"{load_address:#010x}",
            where="sign",
            remedy="Sign the firmware.bin that was built for this board, with its load address.",
        )
    payload = bytes(CODE - HEADER) + binary
    base = _FIELDS.pack(
        MAGIC, bytes(96), sum(payload) & 0xFFFFFFFF, VERSION, len(payload), entry, 0, load_address, 0, image_version,
        PADDING_EXTENSION, EXTENSION, FSBL, bytes(8), 0, 0,
    )  # fmt: skip
    return base + _EXTENSION.pack(PADDING_TYPE, EXTENSION) + bytes(EXTENSION - _EXTENSION.size) + payload


def read_header(image: bytes) -> Header:
    """Decodes and checks a header and what is behind it. Raises IngotError for what is no whole, undamaged image."""
    if len(image) < HEADER or image[:4] != MAGIC:
        raise IngotError("does not begin with a boot header", where="boot header")
    (
        _, signature, checksum, version, length, entry, reserved, load, reserved2, number, flags, extensions, kind,
        padding, _, _,
    ) = _FIELDS.unpack_from(image)  # fmt: skip
    if version != VERSION:
        raise IngotError(f"is version {version >> 16}.{version >> 8 & 255}, expected 2.3", where="boot header")
    if reserved or reserved2 or any(padding):
        raise IngotError("has reserved bytes that are not zero", where="boot header")
    payload = image[BASE + extensions : BASE + extensions + length]
    if len(payload) != length:
        raise IngotError(f"says {length:,} bytes, there are {len(payload):,}", where="boot header")
    if sum(payload) & 0xFFFFFFFF != checksum:
        raise IngotError("has another checksum than the bytes behind it", where="boot header")
    return Header(
        version, length, checksum, entry, load, number, flags, extensions, kind, bool(flags & 1) or any(signature)
    )
