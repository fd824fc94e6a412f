# SPDX-License-Identifier: Apache-2.0
"""The loader of relocatable images on the host: damaged images, and everything that ST's loader installed."""

from __future__ import annotations

import ctypes
import hashlib
import re
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.board import Aliases, Range
from ingot.board.aliases import Alias
from ingot.device.run.model_host import COPY, XIP
from ingot.image.check import check_image
from ingot.image.image import Image, pack_header
from ingot.image.nbin import Flags, PoolAttr, PoolData, PoolDescriptor, PoolType, Segment, address, offset_of
from ingot.image.seal import Digest
from ingot.link import toolchain
from ingot.link.sources import application_extras
from support.firmware import compile_c, needs_gcc
from support.host_library import host_library, needs_cc
from support.images import ALL_KINDS, POOLS_AT, cleared, copied, external, make_image, relocated, sealed
from support.loader import mutate, verdict

pytestmark = needs_cc
PARAMS = bytes(range(200))


def with_header(image: Image, **words: int) -> bytes:
    """The image with other header words, in the file only."""
    header = {**image.header, **words}
    rom = pack_header(image.layout, header) + image.rom[image.layout.size :]
    return replace(image, rom=rom).to_bytes()


def with_data(image: Image, offset: int, word: int) -> Image:
    """The image with another word in its data."""
    return replace(image, data=image.data[:offset] + struct.pack("<I", word) + image.data[offset + 4 :])


@pytest.mark.slow
def test_sound_images_are_installed() -> None:
    image = make_image()
    assert verdict(image.to_bytes()) == ""
    assert verdict(sealed(image.to_bytes()), "sealed") == ""
    assert verdict(sealed(image.to_bytes(), Digest.CRC32), "sealed") == ""
    split = make_image(split=True)
    assert verdict(split.to_bytes(), params=PARAMS) == ""
    assert verdict(sealed(split.to_bytes(), params=PARAMS), "sealed", PARAMS) == ""


def test_an_image_without_params_needs_no_address() -> None:
    assert verdict(make_image([cleared(POOLS_AT, 64)], b"").to_bytes()) == ""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sealed", "resealed", "bare"])
def test_mutations(kind: str) -> None:
    """No crash, no byte out of bounds, nothing written before a refusal; with a seal every mutation is refused."""
    content = make_image().to_bytes()
    found = mutate(content if kind == "bare" else sealed(content), 8000, 1, kind)
    assert found.refused > 6000
    if kind != "sealed":
        assert len(found.codes) > 20
    else:  # the seal comes first: nothing that it covers is told apart
        assert {text for text in found.codes if not re.search("seal|damaged|RAM", text)} == {
            "the image is shorter than its header says",
            "there is no image: it does not start with NBIN",
        }


def test_mutations_of_a_split_image() -> None:
    content = sealed(make_image(split=True).to_bytes(), params=PARAMS)
    assert mutate(content, 4000, 2, "sealed", PARAMS).refused > 3500
    assert mutate(content, 4000, 2, "resealed", PARAMS).refused > 3000


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "seed"), [("sealed", 11), ("resealed", 12), ("bare", 13)])
def test_very_many_mutations(kind: str, seed: int) -> None:
    content = make_image().to_bytes()
    found = mutate(content if kind == "bare" else sealed(content), 100_000, seed, kind)
    assert found.accepted + found.refused == 100_001


@pytest.mark.slow
@settings(max_examples=40)
@given(data=st.data())
def test_one_flipped_bit_of_a_sealed_image_is_refused(data: st.DataObject) -> None:
    content = bytearray(sealed(make_image().to_bytes()))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    assert verdict(bytes(content), "sealed")


# ---- What ST's loader installed without complaint ----


def test_damaged_params() -> None:
    content = bytearray(make_image().to_bytes())
    content[-1] ^= 1
    assert verdict(bytes(content)) == "the params are damaged, or those of another image"


def test_a_wrong_crc_field() -> None:
    image = make_image()
    at = offset_of(image.header["ctx"]) + 13 * 4
    assert verdict(with_data(image, at, 1).to_bytes()) == "the params are damaged, or those of another image"


