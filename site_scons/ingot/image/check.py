# SPDX-License-Identifier: Apache-2.0
"""Everything about an image that can be verified without a target, a line a rule."""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ingot.base.errors import IngotError
from ingot.board.aliases import NO_ALIASES, Aliases
from ingot.board.ranges import Range
from ingot.image.ecblob import LINE, parse_blob, walk_blobs
from ingot.image.image import Image, parse_image
from ingot.image.nbin import (
    API_MAJOR,
    API_MINOR,
    EXTERNAL_FROM,
    GOT_RESERVED_WORDS,
    MAX_DESCRIPTORS,
    PoolAttr,
    PoolData,
    PoolDescriptor,
    PoolType,
    Segment,
    offset_of,
    segment_of,
)
from ingot.image.seal import Seal

STRUCT_SIZES = {True: 56 | 48 << 8, False: 56 | 20 << 8}


@dataclass(frozen=True)
class Finding:
    """The verdict of one rule. detail: what was found, also when it is fine."""

    rule: str
    passed: bool
    detail: str = ""

    def __str__(self) -> str:
        return f"{'ok    ' if self.passed else 'FAILED'} {self.rule}{': ' + self.detail if self.detail else ''}"


@dataclass(frozen=True)
class Subject:
    """What the rules look at. params: raw data of all pools wherever they are; None for a split image without them."""

    content: bytes
    image: Image
    params: bytes | None
    where: str = "image"
    aliases: Aliases = NO_ALIASES
    _seal: list[Seal] = field(default_factory=list)

    @property
    def blobs(self) -> int:
        """Bytes of epoch-controller blobs in front of the pools' raw data."""
        return 0 if self.params is None else len(self.params) - self.image.context.params_bin_size


def check_image(
    content: bytes, where: str, params: bytes | None = None, aliases: Aliases = NO_ALIASES
) -> list[Finding]:
    """All rules, in order.

    params: content of the second file of a split image. aliases: of the board, where it is known.

    Raises IngotError when the file cannot be taken apart at all.
    """
    image = parse_image(content, where)
    inside = image.params if image.header["params_offset"] else params
    subject = Subject(content, image, inside, where, aliases)
    findings = []
    for name, rule in RULES.items():
        try:
            problems = list(rule(subject))
        except struct.error:
            problems = ["runs out of the data"]
        findings.append(Finding(name, not problems, "; ".join(problems[:3])))
    return findings


def _flags(subject: Subject) -> Iterator[str]:
    flags = subject.image.flags
    if (flags.major, flags.minor) != (API_MAJOR, API_MINOR):
        yield f"API {flags.major}.{flags.minor}, known is {API_MAJOR}.{API_MINOR}"
    if flags.reserved:
        yield "a reserved flag is set"
    if flags.toolchain not in (8, 9, 10):
        yield f"toolchain {flags.toolchain} is not known"
    if flags.float_abi == 3:
        yield "float ABI 3 is not known"


def _sections(subject: Subject) -> Iterator[str]:
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


def _alignment(subject: Subject) -> Iterator[str]:
    image = subject.image
    for name, value in (
        ("the read-only part", image.ro_size),
        ("the relocation table", offset_of(image.header["rel_start"])),
        ("the params", image.header["params_offset"]),
    ):
        if value % 8:
            yield f"{name} is at {value}, not a multiple of 8"
    for pool in image.pools:
        if (pool.pool_type, pool.pool_id) == (PoolType.RELOC, 0) and pool.offset % 8:
            yield f"pool {image.text(pool.name)} is at {pool.offset} in the params, not a multiple of 8"
    for name in ("got_start", "got_end", "bss_end", "params_start", "ctx"):
        if image.header[name] % 4:
            yield f"{name} is not on a word"


def _size(subject: Subject) -> Iterator[str]:
    image = subject.image
    if not image.header["params_offset"]:
        return
    wanted = image.header["params_offset"] + image.context.params_bin_size
    if len(subject.content) - len(image.trailer) < wanted:
        yield f"{len(subject.content):,} bytes, {wanted:,} expected"


