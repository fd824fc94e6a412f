# SPDX-License-Identifier: Apache-2.0
"""The proof, at its edges: each case is a firmware or a network that is wrong by as little as one byte."""

from __future__ import annotations

import random
import re
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from ingot.base.errors import IngotError
from ingot.board import Board, Mpool, Range, twin_of, twin_pools
from ingot.link.check import check
from ingot.link.claims import PlacedImage
from ingot.link.elf import read_elf
from ingot.link.hexfile import flash_images
from ingot.link.memory_map import MemoryMap, memory_map_text
from ingot.network.types import Initializer, Network, NetworkBuffer, NetworkPool
from support.boards import BIT_28, HYPER, KIB, OCTO, RAM, small_board, small_data, small_network, small_pools
from support.elf_builder import ALLOC, EXEC, NOBITS, PROGBITS, WRITE, R, Section, Segment, W, build_elf

LOAD = 0x34000400
RAM_END = 0x34010000  # where the pool begins
WEIGHTS = bytes(range(200)) * 10


def code(size: int = 64, stack: int = LOAD + 0x1000, reset: int = LOAD + 9) -> bytes:
    """A vector table and code."""
    return stack.to_bytes(4, "little") + reset.to_bytes(4, "little") + bytes(size - 8)


@dataclass
class Case:
    """A firmware, a network and a board that fit; tests change one thing."""

    folder: Path
    board: Board
    mpool: Mpool = field(default_factory=small_pools)
    segments: list[Segment] = field(
        default_factory=lambda: [
            Segment(LOAD, code()),
            Segment(LOAD + 64, b"data1234", flags=R | W),
            Segment(LOAD + 72, memory_size=0x1000 - 72, flags=R | W),
        ]
    )
    sections: list[Section] = field(
        default_factory=lambda: [
            Section(".isr_vector", LOAD, 8),
            Section(".text", LOAD + 8, 56, PROGBITS, ALLOC | EXEC),
            Section(".data", LOAD + 64, 8, PROGBITS, ALLOC | WRITE),
            Section(".bss", LOAD + 72, 0x1000 - 72, NOBITS, ALLOC | WRITE),
        ]
    )
    symbols: dict[str, int] = field(default_factory=lambda: {"_sdata": LOAD + 64, "_edata": LOAD + 72})
    network: Network = field(
        default_factory=lambda: small_network(
            pools=(
                NetworkPool("ram", "RAM", RAM.base, RAM.size, 3000, "ACC_WRITE"),
                NetworkPool("octo", "OCTO", OCTO.base, OCTO.size, len(WEIGHTS), "ACC_READ"),
            ),
            buffers=(NetworkBuffer("image", "ram", 0, 3000, (3000,), "int8", "input", (0, 1)),),
            initializers=(
                Initializer("octo", "network_atonbuf.OCTO.raw", OCTO.base, len(WEIGHTS), zlib.crc32(WEIGHTS)),
            ),
        )
    )
    weights: bytes = WEIGHTS
    images: tuple[PlacedImage, ...] = ()

    def run(self) -> MemoryMap:
        elf = self.folder / "firmware.elf"
        elf.write_bytes(build_elf(self.segments, self.sections, self.symbols, entry=LOAD + 9))
        (self.folder / "network_atonbuf.OCTO.raw").write_bytes(self.weights)
        return check(self.board, self.mpool, self.network, elf, self.folder, self.images)

    def refusal(self) -> str:
        with pytest.raises(IngotError) as caught:
            self.run()
        return str(caught.value).replace(str(self.folder) + "/", "")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path, small_board(tmp_path))


def bss_until(case: Case, end: int) -> None:
    """Lets .bss end at that address."""
    case.segments[2].memory_size = end - case.segments[2].address
    case.sections[3].size = end - case.sections[3].address