def test_truncated_params() -> None:
    assert verdict(make_image().to_bytes()[:-8]) == "the params are shorter than the image says"


@pytest.mark.parametrize("target", [0x400F0000, 0x40000002, 0x20000060, 0x50000000, 0x80000000])
def test_a_relocation_outside_the_data(target: int) -> None:
    image = make_image()
    broken = replace(image, relocations=(*image.relocations[:-1], target))
    assert verdict(broken.to_bytes()) == "a relocation is not of a word in the data"


def test_relocations_that_end_before_they_begin() -> None:
    image = make_image()
    start = image.header["rel_start"]
    assert verdict(with_header(image, rel_end=start - 4)) == "the sections are not in their order"


def test_sections_in_another_order() -> None:
    image = make_image()
    start, end = image.header["got_start"], image.header["got_end"]
    assert verdict(with_header(image, got_start=end, got_end=start)) == "the sections are not in their order"


@pytest.mark.parametrize("flags", [Flags(major=7), Flags(minor=1)])
def test_half_of_the_version_is_wrong(flags: Flags) -> None:
    assert verdict(make_image(flags=flags).to_bytes()) == "the image has another format version"


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (Flags(toolchain=9), "the image was made by another compiler family"),
        (Flags(float_abi=1), "the image passes floating-point numbers differently"),
        (Flags(cpu=0xC27), "the image is for another processor"),
        (Flags(debug_info=False), "the image's epoch blocks have another size (LL_ATON_EB_DBG_INFO)"),
        (Flags(reserved=1), "the image has flags that this loader does not know"),
    ],
)
def test_flags_of_another_machine(flags: Flags, why: str) -> None:
    assert verdict(make_image(flags=flags).to_bytes()) == why


def test_a_header_of_the_newer_runtime() -> None:
    assert verdict(make_image(abi="1.1.3").to_bytes()) != ""


def test_a_pool_of_unknown_type() -> None:
    image = make_image()
    table = offset_of(image.header["params_start"])
    pool = image.pools[0]
    broken = with_data(image, table + 4, pool.flags & 0x00FFFFFF | 4 << 24)
    assert verdict(broken.to_bytes()) == "a pool is of a kind that this loader does not know"


def test_a_pool_where_networks_may_not_write() -> None:
    image = make_image([relocated(0, 120), copied(120, 0x31000000, 40)])
    assert verdict(image.to_bytes()) == "a pool is where the network may not write"
    image = make_image([cleared(0xFFFFFF00, 0x200)], b"")
    assert verdict(image.to_bytes()) == "a pool reaches beyond the params or beyond the address space"


def test_a_relative_pool_between_words() -> None:
    image = make_image([relocated(4, 120)], bytes(128))
    assert verdict(image.to_bytes()) == "the relative pool is not at an offset of the params divisible by 8"


@pytest.mark.parametrize("pool", [copied(0, 0x34100000, 40), cleared(0x34100000, 64)])
def test_a_pool_behind_the_cache_in_internal_memory(pool: PoolDescriptor) -> None:
    """Said before the policy's regions are looked at, and by the host."""
    cached = replace(pool, attributes=pool.attributes | PoolAttr.CACHED)
    content = make_image([cached], bytes(40)).to_bytes()
    assert verdict(content) == "a pool behind the NPU cache is in internal memory"
    (broken,) = (finding for finding in check_image(content, "image") if not finding.passed)
    assert broken.rule == "pools behind the NPU cache are external"
    assert broken.detail == "pool pool0 is behind the NPU cache, and 0x34100000 is internal memory"
    outside = replace(cached, dst=POOLS_AT)
    assert verdict(make_image([outside], bytes(40)).to_bytes()) == ""


@pytest.mark.parametrize("pool", [relocated(0, 40), external(PoolData.MIXED, 0, 40)])
def test_a_relative_pool_behind_the_cache(pool: PoolDescriptor) -> None:
    cached = replace(pool, attributes=pool.attributes | PoolAttr.CACHED)
    image = make_image([cached], bytes(40)).to_bytes()
    assert verdict(image) == ""
    assert all(finding.passed for finding in check_image(image, "image"))