def _entry_points(subject: Subject) -> Iterator[str]:
    image = subject.image
    for name in image.layout.entry_points:
        word = image.header[name]
        inside = image.layout.size <= offset_of(word) < image.ro_size
        if segment_of(word) != Segment.FLASH or not word & 1 or not inside:
            yield f"{name} {word:#010x} is no function in the read-only part"


def _context(subject: Subject) -> Iterator[str]:
    image = subject.image
    at = offset_of(image.header["ctx"])
    if at + 68 > offset_of(image.header["data_end"]):
        yield "the context is not inside the data"
        return
    context = image.context
    for name in ("c_name", "rt_version_desc"):
        if not image.text(getattr(context, name)):
            yield f"{name} is no text"
    if segment_of(context.itf_network) != Segment.RAM or offset_of(context.itf_network) + 44 > len(image.data):
        yield "the interface is not inside the data"
    if context.struct_sizes != STRUCT_SIZES[image.flags.debug_info]:
        yield f"structure sizes {context.struct_sizes:#x} do not fit the flags"
    if (context.version >= (1, 1, 3)) != (image.layout.abi == "1.1.3"):
        yield f"a header of {image.layout.size // 4} words does not fit runtime {'.'.join(map(str, context.version))}"


def _pool_table(subject: Subject) -> Iterator[str]:
    pools = subject.image.pools
    if len(pools) > MAX_DESCRIPTORS:
        yield f"{len(pools)} pools; ST's loader takes {MAX_DESCRIPTORS}"
    ids = [pool.pool_id for pool in pools if pool.pool_type == PoolType.RELOC]
    if len(ids) != len(set(ids)):
        yield "two relative pools have the same id"
    for pool in pools:
        name = subject.image.text(pool.name) or f"at {pool.name:#x}"
        if not subject.image.text(pool.name):
            yield f"a pool's name {pool.name:#010x} is no text"
        if not _is_known(pool):
            yield f"pool {name}: kind {pool.flags:#010x} is not known"
        if pool.attributes & PoolAttr.CACHED and pool.pool_type != PoolType.RELOC and pool.dst < EXTERNAL_FROM:
            yield f"pool {name} is behind the NPU cache, and {pool.dst:#010x} is internal memory"
        if not pool.size or pool.dst + pool.size > 1 << 32:
            yield f"pool {name}: {pool.size:,} bytes at {pool.dst:#010x}"


def _is_known(pool: PoolDescriptor) -> bool:
    access = PoolAttr(pool.attributes & ~PoolAttr.CACHED & 0xFF)
    kind = (pool.pool_type, pool.data, pool.pool_id, access)
    return kind in {
        (PoolType.RELOC, PoolData.PARAM, 0, PoolAttr.READ),
        (PoolType.RELOC, PoolData.ACTIV, 1, PoolAttr.WRITE),
        (PoolType.RELOC, PoolData.MIXED, 1, PoolAttr.WRITE),
        (PoolType.COPY, PoolData.PARAM, 0, PoolAttr.READ),
        (PoolType.COPY, PoolData.MIXED, 0, PoolAttr.WRITE),
        (PoolType.RESET, PoolData.ACTIV, 0, PoolAttr.WRITE),
    }


def _pool_params(subject: Subject) -> Iterator[str]:
    if subject.params is None:
        return
    for pool in subject.image.pools:
        lead = subject.blobs if (pool.pool_type, pool.pool_id) == (PoolType.RELOC, 0) else 0
        if pool.data != PoolData.ACTIV and pool.offset + pool.size + lead > len(subject.params):
            yield f"pool {subject.image.text(pool.name)} ends behind the params"