def test_a_good_firmware(case: Case) -> None:
    result = case.run()
    assert result.application == Range(LOAD, RAM_END)
    assert result.application_used == 0x1000
    assert result.application_free == RAM_END - LOAD - 0x1000
    assert result.extra == (("psram", Range(0x90080000, 0x90100000), 0),)
    assert [(claim.name, claim.range.start, claim.used_size) for claim in result.claims] == [
        ("boot header", 0x34000000, 1024),
        ("section '.isr_vector'", LOAD, 8),
        ("section '.text'", LOAD + 8, 56),
        ("section '.data'", LOAD + 64, 8),
        ("section '.bss'", LOAD + 72, 0x1000 - 72),
        ("pool 'ram'", RAM.base, 3000),
        ("slot 'application'", 0x70000000, 1024 + 72),
        ("pool 'octo'", OCTO.base, 2000),
        ("slot 'network'", 0x70080000, 0),
        ("pool 'hyper'", HYPER.base, 0),
    ]


def test_to_the_last_byte(case: Case) -> None:
    bss_until(case, RAM_END)
    assert case.run().application_free == 0


def test_one_byte_into_the_pool(case: Case) -> None:
    bss_until(case, RAM_END + 1)
    assert case.refusal() == (
        "firmware.elf: section '.bss' 0x34000448-0x34010000 and pool 'ram' 0x34010000-0x3401FFFF "
        "overlap by 1 bytes (0x34010000-0x34010000)\n"
        "  Move or shrink one of them: firmware.elf or small.mpool."
    )


def test_a_segment_without_sections_counts(case: Case) -> None:
    """A stripped file, or bytes that no section covers, such as the ELF headers."""
    case.sections.clear()
    assert case.run().application_used == 0x1000
    case.segments[2].memory_size = RAM_END + 16 - case.segments[2].address
    assert "segment 2 0x34000448-0x3401000F and pool 'ram'" in case.refusal()


def test_a_gap_inside_a_segment_counts(case: Case) -> None:
    """The loader clears the whole segment, also what lies between its sections."""
    case.mpool = small_pools(replace(RAM, size=32 * KIB), HYPER, OCTO)
    case.segments[2].memory_size = 0x34019000 - case.segments[2].address
    case.sections.append(Section(".far", 0x34018000, 0x1000, NOBITS, ALLOC | WRITE))
    assert "padding in segment 2 0x34001400-0x34017FFF and pool 'ram'" in case.refusal()


def test_a_section_without_a_segment_counts(case: Case) -> None:
    case.sections.append(Section(".frames", 0x34010000, 4, NOBITS, ALLOC | WRITE))
    assert "section '.frames' 0x34010000-0x34010003 and pool 'ram' 0x34010000-0x3401FFFF overlap" in case.refusal()


def test_the_boot_header_is_taken(case: Case) -> None:
    case.segments.append(Segment(0x34000000, bytes(0x400)))
    assert "overlap" in case.refusal() and "boot header 0x34000000-0x340003FF" in case.refusal()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (0x24000000, "section '.x' 0x24000000-0x24000003 starts where board 'small' has no memory"),
        (0x900FFFFE, "ends 2 bytes past the end of 'psram' 0x90000000-0x900FFFFF"),
        (0x34020000, "takes bytes of 'cache' 0x34020000-0x34023FFF, which the application may not own"),
        (0x34024000, "takes bytes of 'secret' 0x34024000-0x34027FFF, which the application may not own"),
        (0x34010000, "overlap by 4 bytes"),
    ],
)
def test_memory_that_is_not_the_applications(case: Case, address: int, words: str) -> None:
    case.sections.append(Section(".x", address, 4, NOBITS, ALLOC | WRITE))
    case.segments.append(Segment(address, memory_size=4, flags=R | W))
    assert words in case.refusal()


def test_an_unused_pool_conflicts_with_nothing(case: Case) -> None:
    """ST's pool files list every memory of a board; the application has what the network leaves."""
    case.sections.append(Section(".lcd", 0x90000000, 4, NOBITS, ALLOC | WRITE))
    case.segments.append(Segment(0x90000000, memory_size=4, flags=R | W))
    case.run()
    used = NetworkPool("hyper", "HYPER", HYPER.base, HYPER.size, 1, "ACC_WRITE")
    case.network = replace(case.network, pools=(*case.network.pools, used))
    assert "section '.lcd' 0x90000000-0x90000003" in case.refusal() and "pool 'hyper'" in case.refusal()