def test_pools_that_overlap() -> None:
    image = make_image([cleared(POOLS_AT, 64), cleared(POOLS_AT + 56, 64)], b"")
    assert verdict(image.to_bytes()) == "a pool overlaps the image, its RAM or another pool"


def test_a_got_entry_to_nowhere() -> None:
    image = make_image()
    at = offset_of(image.header["got_start"])
    for word in (0x4, 0xA0000000, address(Segment.RAM, 0xF0000), 0x80100000):
        assert (
            verdict(with_data(image, at, word).to_bytes()) == "an entry of the GOT is outside the image and its pools"
        )


def test_a_relocated_word_to_nowhere() -> None:
    broken = with_data(make_image(), 0, 0x2FFFFFF0)
    assert verdict(broken.to_bytes()) == "a relocated word is outside the image and its pools"


def test_ten_pools() -> None:
    pools = [cleared(POOLS_AT + 64 * i, 64) for i in range(10)]
    assert verdict(make_image(pools[:9], b"").to_bytes()) == ""
    assert (
        verdict(make_image(pools, b"").to_bytes()) == "the table of pools is not inside the data, or has more than nine"
    )


def test_params_of_another_image() -> None:
    split = sealed(make_image(split=True).to_bytes(), params=PARAMS)
    other = PARAMS[:-1] + b"\0"
    assert verdict(split, "sealed", other) == "the params are not those that were sealed with the image"


def test_missing_params() -> None:
    split = make_image(split=True).to_bytes()
    assert verdict(split) == "the params are not in the file, and no address of them was given"


def test_no_seal_where_one_is_asked_for() -> None:
    content = make_image().to_bytes()
    assert verdict(content, "sealed") == "the image has no seal, and this firmware asks for one"


@settings(max_examples=30)
@given(data=st.binary(max_size=300), cut=st.integers(0, 300))
def test_sha256(data: bytes, cut: int) -> None:
    import ctypes

    library = host_library("firmware/runtime/ingot_sha256.c")
    state, digest = ctypes.create_string_buffer(128), ctypes.create_string_buffer(32)
    library.ingot_sha256_start(state)
    for part in (data[:cut], data[cut:]):
        library.ingot_sha256_add(state, part, len(part))
    library.ingot_sha256_end(state, digest)
    assert digest.raw == hashlib.sha256(data).digest()


def test_descriptors_of_the_test_are_of_all_kinds() -> None:
    assert {pool.pool_type for pool in ALL_KINDS} == set(PoolType)
    assert PoolDescriptor.SIZE == 20


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"mode": 3}, "the mode must be either XIP or COPY"),
        ({"mode": 0}, "the mode must be either XIP or COPY"),
        ({"mode": 9}, "the mode must be either XIP or COPY"),
        ({"exec_ram": 0}, "the executable RAM is missing or too small"),
        ({"exec_ram": 0x63000004}, "the executable RAM is not at an address divisible by 8"),
        ({"exec_ram": 0x61000000}, "the executable RAM is not where an image may be installed"),
        ({"exec_ram": 0xFFFFFF00}, "the executable RAM is not where an image may be installed"),
        ({"ext_ram": 0}, "the external RAM is missing or too small"),
        ({"ext_ram": 0x64000004}, "the external RAM is not at an address divisible by 8"),
        ({"ext_ram": 0x61000000}, "the external RAM is not where a network may write, or overlaps something"),
        ({"ext_ram": 0x66000100}, "a pool overlaps the image, its RAM or another pool"),
        ({"params_at": 0x62000004}, "the params are not at an address divisible by 8"),
        ({"params_at": 0x67000000}, "the params are shorter than the image says"),
    ],
)
def test_places_that_do_not_fit(config: dict[str, int], why: str) -> None:
    """ST's loader takes 4-aligned places, sizes mode 3 as XIP and writes it as COPY, and checks no overlap."""
    assert verdict(make_image().to_bytes(), **config) == why


def test_every_refusal_has_its_own_code_and_text() -> None:
    header = (toolchain.ROOT / "firmware" / "runtime" / "ingot_reloc.h").read_text()
    listed = re.findall(r'X\((\w+), "([^"]+)"\)', header)
    assert len(listed) == len({name for name, _ in listed}) == len({text for _, text in listed}) > 45