def _blobs(subject: Subject) -> Iterator[str]:
    """Blobs in front of the params are whole and fill that space; so are those that a word of the data points at."""
    image = subject.image
    lead = b"" if subject.params is None or subject.blobs < 0 else subject.params[: subject.blobs]
    try:
        found = walk_blobs(lead, "params")
        if (found[-1].end if found else 0) != len(lead):
            yield f"{len(lead):,} bytes in front of the params are not blobs"
        for at in image.blobs_in_rom():
            parse_blob(image.rom[at:], f"blob at {at:#x}")
            if image.layout.abi == "1.1.3" and at % LINE:
                yield f"blob at {at:#x}: not a multiple of {LINE}, as its runtime wants"
    except IngotError as error:
        yield f"{error.where}: {error.what}"
    behind = [pool for pool in image.pools if (pool.pool_type, pool.pool_id) == (PoolType.RELOC, 0)]
    if lead and any(pool.offset for pool in behind):
        yield "the network looks for its blobs in front of its read-only pool, which is not behind them"


def _pool_overlaps(subject: Subject) -> Iterator[str]:
    placed = [pool for pool in subject.image.pools if pool.pool_type in (PoolType.COPY, PoolType.RESET)]
    for low, high in itertools.combinations(sorted(placed, key=lambda pool: pool.dst), 2):
        ranges = [Range(pool.dst, pool.dst + pool.size) for pool in (low, high)]
        first, second = map(subject.aliases.bytes_of, ranges)
        common = first.common(second).size
        if common:
            words = f"{subject.image.text(low.name)} and {subject.image.text(high.name)} share {common:,} bytes"
            here, there = map(subject.aliases.text, ranges)
            plain = (here, there) == (str(ranges[0]), str(ranges[1]))
            yield words if plain else f"{words}: {here}, {there}"


def _got(subject: Subject) -> Iterator[str]:
    got = subject.image.got
    for number, word in enumerate(got):
        if number >= len(got) - GOT_RESERVED_WORDS:
            if word:
                yield f"reserved word {number} is {word:#010x}"
        elif not word or not _is_address(subject, word):
            yield f"entry {number} is {word:#010x}"


def _relocations(subject: Subject) -> Iterator[str]:
    image = subject.image
    for entry in image.relocations:
        at = offset_of(entry)
        if segment_of(entry) != Segment.RAM or at % 4 or at + 4 > offset_of(image.header["got_start"]):
            yield f"{entry:#010x} is no word of the data"
        elif not _is_address(subject, struct.unpack_from("<I", image.data, at)[0]):
            yield f"the word at {entry:#010x} is no address of the image"
    if len(set(image.relocations)) != len(image.relocations):
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


def _params_crc(subject: Subject) -> Iterator[str]:
    context = subject.image.context
    if subject.params is None:
        return
    counted = subject.params[len(subject.params) - context.params_bin_size :] if context.params_bin_size else b""
    if len(counted) != context.params_bin_size:
        yield f"{len(counted):,} bytes, {context.params_bin_size:,} expected"
    elif zlib.crc32(counted) != context.params_bin_crc32:
        yield f"stored {context.params_bin_crc32:#010x}, computed {zlib.crc32(counted):#010x}"


def _sealed(subject: Subject) -> Iterator[str]:
    image = subject.image
    if not image.trailer:
        return
    try:
        seal = Seal.parse(image.trailer, subject.where)
    except IngotError as error:
        yield error.what
        return
    before = subject.content[: len(subject.content) - len(image.trailer)]
    if seal.covered != len(before):
        yield f"covers {seal.covered:,} bytes, {len(before):,} are there"
    elif seal.expected_digest(before) != seal.digest:
        yield "the file is not what was sealed"
    if not image.header["params_offset"] and subject.params is not None:
        whole = seal.params_covered == len(subject.params)
        if seal.params_covered and not (whole and seal.kind.of(subject.params) == seal.params_digest):
            yield "the params are not those that were sealed"


RULES: dict[str, Callable[[Subject], Iterator[str]]] = {
    "flags are known": _flags,
    "sections are in order": _sections,
    "sections are aligned": _alignment,
    "the file is complete": _size,
    "entry points are functions": _entry_points,
    "context fits": _context,
    "pools are of known kinds": _pool_table,
    "pools' params are in the file": _pool_params,
    "epoch-controller blobs are whole": _blobs,
    "pools do not overlap": _pool_overlaps,
    "GOT entries are addresses of the image": _got,
    "relocations are words of the data": _relocations,
    "params have their CRC-32": _params_crc,
    "seal holds": _sealed,
}