def test_sections_that_take_no_memory_are_ignored(case: Case) -> None:
    case.sections.append(Section(".debug_info", 0, 1 << 20, PROGBITS, 0))
    case.sections.append(Section(".empty", 0x34010000, 0, NOBITS, ALLOC))
    case.segments.append(Segment(0, memory_size=0))
    case.run()


def test_bytes_for_memory_that_nothing_fills(case: Case) -> None:
    case.segments.append(Segment(0x90080000, b"1234", flags=R | W))
    case.sections.append(Section(".frames", 0x90080000, 4, PROGBITS, ALLOC | WRITE))
    assert "section '.frames' has bytes to be loaded to 0x90080000-0x90080003, outside 'sram'" in case.refusal()


def test_initial_values_that_nothing_copies(case: Case) -> None:
    case.segments.append(Segment(LOAD + 0x2000, b"1234", load=LOAD + 0x3000, flags=R | W))
    case.sections.append(Section(".mine", LOAD + 0x2000, 4, PROGBITS, ALLOC | WRITE))
    assert (
        "section '.mine' 0x34002400-0x34002403 has initial values (at 0x34003400-0x34003403) that nothing copies"
        in (case.refusal())
    )
    case.symbols = {"_sdata": LOAD + 0x2000, "_edata": LOAD + 0x2004}
    assert "initial values of section '.mine'" in {claim.name for claim in case.run().claims}


def test_load_images_have_owners_too(case: Case) -> None:
    case.segments.append(Segment(LOAD + 0x2000, b"1234", load=LOAD + 4, flags=R | W))
    case.sections.append(Section(".data2", LOAD + 0x2000, 4, PROGBITS, ALLOC | WRITE))
    assert (
        "section '.isr_vector' 0x34000400-0x34000407 and initial values of section '.data2' 0x34000404-0x34000407 "
        "overlap by 4 bytes"
    ) in case.refusal()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (code(reset=LOAD + 8), "the reset vector 0x34000408 does not lead to code"),  # not Thumb
        (code(reset=0x34008001), "the reset vector 0x34008001 does not lead to code"),
        (code(reset=LOAD + 73), "the reset vector 0x34000449 does not lead to code"),  # into .bss
        (code(stack=0x20000000), "the first stack pointer 0x20000000 is not the end of memory of this firmware"),
    ],
)
def test_vectors(case: Case, content: bytes, words: str) -> None:
    case.segments[0].data = content
    assert words in case.refusal()


def test_no_vector_table(case: Case) -> None:
    case.segments[0] = Segment(LOAD + 8, code()[8:])
    case.sections[0].address = LOAD + 0x1000
    assert "there is no vector table at the load address 0x34000400" in case.refusal()


def test_the_binary_fits_its_slot(case: Case) -> None:
    data = small_data()
    data["flash"]["slots"][0]["size"] = "1096 B"  # header and 72 bytes
    case.board = small_board(case.folder, data)
    case.run()
    data["flash"]["slots"][0]["size"] = "1095 B"
    case.board = small_board(case.folder, data)
    assert (
        "signed application has 1,096 bytes, 1 more than flash slot 'application' 0x70000000-0x70000446"
    ) in case.refusal()


def test_images_in_slots(case: Case) -> None:
    image = case.folder / "network_rel.bin"
    image.write_bytes(bytes(256 * KIB))
    case.images = (PlacedImage("network", image),)
    assert [c.used for c in case.run().claims if c.name == "slot 'network'"] == [256 * KIB]
    image.write_bytes(bytes(256 * KIB + 1))
    assert "image network_rel.bin has 262,145 bytes, 1 more than flash slot 'network'" in case.refusal()
    case.images = (PlacedImage("params", image),)
    assert "there is no flash slot 'params' for network_rel.bin" in case.refusal()


def test_the_raw_file_is_the_networks(case: Case) -> None:
    case.weights = WEIGHTS + b"\0"
    assert case.refusal() == (
        "network_atonbuf.OCTO.raw: the file has 2,001 bytes, the network expects 2,000\n"
        "  It belongs to another network; compile again."
    )
    case.weights = WEIGHTS[:-1] + b"\0"
    assert re.search(r"the file's CRC-32 is [0-9a-f]{8}, the network expects [0-9a-f]{8}", case.refusal())