# ---------------------------------------------------------------- one byte, two addresses

#: As loader_mutations.c has them.
IMAGE_AT, PARAMS_AT, EXEC_AT, EXT_AT, INSTANCE_AT, SPACE = (
    0x61000000,
    0x62000000,
    0x63000000,
    0x64000000,
    0x65000000,
    1 << 24,
)


def view(start: int, target: int, size: int = SPACE) -> Aliases:
    """The addresses from `start` on reach the bytes at `target`."""
    return Aliases((Alias(Range(start, start + size), target),))


@pytest.mark.parametrize(
    ("aliases", "reason"),
    [
        (view(EXEC_AT, IMAGE_AT), "the executable RAM overlaps the image, its params, a pool or the instance"),
        (view(EXEC_AT, PARAMS_AT), "the executable RAM overlaps the image, its params, a pool or the instance"),
        (view(EXEC_AT, INSTANCE_AT), "the executable RAM overlaps the image, its params, a pool or the instance"),
        (view(EXT_AT, IMAGE_AT), "the external RAM is not where a network may write, or overlaps something"),
        (view(EXT_AT, EXEC_AT), "the external RAM is not where a network may write, or overlaps something"),
        (view(POOLS_AT, PARAMS_AT - 0x100), "a pool overlaps the image, its RAM or another pool"),
        (view(POOLS_AT, EXEC_AT - 0x1000), "a pool overlaps the image, its RAM or another pool"),
        (view(POOLS_AT + 0x1000, EXT_AT), "a pool overlaps the image, its RAM or another pool"),
        # The range begins at an alias and goes on behind its end, or begins before one.
        (view(EXEC_AT, IMAGE_AT, 8), "the executable RAM overlaps the image, its params, a pool or the instance"),
        (view(EXEC_AT + 16, IMAGE_AT), "the executable RAM overlaps the image, its params, a pool or the instance"),
    ],
)
def test_an_overlap_by_another_address_is_refused(aliases: Aliases, reason: str) -> None:
    image = make_image(split=True).to_bytes()
    assert verdict(image, params=PARAMS) == ""
    assert verdict(image, params=PARAMS, aliases=aliases) == reason


@pytest.mark.parametrize(
    "aliases", [view(0x71000000, IMAGE_AT), view(0x20000000, 0x30000000), view(EXEC_AT - 16, IMAGE_AT, 16)]
)
def test_an_alias_that_nobody_uses_changes_nothing(aliases: Aliases) -> None:
    assert verdict(make_image(split=True).to_bytes(), params=PARAMS, aliases=aliases) == ""


def test_what_is_allowed_by_one_address_is_allowed_by_the_other() -> None:
    """The policy's regions name 0x6...; the memory is installed to by 0x7..., which the host maps to the same pages."""
    image = make_image().to_bytes()
    exec_view, ext_view = EXEC_AT + 0x10000000, EXT_AT + 0x10000000
    aliases = Aliases((*view(exec_view, EXEC_AT).items, *view(ext_view, EXT_AT).items))
    assert verdict(image, exec_ram=exec_view) == "the executable RAM is not where an image may be installed"
    for mode in (XIP, COPY):
        assert verdict(image, mode=mode, exec_ram=exec_view, aliases=aliases) == ""
        assert verdict(image, mode=mode, ext_ram=ext_view, aliases=aliases) == ""
        assert verdict(image, mode=mode, exec_ram=exec_view, ext_ram=ext_view, aliases=aliases) == ""
    twice = Aliases((*view(exec_view, EXT_AT).items,))
    assert (
        verdict(image, exec_ram=exec_view, aliases=twice) == "the executable RAM is not where an image may be installed"
    )


