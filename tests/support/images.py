# SPDX-License-Identifier: Apache-2.0
"""Relocatable images made by hand, for tests that need no compiler: every kind of pool, GOT, relocations, a seal."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from ingot.image.image import Image, pack_header, with_layout
from ingot.image.nbin import (
    LAYOUTS,
    Context,
    Flags,
    PoolAttr,
    PoolData,
    PoolDescriptor,
    PoolType,
    Segment,
    address,
    aligned,
)
from ingot.image.seal import Digest, Seal, resealed

POOLS_AT = 0x66000000  # as tests/firmware/fixture/loader_mutations.c


def relocated(offset: int, size: int) -> PoolDescriptor:
    return PoolDescriptor(0, PoolType.RELOC, PoolData.PARAM, PoolAttr.READ, 0, offset, 0, size)


def external(data: PoolData, offset: int, size: int) -> PoolDescriptor:
    return PoolDescriptor(0, PoolType.RELOC, data, PoolAttr.WRITE, 1, offset, 0, size)


def copied(offset: int, dst: int, size: int) -> PoolDescriptor:
    return PoolDescriptor(0, PoolType.COPY, PoolData.MIXED, PoolAttr.WRITE, 0, offset, dst, size)


def cleared(dst: int, size: int) -> PoolDescriptor:
    return PoolDescriptor(0, PoolType.RESET, PoolData.ACTIV, PoolAttr.WRITE, 0, 0, dst, size)


ALL_KINDS = (
    relocated(0, 120),
    external(PoolData.MIXED, 120, 40),
    copied(160, POOLS_AT + 0x100, 33),
    cleared(POOLS_AT + 0x1000, 0x800),
)


def make_image(
    pools: Sequence[PoolDescriptor] = ALL_KINDS,
    params: bytes = bytes(range(200)),
    split: bool = False,
    abi: str = "1.1.1",
    code: bytes = bytes(range(64)),
    bss: int = 12,
    flags: Flags | None = None,
    pointers: int = 6,
) -> Image:
    """A sound image. params: raw data, a multiple of 8. pointers: relocated words in the data, into every segment."""
    layout = LAYOUTS[abi]
    flags = flags or Flags()
    strings = bytearray()

    def text(word: str) -> int:
        strings.extend(word.encode() + b"\0")
        return address(Segment.FLASH, layout.size + len(code) + len(strings) - len(word) - 1)

    name, version = text("net"), text("made by hand")
    named = [PoolDescriptor(text(f"pool{i}"), *_rest(pool)) for i, pool in enumerate(pools)]
    rom = bytearray(layout.size) + code + strings
    rom += b"\xff" * (aligned(len(rom)) - len(rom))

    ids = {pool.pool_id for pool in pools if pool.pool_type == PoolType.RELOC}
    targets = [address(Segment.FLASH, layout.size), address(Segment.RAM, 0), address(Segment.RAM, 8)]
    targets += [address(Segment.PARAM_0, 16)] if 0 in ids else []
    targets += [address(Segment.PARAM_1, 8)] if 1 in ids else []
    words = [targets[i % len(targets)] for i in range(pointers)]
    places = [4 * i for i in range(pointers)]

    interface = 4 * pointers  # 44 bytes: the name, then zeros
    context_at = interface + 44
    table_at = context_at + Context.SIZE
    data_end = table_at + PoolDescriptor.SIZE * (len(pools) + 1)
    context = Context(
        state=0,
        file_addr=0,
        ram_addr=0,
        rom_addr=0,
        cbs=0,
        c_name=name,
        acts_size=sum(p.size for p in pools if p.data == PoolData.ACTIV),
        params_size=sum(p.size for p in pools if p.data != PoolData.ACTIV),
        ext_ram_size=sum(p.size for p in pools if p.pool_type == PoolType.RELOC and p.pool_id == 1),
        rt_version_desc=version,
        rt_version={"1.1.1": 0x01010100, "1.1.3": 0x01010300}[abi],
        rt_version_extra=14,
        params_bin_size=len(params),
        params_bin_crc32=zlib.crc32(params),
        struct_sizes=56 | (48 if flags.debug_info else 20) << 8,
        instance=0,
        itf_network=address(Segment.RAM, interface),
    )
    data = struct.pack(f"<{pointers}I", *words) + struct.pack("<I40x", name) + context.encode()
    data += b"".join(pool.encode() for pool in named) + bytes(PoolDescriptor.SIZE)
    got = [*targets, 0, 0, 0]
    places += [interface, context_at + 20, context_at + 36, context_at + 64]
    places += [table_at + PoolDescriptor.SIZE * i for i in range(len(pools))]
    got_end = data_end + 4 * len(got)
    function = address(Segment.FLASH, layout.size) | 1
    header = {
        "magic": 0x4E49424E,
        "flags": flags.encode(),
        "data_start": address(Segment.RAM, 0),
        "data_end": address(Segment.RAM, data_end),
        "data_data": address(Segment.FLASH, len(rom)),
        "bss_start": address(Segment.RAM, got_end),
        "bss_end": address(Segment.RAM, got_end + bss),
        "got_start": address(Segment.RAM, data_end),
        "got_end": address(Segment.RAM, got_end),
        "params_start": address(Segment.RAM, table_at),
        "ctx": address(Segment.RAM, context_at),
        **{entry: function + 4 * i for i, entry in enumerate(layout.entry_points)},
    }
    header = with_layout(header, len(places), bool(params) and not split)
    rom[: layout.size] = pack_header(layout, header)
    relocations = tuple(address(Segment.RAM, place) for place in sorted(places))
    stored = data + struct.pack(f"<{len(got)}I", *got)
    return Image(layout, header, bytes(rom), stored, relocations, b"" if split else params)


def _rest(pool: PoolDescriptor) -> tuple[int, ...]:
    return (pool.pool_type, pool.data, pool.attributes, pool.pool_id, pool.offset, pool.dst, pool.size)


def sealed(content: bytes, kind: Digest = Digest.SHA256, params: bytes = b"", board: str = "n6dk") -> bytes:
    """The file with a seal. params: of the second file."""
    content += bytes(-len(content) % 8)
    digest = kind.of(params) if params else bytes(32)
    bare = Seal(0, kind, bytes(range(8)), board, "model", "1", "builtin 0", len(params), digest, bytes(32))
    return content + resealed(bare, content).to_bytes()
