# SPDX-License-Identifier: Apache-2.0
"""The NBIN format, said once: header words, flags, context, pool descriptors. Reader and writer both use this file.

    [ header | text | rodata | pad to 8 ]                 read-only part, `ro_size` bytes
    [ data | context | pool descriptors | ... | got ]     initialised RAM, `data_size` bytes
    [ pad to 8 ][ relocation table ][ pad to 8 ][ params ]

All words are little-endian. An address in the file carries its segment in the top four bits and an offset in the rest.
Source: ST's relocatable runtime as measured with ll_aton 1.1.1 and 1.1.3.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, fields
from enum import IntEnum, IntFlag

from ingot.board.cores import default_core

MAGIC = 0x4E49424E  # the bytes "NBIN"
ALIGNMENT = 8
#: The first address of external memories. The NPU reaches internal ones past its cache only.
EXTERNAL_FROM = 0x60000000
API_MAJOR, API_MINOR = 8, 0
MAX_DESCRIPTORS = 9  # ST's loader gives up at ten
MAX_TEXT = 255  # bytes of a name that Ingot's loader reads
GOT_RESERVED_WORDS = 3  # .got.plt: always zero

HEADER_COMMON = (
    "magic",
    "flags",
    "data_start",
    "data_end",
    "data_data",
    "bss_start",
    "bss_end",
    "got_start",
    "got_end",
    "rel_start",
    "rel_end",
    "params_start",
    "params_offset",
)
ENTRY_POINTS = (
    "ec_network_init",
    "ec_inference_init",
    "input_setter",
    "input_getter",
    "output_setter",
    "output_getter",
    "epoch_items",
    "output_buffers_info",
    "input_buffers_info",
    "internal_buffers_info",
)
ENTRY_POINTS_1_1_3 = (*ENTRY_POINTS, "weight_encryption_info", "blob_encryption_info")


class Segment(IntEnum):
    """Top nibble of an address in the file."""

    NONE = 0x0
    FLASH = 0x2
    RAM = 0x4
    PARAM_0 = 0x8
    PARAM_1 = 0x9


def address(segment: Segment, offset: int) -> int:
    """The file's form of an address. Raises ValueError when the offset does not fit 28 bits."""
    if not 0 <= offset < 1 << 28:
        raise ValueError(f"offset {offset:#x} does not fit 28 bits")
    return segment << 28 | offset


def segment_of(word: int) -> int:
    return word >> 28


def offset_of(word: int) -> int:
    return word & 0x0FFFFFFF