@pytest.mark.parametrize("mode", [XIP, COPY])
def test_host_and_loader_agree_on_pools(mode: int) -> None:
    """0x6600... again by a second address: the check of the file and the loader refuse the same images."""
    aliases = view(POOLS_AT + 0x2000, POOLS_AT, 0x2000)  # inside the region that pools may use
    for at, overlaps in (
        (0x2000, True),
        (0x207F, True),
        (0x2080, False),
        (0x1FFF, True),
        (0x3FFF, False),
        (0x4000, False),
    ):
        image = make_image([cleared(POOLS_AT, 0x80), cleared(POOLS_AT + at, 8)], b"").to_bytes()
        found = [str(finding) for finding in check_image(image, "image", aliases=aliases) if not finding.passed]
        refused = verdict(image, mode=mode, aliases=aliases)
        assert bool(found) == bool(refused) == overlaps, hex(at)
        if at == 0x2000:
            assert found == [
                "FAILED pools do not overlap: pool0 and pool1 share 8 bytes: 0x66000000-0x6600007F, "
                "0x66002000-0x66002007 (alias of 0x66000000-0x66000007)"
            ]
            assert refused == "a pool overlaps the image, its RAM or another pool"
        assert verdict(image, mode=mode) == "" and all(finding.passed for finding in check_image(image, "image"))


class CRange(ctypes.Structure):
    _fields_ = (("start", ctypes.c_uint32), ("size", ctypes.c_uint32))


words = st.sampled_from([*range(0, 12), *range(0x20000000, 0x2000000C), *range(0xFFFFFFF0, 0xFFFFFFFF)])
two_ranges = st.tuples(words, st.integers(0, 10), words, st.integers(0, 10))


@pytest.mark.slow
@settings(max_examples=400)
@given(two_ranges, st.lists(st.tuples(st.integers(0, 3), st.integers(1, 12)), max_size=2))
def test_host_and_loader_have_the_same_rules(ranges: tuple[int, int, int, int], drawn: list[tuple[int, int]]) -> None:
    """ingot_reloc_alias.c and ingot/board/aliases.py: overlap, and how much of one range is in another."""
    library = host_library("firmware/runtime/ingot_reloc_alias.c", "tests/firmware/fixture/aliases.c")
    library.ingot_reloc_overlap.restype = ctypes.c_bool
    library.ingot_reloc_inside.restype = ctypes.c_uint32
    # Aliases below 12 and from 0x20000000 on, for bytes at 0xFFFFFFF0 or at 0x40000000.
    places = [(0x0, 0xFFFFFFF0), (0x0, 0x40000000), (0x20000000, 0xFFFFFFF0), (0x20000000, 0x40000000)]
    chosen = {places[number][0]: (places[number][1], size) for number, size in drawn}
    aliases = Aliases(tuple(Alias(Range(at, at + size), to) for at, (to, size) in sorted(chosen.items())))
    table = [value for item in aliases.items for value in (*item.addresses, item.alias_of)]
    library.set_aliases(len(aliases.items), (ctypes.c_uint32 * 12)(*table))
    start, size, other, other_size = ranges
    size, other_size = min(size, (1 << 32) - start), min(other_size, (1 << 32) - other)
    one, two = CRange(start, size), CRange(other, other_size)
    here, there = (aliases.bytes_of(Range(r.start, r.start + r.size)) for r in (one, two))
    assert library.ingot_reloc_overlap(one, two) == here.overlaps(there)
    inside = 0
    while inside < size and there.contains(aliases.bytes_of(Range(start + inside, start + inside + 1))):
        inside += 1
    assert library.ingot_reloc_inside(one, two) == inside


@pytest.mark.slow
@needs_gcc
def test_the_loader_is_small(tmp_path: Path) -> None:
    """docs/relocatable.md names the figures: code of the loader alone, and with its texts."""
    from elftools.elf.elffile import ELFFile

    asked = application_extras(toolchain.ROOT / "firmware" / "apps" / "model_host")
    code = {}
    for name in (
        source for source in asked["sources"] if source.startswith("firmware/runtime/") and "ed25519" not in source
    ):
        target = compile_c(toolchain.ROOT / name, tmp_path / f"{Path(name).stem}.o", asked["defines"])
        with open(target, "rb") as file:
            sections = ELFFile(file).iter_sections()
            code[target.stem] = sum(section["sh_size"] for section in sections if section["sh_flags"] & 2)
    texts = code.pop("ingot_reloc_text")
    assert sum(code.values()) < 7600
    assert texts < 3700
