# SPDX-License-Identifier: Apache-2.0
"""Rules about the header, context, pools and relocations of an image. Each yields what is wrong, in words."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator

from ingot.board.ranges import Range
from ingot.image.nbin import (
    API_MAJOR,
    API_MINOR,
    EXTERNAL_FROM,
    GOT_RESERVED_WORDS,
    MAX_DESCRIPTORS,
    Context,
    PoolAttr,
    PoolData,
    PoolDescriptor,
    PoolType,
    Segment,
    offset_of,
    segment_of,
)
from ingot.image.subject import Subject

STRUCT_SIZES = {True: 56 | 48 << 8, False: 56 | 20 << 8}
INTERFACE_BYTES = 44


def flags(subject: Subject) -> Iterator[str]:
    flags = subject.image.flags
    if (flags.major, flags.minor) != (API_MAJOR, API_MINOR):
        yield f"API {flags.major}.{flags.minor}, known is {API_MAJOR}.{API_MINOR}"
    if flags.reserved:
        yield "a reserved flag is set"
    if flags.toolchain not in (8, 9, 10):
        yield f"toolchain {flags.toolchain} is not known"
    if flags.float_abi == 3:
        yield "float ABI 3 is not known"


def machine(subject: Subject) -> Iterator[str]:
    """Only where the firmware is known."""
    wanted, flags = subject.machine, subject.image.flags
    if wanted is None:
        return
    pairs = {
        "CPU": (f"{flags.cpu:#x}", f"{wanted.cpu:#x}"),
        "float ABI": (flags.float_abi, wanted.float_abi),
        "toolchain": (flags.toolchain, wanted.toolchain),
        "debug information": (flags.debug_info, wanted.debug_info),
        "runtime": (subject.image.context.version, wanted.runtime),
    }
    for name, (found, expected) in pairs.items():
        if found != expected:
            yield f"{name} {found}, the firmware has {expected}"


def sections(subject: Subject) -> Iterator[str]:
    header = subject.image.header
    ram = ["data_start", "data_end", "got_start", "got_end", "bss_start", "bss_end"]
    for name in [*ram, "params_start", "ctx"]:
        if segment_of(header[name]) != Segment.RAM:
            yield f"{name} {header[name]:#010x} is not in RAM"
    for name in ("data_data", "rel_start", "rel_end"):
        if segment_of(header[name]) != Segment.FLASH:
            yield f"{name} {header[name]:#010x} is not in the file"
    for low, high in itertools.pairwise(ram):
        if offset_of(header[low]) > offset_of(header[high]):
            yield f"{low} is behind {high}"
    if offset_of(header["data_start"]):
        yield "data does not start at 0"
    end = header["params_offset"] or offset_of(header["rel_end"])
    if end > subject.before_seal:
        yield f"the sections end at {end:,}, the file in front of its seal at {subject.before_seal:,}"


def alignment(subject: Subject) -> Iterator[str]:
    image = subject.image
    for name, value in (("the read-only part", image.ro_size), ("the params", image.header["params_offset"])):
        if value % 8:
            yield f"{name} is at {value}, not a multiple of 8"
    for pool in image.pools:
        if (pool.pool_type, pool.pool_id) == (PoolType.RELOC, 0) and pool.offset % 8:
            yield f"pool {image.text(pool.name)} is at {pool.offset} in the params, not a multiple of 8"
    for name in ("data_end", "got_start", "got_end", "bss_start", "bss_end", "params_start", "ctx"):
        if image.header[name] % 4:
            yield f"{name} is not on a word"
    for name in ("rel_start", "rel_end"):
        if image.header[name] % 4:
            yield f"{name} is not on a word"


def entry_points(subject: Subject) -> Iterator[str]:
    image = subject.image
    for name in image.layout.entry_points:
        word = image.header[name]
        inside = image.layout.size <= offset_of(word) < image.ro_size
        if segment_of(word) != Segment.FLASH or not word & 1 or not inside:
            yield f"{name} {word:#010x} is no function in the read-only part"


def context(subject: Subject) -> Iterator[str]:
    image = subject.image
    end = offset_of(image.header["data_end"])
    if offset_of(image.header["ctx"]) + Context.SIZE > end:
        yield "the context is not inside the data"
        return
    context = image.context
    for name in ("c_name", "rt_version_desc"):
        if not image.text(getattr(context, name)):
            yield f"{name} is no short printable text"
    place = context.itf_network
    if segment_of(place) != Segment.RAM or place % 4 or offset_of(place) + INTERFACE_BYTES > end:
        yield "the interface is not inside the data"
    if context.struct_sizes != STRUCT_SIZES[image.flags.debug_info]:
        yield f"structure sizes {context.struct_sizes:#x} do not fit the flags"
    if (context.version >= (1, 1, 3)) != (image.layout.abi == "1.1.3"):
        yield f"a header of {image.layout.size // 4} words does not fit runtime {'.'.join(map(str, context.version))}"


def pool_table(subject: Subject) -> Iterator[str]:
    image = subject.image
    pools = image.pools
    if len(pools) > MAX_DESCRIPTORS:
        yield f"more than {MAX_DESCRIPTORS} pools; ST's loader takes no more"
    table_end = offset_of(image.header["params_start"]) + PoolDescriptor.SIZE * (len(pools) + 1)
    if table_end > offset_of(image.header["data_end"]):
        yield "the table of pools is not inside the data"
    ids = [pool.pool_id for pool in pools if pool.pool_type == PoolType.RELOC]
    if len(ids) != len(set(ids)):
        yield "two relative pools have the same id"
    for pool in pools:
        name = image.text(pool.name) or f"at {pool.name:#x}"
        if not image.text(pool.name):
            yield f"a pool's name {pool.name:#010x} is no short printable text"
        if not _is_known(pool):
            yield f"pool {name}: kind {pool.flags:#010x} is not known"
        if not pool.size or pool.dst + pool.size > 1 << 32:
            yield f"pool {name}: {pool.size:,} bytes at {pool.dst:#010x}"


def _is_known(pool: PoolDescriptor) -> bool:
    access = pool.attributes & (0xFF ^ PoolAttr.CACHED)
    kind = (pool.pool_type, pool.data, pool.pool_id, access)
    if pool.pool_type == PoolType.RELOC and pool.dst:
        return False
    return kind in {
        (PoolType.RELOC, PoolData.PARAM, 0, PoolAttr.READ),
        (PoolType.RELOC, PoolData.ACTIV, 1, PoolAttr.WRITE),
        (PoolType.RELOC, PoolData.MIXED, 1, PoolAttr.WRITE),
        (PoolType.COPY, PoolData.PARAM, 0, PoolAttr.READ),
        (PoolType.COPY, PoolData.MIXED, 0, PoolAttr.WRITE),
        (PoolType.RESET, PoolData.ACTIV, 0, PoolAttr.WRITE),
    }


def cached_pools(subject: Subject) -> Iterator[str]:
    """Of the absolute ones. Where the relative ones will be only the loader knows."""
    for pool in subject.image.pools:
        if pool.pool_type != PoolType.RELOC and pool.attributes & PoolAttr.CACHED and pool.dst < EXTERNAL_FROM:
            name = subject.image.text(pool.name)
            yield f"pool {name} is behind the NPU cache, and {pool.dst:#010x} is internal memory"


def pool_overlaps(subject: Subject) -> Iterator[str]:
    placed = [pool for pool in subject.image.pools if pool.pool_type in (PoolType.COPY, PoolType.RESET)]
    for low, high in itertools.combinations(sorted(placed, key=lambda pool: pool.dst), 2):
        ranges = [Range(pool.dst, pool.dst + pool.size) for pool in (low, high)]
        if any(part.end > 1 << 32 for part in ranges):
            continue  # no place: another rule says so
        first, second = map(subject.aliases.bytes_of, ranges)
        common = first.common(second).size
        if common:
            words = f"{subject.image.text(low.name)} and {subject.image.text(high.name)} share {common:,} bytes"
            here, there = map(subject.aliases.text, ranges)
            plain = (here, there) == (str(ranges[0]), str(ranges[1]))
            yield words if plain else f"{words}: {here}, {there}"


def got(subject: Subject) -> Iterator[str]:
    words = subject.image.got
    for number, word in enumerate(words):
        if number >= len(words) - GOT_RESERVED_WORDS and not word:
            continue
        if not _is_address(subject, word):
            yield f"entry {number} is {word:#010x}"


def got_reserved(subject: Subject) -> Iterator[str]:
    words = subject.image.got
    for number, word in enumerate(words):
        if (number >= len(words) - GOT_RESERVED_WORDS) != (not word):
            yield f"entry {number} of {len(words)} is {word:#010x}"


def relocations(subject: Subject) -> Iterator[str]:
    image = subject.image
    for entry in image.relocations:
        at = offset_of(entry)
        if segment_of(entry) != Segment.RAM or at % 4 or at + 4 > offset_of(image.header["got_start"]):
            yield f"{entry:#010x} is no word of the data"
        elif not _is_address(subject, struct.unpack_from("<I", image.data, at)[0]):
            yield f"the word at {entry:#010x} is no address of the image"


def relocated_once(subject: Subject) -> Iterator[str]:
    """ST's loader reads the word where it wrote it."""
    if len(set(subject.image.relocations)) != len(subject.image.relocations):
        yield "a word is listed twice"


def _is_address(subject: Subject, word: int) -> bool:
    """Whether the loader can place it: in the file, in RAM or in a relative pool that the image has."""
    image, offset = subject.image, offset_of(word)
    pools = {pool.pool_id: pool.size for pool in image.pools if pool.pool_type == PoolType.RELOC}
    segment = segment_of(word)
    if segment == Segment.NONE:
        return word == 0
    if segment == Segment.FLASH:
        return offset <= image.ro_size
    if segment == Segment.RAM:
        return offset <= image.rw_size
    if segment == Segment.PARAM_0:
        return 0 in pools and offset <= pools[0] + subject.blobs
    return segment == Segment.PARAM_1 and 1 in pools and offset <= pools[1]