def test_weights_larger_than_their_pool(case: Case) -> None:
    case.mpool = small_pools(RAM, HYPER, replace(OCTO, size=2000))
    case.network = replace(case.network, pools=case.network.pools[:1])
    case.run()
    case.mpool = small_pools(RAM, HYPER, replace(OCTO, size=1999))
    assert case.refusal() == (
        "small.mpool: weights network_atonbuf.OCTO.raw 0x70010000-0x700107CF reaches 1 bytes outside "
        "pool 'octo' 0x70010000-0x700107CE\n"
        "  Enlarge the pool to at least 2,000 B."
    )


def test_weights_for_a_pool_that_is_gone(case: Case) -> None:
    case.mpool = small_pools(RAM, HYPER, replace(OCTO, size=0))
    case.network = replace(case.network, pools=case.network.pools[:1])
    assert "network_atonbuf.OCTO.raw is for pool 'octo', which small.mpool does not have or disables" in case.refusal()


def test_weights_and_activations_in_one_pool(case: Case) -> None:
    """Weights in RAM: the network must not compute over them."""
    item = replace(case.network.initializers[0], pool="ram", address=RAM.base + 3000)
    case.network = replace(case.network, initializers=(item,))
    case.run()
    case.network = replace(case.network, initializers=(replace(item, address=RAM.base + 2999),))
    assert "buffer 'image' 0x34010000-0x34010BB7 and weights network_atonbuf.OCTO.raw" in case.refusal()


def test_two_initializers_on_one_place(case: Case) -> None:
    (first,) = case.network.initializers
    second = replace(first, address=OCTO.base + 1999)
    case.network = replace(case.network, initializers=(first, second))
    assert "overlap by 1 bytes (0x700107CF-0x700107CF)" in case.refusal()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "sram9"}, "the network uses pool 'sram9', which small.mpool does not have"),
        ({"base": 0x34014000}, "the network has pool 'ram' at 0x34014000, small.mpool at 0x34010000"),
        ({"used": 65537}, "the network uses 65,537 bytes of pool 'ram', which has 65,536"),
    ],
)
def test_a_network_made_for_other_pools(case: Case, change: dict[str, Any], words: str) -> None:
    pool, *others = case.network.pools
    case.network = replace(case.network, pools=(replace(pool, **change), *others), buffers=())
    assert words in case.refusal()


@pytest.mark.parametrize(("offset", "size"), [(65533, 4), (-1, 4), (0, 65537)])
def test_a_buffer_outside_its_pool(case: Case, offset: int, size: int) -> None:
    buffer = NetworkBuffer("late", "ram", offset, size, (size,), "int8", "activation", (0, 0))
    case.network = replace(case.network, buffers=(buffer,))
    assert "buffer 'late'" in case.refusal() and "is outside pool 'ram' of 65,536 bytes" in case.refusal()


def test_a_buffer_in_no_pool(case: Case) -> None:
    buffer = NetworkBuffer("lost", "nowhere", 0, 4, (4,), "int8", "activation", (0, 0))
    case.network = replace(case.network, buffers=(buffer,))
    assert "in pool 'nowhere', which the network does not have" in case.refusal()


def test_virtual_pools_are_not_counted_twice(case: Case) -> None:
    virtual = NetworkPool("ram_more", "", RAM.base, 2 * RAM.size, 100_000, "ACC_WRITE", subpools=("ram", "more"))
    case.network = replace(case.network, pools=(*case.network.pools, virtual))
    assert [c.used for c in case.run().claims if c.name == "pool 'ram'"] == [3000]


def test_wrong_pools_are_refused_whatever_the_firmware(case: Case) -> None:
    case.mpool = small_pools(RAM, replace(HYPER, size=2 << 20), OCTO)
    assert "ends 1,048,576 bytes past the end of 'psram'" in case.refusal()