def aligned(size: int) -> int:
    """`size` rounded up to the format's alignment."""
    return -(-size // ALIGNMENT) * ALIGNMENT


@dataclass(frozen=True)
class HeaderLayout:
    """The header of one runtime ABI: the order of its words.

    runtimes: (major, minor, micro) from which on the runtime expects it.
    """

    abi: str
    words: tuple[str, ...]
    since: tuple[int, int, int]

    @property
    def size(self) -> int:
        return 4 * len(self.words)

    @property
    def entry_points(self) -> tuple[str, ...]:
        return self.words[len(HEADER_COMMON) : -1]


LAYOUTS = {
    "1.1.1": HeaderLayout("1.1.1", (*HEADER_COMMON, *ENTRY_POINTS, "ctx"), (1, 1, 0)),
    "1.1.3": HeaderLayout("1.1.3", (*HEADER_COMMON, *ENTRY_POINTS_1_1_3, "ctx"), (1, 1, 3)),
}


def bits(word: int, high: int, low: int) -> int:
    return word >> low & ((1 << (high - low + 1)) - 1)


TOOLCHAINS = {8: "GCC", 9: "LLVM", 0xA: "ST-clang"}
FLOAT_ABIS = ("soft", "softfp", "hard")


@dataclass(frozen=True)
class Flags:
    """The second header word: what the runtime must be."""

    major: int = API_MAJOR
    minor: int = API_MINOR
    async_runtime: bool = True
    debug_info: bool = True
    secure: bool = True
    toolchain: int = 8
    float_abi: int = 2
    fpu: bool = True
    cpu: int = field(default_factory=lambda: default_core().part)
    reserved: int = 0  # bits 23 and 15

    @classmethod
    def decode(cls, word: int) -> Flags:
        return cls(
            major=bits(word, 31, 28),
            minor=bits(word, 27, 24),
            async_runtime=bool(bits(word, 22, 22)),
            debug_info=bool(bits(word, 21, 21)),
            secure=bool(bits(word, 20, 20)),
            toolchain=bits(word, 19, 16),
            float_abi=bits(word, 14, 13),
            fpu=bool(bits(word, 12, 12)),
            cpu=bits(word, 11, 0),
            reserved=bits(word, 23, 23) << 1 | bits(word, 15, 15),
        )

    def encode(self) -> int:
        return (
            self.major << 28
            | self.minor << 24
            | (self.reserved >> 1) << 23
            | self.async_runtime << 22
            | self.debug_info << 21
            | self.secure << 20
            | self.toolchain << 16
            | (self.reserved & 1) << 15
            | self.float_abi << 13
            | self.fpu << 12
            | self.cpu
        )


@dataclass(frozen=True)
class Context:
    """rt_ctx: the network's record in initialised RAM. The loader fills state..cbs and instance.

    1.1.0 has no struct_sizes; its context is one word shorter.
    """

    state: int
    file_addr: int
    ram_addr: int
    rom_addr: int
    cbs: int
    c_name: int
    acts_size: int
    params_size: int
    ext_ram_size: int
    rt_version_desc: int
    rt_version: int
    rt_version_extra: int
    params_bin_size: int
    params_bin_crc32: int
    struct_sizes: int
    instance: int
    itf_network: int

    SIZE = 68

    @classmethod
    def decode(cls, data: bytes) -> Context:
        """Raises struct.error when fewer than 68 bytes are given."""
        return cls(*struct.unpack("<17I", data[: cls.SIZE]))

    def encode(self) -> bytes:
        return struct.pack("<17I", *(getattr(self, member.name) for member in fields(self)))

    @property
    def version(self) -> tuple[int, int, int]:
        """Runtime version major, minor, micro that the network was made for."""
        return bits(self.rt_version, 31, 24), bits(self.rt_version, 23, 16), bits(self.rt_version, 15, 8)


class PoolType(IntEnum):
    """What the loader does with a pool: point at it, copy into it, clear it."""

    RELOC = 1
    COPY = 2
    RESET = 3


class PoolData(IntEnum):
    """What a pool holds."""

    PARAM = 1
    ACTIV = 2
    MIXED = 3


class PoolAttr(IntFlag):
    READ = 1
    WRITE = 2
    CACHED = 4


@dataclass(frozen=True)
class PoolDescriptor:
    """One memory pool, 20 bytes in initialised RAM; a table ends with an all-zero one.

    name: address of the pool's name. offset: of its bytes in the params. dst: absolute address, 0 for RELOC.
    size: bytes used. pool_id: 0 read-only, 1 read-write (RELOC only).
    """

    name: int
    pool_type: int
    data: int
    attributes: int
    pool_id: int
    offset: int
    dst: int
    size: int

    SIZE = 20

    @classmethod
    def decode(cls, data: bytes) -> PoolDescriptor:
        """Raises struct.error when fewer than 20 bytes are given."""
        name, flags, offset, dst, size = struct.unpack("<5I", data[: cls.SIZE])
        return cls(
            name, bits(flags, 31, 24), bits(flags, 23, 16), bits(flags, 15, 8), bits(flags, 7, 0), offset, dst, size
        )

    @property
    def flags(self) -> int:
        return self.pool_type << 24 | self.data << 16 | self.attributes << 8 | self.pool_id

    def encode(self) -> bytes:
        return struct.pack("<5I", self.name, self.flags, self.offset, self.dst, self.size)

    def describe(self) -> str:
        """`RELOC.PARAM.0.RCACHED`, as ST's tools print it."""
        parts = [
            PoolType(self.pool_type).name if self.pool_type in list(PoolType) else f"type{self.pool_type}",
            PoolData(self.data).name if self.data in list(PoolData) else f"data{self.data}",
        ]
        if self.pool_type == PoolType.RELOC:
            parts.append(str(self.pool_id))
        access = ("R" if self.attributes & PoolAttr.READ else "") + ("W" if self.attributes & PoolAttr.WRITE else "")
        parts.append(access + ("CACHED" if self.attributes & PoolAttr.CACHED else ""))
        return ".".join(parts)