def test_the_twins_boot_stub(case: Case, tmp_path: Path) -> None:
    board = case.board
    case.board = twin_of(board)
    case.mpool = twin_pools(board, case.board, case.mpool)
    move = LOAD - case.board.load_address
    case.segments[0].data = code(stack=LOAD + 0x1000 - move, reset=LOAD + 9 - move)
    for item in [*case.segments, *case.sections]:
        item.address -= move
    case.symbols = {}
    ram, octo = case.network.pools
    case.network = replace(case.network, pools=(replace(ram, base=ram.base - move if ram.base else None), octo))
    case.segments.append(Segment(0, bytes(8), flags=R))
    case.sections.append(Section(".boot_stub", 0, 8))
    case.run()
    case.segments[-1].memory_size = case.sections[-1].size = 1025
    assert (
        "section '.boot_stub' 0x00000000-0x00000400 (alias of 0x10000000-0x10000400) starts where board 'small' has no "
        "memory" in case.refusal()
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a readable ELF file"),
        (b"\x7fELF", "not a readable ELF file"),
        (build_elf([], machine=62), "not a program for a 32-bit Arm core"),
        (build_elf([], kind=1), "not a linked program"),
    ],
)
def test_files_that_are_no_firmware(case: Case, content: bytes, words: str) -> None:
    case.run()
    elf = case.folder / "firmware.elf"
    elf.write_bytes(content)
    with pytest.raises(IngotError, match=words):
        check(case.board, case.mpool, case.network, elf, case.folder)


def test_missing_files(case: Case) -> None:
    case.run()
    (case.folder / "network_atonbuf.OCTO.raw").unlink()
    with pytest.raises(IngotError, match=r"cannot read the file: No such file"):
        check(case.board, case.mpool, case.network, case.folder / "firmware.elf", case.folder)
    with pytest.raises(IngotError, match=r"cannot read the file: No such file"):
        check(case.board, case.mpool, case.network, case.folder / "none.elf", case.folder)


def test_a_segment_that_is_cut_off(case: Case) -> None:
    case.run()
    elf = case.folder / "firmware.elf"
    content = bytearray(elf.read_bytes())
    content[52 + 16 : 52 + 20] = (1 << 20).to_bytes(4, "little")  # p_filesz of segment 0
    content[52 + 20 : 52 + 24] = (1 << 20).to_bytes(4, "little")
    elf.write_bytes(content)
    with pytest.raises(IngotError, match="segment 0 is cut off"):
        check(case.board, case.mpool, case.network, elf, case.folder)


def test_damaged_firmware_is_one_message(case: Case) -> None:
    """150 truncations and flipped bits of an ELF file: proven, or an IngotError."""
    case.run()
    elf = case.folder / "firmware.elf"
    good = elf.read_bytes()
    dice = random.Random(11)
    refused = 0
    for _ in range(150):
        data = bytearray(good)
        place = dice.randrange(len(data))
        if dice.random() < 0.3:
            del data[place:]
        else:
            data[place] ^= 1 << dice.randrange(8)
        elf.write_bytes(data)
        try:
            check(case.board, case.mpool, case.network, elf, case.folder)
        except IngotError as error:
            assert error.what and error.where
            refused += 1
    assert refused > 60


# ---------------------------------------------------------------- firmware of other linker scripts


def as_st_links(case: Case, stack: int = 0x1000, heap: int = 0x200) -> Case:
    """Stack and heap by symbols alone: the stack at the end of the RAM, where a pool begins, the heap behind .bss."""
    bss_end = LOAD + 0x1000
    case.segments[0].data = code(stack=RAM_END)
    case.sections.append(Section("._user_heap_stack", bss_end, heap + stack, NOBITS, ALLOC | WRITE))
    case.segments.append(Segment(bss_end, memory_size=heap + stack, flags=R | W))
    case.symbols |= {"_estack": RAM_END, "_sstack": RAM_END - stack, "end": bss_end}
    case.symbols |= {"_Min_Stack_Size": stack, "_Min_Heap_Size": heap}
    return case


def room(case: Case, name: str) -> Range:
    return next(claim.range for claim in case.run().claims if claim.name == name)


def test_the_stack_may_end_where_a_pool_begins(case: Case) -> None:
    as_st_links(case)
    assert room(case, "stack") == Range(RAM_END - 0x1000, RAM_END)
    assert room(case, "heap") == Range(LOAD + 0x1000, LOAD + 0x1200)
    assert "application: stack" in memory_map_text(case.run())


def test_the_reservation_for_the_stack_is_no_owner_beside_the_stack(case: Case) -> None:
    """RAM that is nearly full: ST's ._user_heap_stack reaches into the stack that it stands for."""
    as_st_links(case, stack=RAM_END - LOAD - 0x1300)
    assert (room(case, "stack").start, room(case, "heap").end) == (LOAD + 0x1300, LOAD + 0x1200)
    case.symbols["_Min_Heap_Size"] = 0x308
    assert "stack 0x34001700-0x3400FFFF" in case.refusal() and "heap 0x34001400-0x34001707" in case.refusal()


def test_a_stack_that_reaches_into_a_pool(case: Case) -> None:
    as_st_links(case)
    case.segments[0].data = code(stack=RAM_END + 8)
    assert case.refusal().splitlines()[0] == (
        "firmware.elf: stack 0x3400F000-0x34010007 and pool 'ram' 0x34010000-0x3401FFFF overlap by 8 bytes "
        "(0x34010000-0x34010007)"
    )


def test_a_stack_of_unknown_size_is_judged_by_the_bytes_below_it(case: Case) -> None:
    case.segments[0].data = code(stack=RAM_END)
    assert room(case, "stack") == Range(RAM_END - 8, RAM_END)
    case.segments[0].data = code(stack=RAM_END + 4)
    assert "stack 0x3400FFFC-0x34010003 and pool 'ram'" in case.refusal()


@pytest.mark.parametrize(
    "symbols",
    [
        {"end": LOAD + 0x1000, "__HeapLimit": RAM_END + 16},
        {"_sheap": LOAD + 0x1000, "_eheap": RAM_END + 16, "end": 4},
        {"_end": RAM_END - 0x100, "_Min_Heap_Size": 0x110},
    ],
)
def test_a_heap_that_grows_into_a_pool(case: Case, symbols: dict[str, int]) -> None:
    case.symbols |= symbols
    message = case.refusal()
    assert "heap 0x3400" in message and "-0x3401000F and pool 'ram' 0x34010000-0x3401FFFF overlap by 16" in message


def with_headers(case: Case, section: int) -> Case:
    """The linker puts the file's headers into the first segment, in front of the first section."""
    first = case.segments[0]
    case.segments[0] = Segment(LOAD - section, bytes(section) + first.data, from_headers=True)
    return case


def test_the_files_headers_are_no_code(case: Case) -> None:
    """They lie where the boot header is; what is flashed begins with the first section."""
    with_headers(case, 0x400)
    claims = {claim.name: claim for claim in case.run().claims}
    assert claims["boot header"].range == Range(0x34000000, LOAD)
    assert not [name for name in claims if name.startswith("segment")]
    (first, *_) = read_elf(case.folder / "firmware.elf").pieces
    assert (first.address, first.data) == (LOAD, case.segments[0].data[0x400:])


def test_a_section_in_front_of_the_load_address_is_not_taken_for_headers(case: Case) -> None:
    with_headers(case, 0x400)
    case.sections.append(Section(".early", 0x34000100, 16))
    assert "boot header 0x34000000-0x340003FF and section '.early' 0x34000100-0x3400010F" in case.refusal()


# ---------------------------------------------------------------- one byte, two addresses

OTHER_RAM = replace(RAM, base=0x24010000)  # the same bytes by the other view


@pytest.fixture
def views(tmp_path: Path) -> Case:
    return Case(tmp_path, small_board(tmp_path, {**small_data(), "aliases": BIT_28}))


def with_lcd(case: Case, address: int, size: int = 64) -> Case:
    """With a section of its own there."""
    case.segments.append(Segment(address, memory_size=size, flags=R | W))
    case.sections.append(Section(".lcd", address, size, NOBITS, ALLOC | WRITE))
    return case


def test_a_section_on_a_pool_by_the_other_view(views: Case) -> None:
    assert with_lcd(views, 0x24010000).refusal() == (
        "firmware.elf: section '.lcd' 0x24010000-0x2401003F (alias of 0x34010000-0x3401003F) and "
        "pool 'ram' 0x34010000-0x3401FFFF overlap by 64 bytes (0x34010000-0x3401003F)\n"
        "  Move or shrink one of them: firmware.elf or small.mpool."
    )


def test_a_section_on_a_pool_that_has_the_other_view(views: Case) -> None:
    views.mpool = small_pools(OTHER_RAM, HYPER, OCTO)
    bss_until(views, RAM_END + 1)
    assert views.refusal() == (
        "firmware.elf: section '.bss' 0x34000448-0x34010000 and pool 'ram' 0x24010000-0x2401FFFF "
        "(alias of 0x34010000-0x3401FFFF) overlap by 1 bytes (0x34010000-0x34010000)\n"
        "  Move or shrink one of them: firmware.elf or small.mpool."
    )


def test_a_section_on_another_section_by_the_other_view(views: Case) -> None:
    refusal = with_lcd(views, 0x240013FF, 2).refusal()
    assert "section '.bss'" in refusal and "section '.lcd' 0x240013FF-0x24001400 (alias of" in refusal
    assert "overlap by 1 bytes (0x340013FF-0x340013FF)" in refusal


def test_free_memory_by_the_other_view_is_the_application_s(views: Case) -> None:
    result = with_lcd(views, 0x24002000).run()
    assert result.application_used == 0x1000 + 64
    text = re.sub(" +", " ", memory_map_text(result))
    assert "0x24002000-0x2400203F 64 64 application: section '.lcd' (alias of 0x34002000-" in text
    assert "0x34002040-0x3400FFFF 57,280 0 free" in text
    assert text.index("section '.bss'") < text.index("section '.lcd'") < text.index("pool 'ram'")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (0x2401FFFF, "section '.lcd' 0x2401FFFF-0x2402003E (alias of 0x3401FFFF-0x3402003E) takes bytes of 'cache'"),
        (0x24027FFF, "section '.lcd' 0x24027FFF-0x2402803E (alias of 0x34027FFF-0x3402803E) ends 63 bytes past"),
        (0x2FFFFFFF, "section '.lcd' 0x2FFFFFFF-0x3000003E (alias of 0x30000000-0x3000003E and 0x3FFFFFFF-"),
        (0x33FFFFFF, "section '.lcd' 0x33FFFFFF-0x3400003E starts where board 'small' has no memory"),
    ],
)
def test_sections_across_an_end(views: Case, address: int, words: str) -> None:
    assert words in with_lcd(views, address).refusal()


def test_the_network_by_one_view_and_the_pools_by_the_other(views: Case) -> None:
    """A `.mpool` may have changed its view since: the bytes are the same, so nothing is to be compiled again."""
    views.mpool = small_pools(OTHER_RAM, HYPER, OCTO)
    (claim,) = [claim for claim in views.run().claims if claim.name == "pool 'ram'"]
    assert claim.range == Range(0x24010000, 0x24020000) and claim.used_size == 3000
    views.mpool = small_pools(replace(OTHER_RAM, base=0x24010008), HYPER, OCTO)
    assert "the network has pool 'ram' at 0x34010000, small.mpool at 0x24010008" in views.refusal()


def test_without_aliases_these_are_different_bytes(case: Case) -> None:
    """As on STM32H747: 0x24000000 is a memory of its own."""
    data = small_data()
    data["memories"].append(
        {"name": "axiram", "kind": "ram", "base": 0x24000000, "size": "128 KiB", "owners": ["application"]}
    )
    case.board = small_board(case.folder, data)
    result = with_lcd(case, 0x24010000).run()
    assert ("axiram", Range(0x24000000, 0x24020000), 64) in result.extra


def test_a_firmware_linked_by_the_other_view(views: Case) -> None:
    """A non-secure firmware is linked to 0x24000400: the same bytes as the board's 0x34000400."""
    shift = -0x10000000
    views.segments = [replace(s, address=s.address + shift) for s in views.segments]
    views.sections = [replace(s, address=s.address + shift) for s in views.sections]
    views.segments[0] = replace(views.segments[0], data=code(stack=LOAD + 0x1000 + shift, reset=LOAD + 9 + shift))
    views.symbols = {name: value + shift for name, value in views.symbols.items()}
    assert views.run().application_used == 0x1000
    (image,) = flash_images(views.board, read_elf(views.folder / "firmware.elf"))
    assert image.address == 0x70000400 and len(image.data) == 72
