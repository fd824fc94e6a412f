# SPDX-License-Identifier: Apache-2.0
"""Aliases against a model that names each byte; and the facts about chips and machines that the product ships."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import Aliases, PhysicalBytes, Pool, Range, check_pools, find_board, load_board, twin_of
from ingot.board.aliases import Alias
from ingot.board.application import application_memory
from ingot.board.fit import load_pools
from support.boards import BIT_28, KIB, RAM, small_board, small_data, small_pools

ranges = st.builds(lambda start, size: Range(start, start + size), st.integers(0, 40), st.integers(0, 14))
careful = settings(max_examples=150)


@st.composite
def some_aliases(draw: st.DrawFn) -> Aliases:
    """0 to 3 aliases below 40; what they stand for is from 40 on, perhaps the same bytes."""
    cuts = sorted(draw(st.lists(st.integers(0, 40), min_size=6, max_size=6, unique=True)))
    pairs = [Range(cuts[i], cuts[i + 1]) for i in (0, 2, 4)]
    chosen = pairs[: draw(st.integers(0, 3))]
    return Aliases(tuple(Alias(pair, draw(st.integers(40, 60))) for pair in chosen))


def model(aliases: Aliases, *items: Range) -> set[int]:
    return {aliases.physical_address(address) for item in items for address in range(item.start, item.end)}


def addresses(pieces: tuple[Range, ...]) -> set[int]:
    return {address for piece in pieces for address in range(piece.start, piece.end)}


@careful
@given(some_aliases(), ranges, ranges)
def test_two_ranges(aliases: Aliases, a: Range, b: Range) -> None:
    here, there = aliases.bytes_of(a), aliases.bytes_of(b)
    assert addresses(here.pieces) == model(aliases, a) and here.size == len(model(aliases, a))
    assert here.overlaps(there) == bool(model(aliases, a) & model(aliases, b))
    assert addresses(here.common(there).pieces) == model(aliases, a) & model(aliases, b)
    assert here.contains(there) == (model(aliases, b) <= model(aliases, a))


@careful
@given(some_aliases(), ranges, st.lists(ranges, max_size=5))
def test_cutting(aliases: Aliases, whole: Range, taken: list[Range]) -> None:
    left = aliases.without(whole, taken)
    bytes_taken = model(aliases, *taken)
    kept = {a for a in range(whole.start, whole.end) if aliases.physical_address(a) not in bytes_taken}
    assert addresses(tuple(left)) == kept
    assert aliases.union(taken).size == len(bytes_taken)


@careful
@given(some_aliases(), st.lists(ranges, max_size=5))
def test_the_first_overlap(aliases: Aliases, items: list[Range]) -> None:
    apart = sum(len(model(aliases, item)) for item in items) == len(model(aliases, *items))
    found = aliases.first_overlap(items, lambda item: item)
    assert (found is None) == apart
    if found is not None:
        assert aliases.bytes_of(found[0]).overlaps(aliases.bytes_of(found[1]))


def test_a_range_across_the_end_of_an_alias_is_two_pieces() -> None:
    aliases = Aliases((Alias(Range(0x20000000, 0x30000000), 0x30000000),))
    across = aliases.bytes_of(Range(0x2FFFFFF0, 0x30000010))
    assert across == PhysicalBytes((Range(0x30000000, 0x30000010), Range(0x3FFFFFF0, 0x40000000)))
    assert aliases.text(Range(0x2FFFFFF0, 0x30000010)) == (
        "0x2FFFFFF0-0x3000000F (alias of 0x30000000-0x3000000F and 0x3FFFFFF0-0x3FFFFFFF)"
    )
    assert across.overlaps(aliases.bytes_of(Range(0x3FFFFFFF, 0x40000000)))
    assert not across.overlaps(aliases.bytes_of(Range(0x30000010, 0x30000020)))


def test_text() -> None:
    aliases = Aliases((Alias(Range(0x20000000, 0x30000000), 0x30000000),))
    assert aliases.text(Range(0x24000000, 0x24000010)) == "0x24000000-0x2400000F (alias of 0x34000000-0x3400000F)"
    assert aliases.text(Range(0x34000000, 0x34000010)) == "0x34000000-0x3400000F"
    assert aliases.text(Range(0x24000000, 0x24000000)) == "0x24000000 (empty)"


@pytest.mark.parametrize("name", ["n6dk", "nucleo-n657"])
def test_stm32n6(name: str) -> None:
    """Internal memory and TCM have two views; external memory has one."""
    board = load_board(find_board(name, ROOT / "boards"))
    views = {0x24000000: 0x34000000, 0x243BFFFF: 0x343BFFFF, 0x00000000: 0x10000000, 0x20000000: 0x30000000}
    for address, byte in views.items():
        assert board.aliases.physical_address(address) == byte == board.aliases.physical_address(byte)
    for address in (0x70380000, 0x60380000, 0x80000000, 0x90000000, 0x40000000):
        assert board.aliases.physical_address(address) == address
    assert board.region_at(0x24100000) == board.region_at(0x34100000)
    assert board.own_address(0x24100004) == 0x34100004


def test_stm32h747_has_no_aliases() -> None:
    """0x24000000 is AXI RAM there, 0x34000000 nothing."""
    board = load_board(find_board("h747-disco", ROOT / "boards"))
    assert not board.aliases.items and not twin_of(board).aliases.items
    assert board.aliases.physical_address(0x24000000) == 0x24000000
    assert board.region_at(0x34000000) is None
    load_pools(board)


def test_the_twin_has_the_aliases_of_its_machine(tmp_path: Path) -> None:
    twin = twin_of(small_board(tmp_path))
    assert twin.region_at(0x21000000) == twin.region_at(0x31000000) is not None
    assert twin.region_at(0x34000000) is None
    assert twin.bytes_of(Range(0x60000000, 0x60000010)) != twin.bytes_of(Range(0x70000000, 0x70000010))


# ---------------------------------------------------------------- pools by another view

OTHER = replace(RAM, base=0x24010000)  # the same bytes


def test_a_pool_by_the_other_view_is_the_same(tmp_path: Path) -> None:
    board = small_board(tmp_path, {**small_data(), "aliases": BIT_28})
    check_pools(board, small_pools(OTHER))
    same, other = (application_memory(board, small_pools(pool)) for pool in (RAM, OTHER))
    assert same == other and same.data == Range(0x34000400, 0x34010000)


@pytest.mark.parametrize(
    ("pool", "message"),
    [
        (
            replace(OTHER, name="more", fname="MORE", base=0x2401F000, size=KIB),
            "pool 'ram' 0x34010000-0x3401FFFF overlaps pool 'more' 0x2401F000-0x2401F3FF "
            "(alias of 0x3401F000-0x3401F3FF) by 1,024 bytes\n"
            "  Change the offset or the size of one of them ('ram' is at small.mpool).",
        ),
        (
            Pool("more", "MORE", 0x24023000, 16 * KIB),
            "pool 'more' 0x24023000-0x24026FFF (alias of 0x34023000-0x34026FFF) takes bytes of 'secret' "
            "0x34024000-0x34027FFF, which no network may own\n"
            "  Move or shrink the pool, or add network to the owners of 'secret' in board.yaml.",
        ),
        (
            Pool("more", "MORE", 0x24020000, 64 * KIB),
            "pool 'more' 0x24020000-0x2402FFFF (alias of 0x34020000-0x3402FFFF) ends 32,768 bytes past the end of "
            "'sram' 0x34000000-0x34027FFF\n"
            "  Set its size to at most 32 KiB, or correct the memory's size in board.yaml.",
        ),
    ],
)
def test_pools_that_do_not_fit(tmp_path: Path, pool: Pool, message: str) -> None:
    board = small_board(tmp_path, {**small_data(), "aliases": BIT_28})
    with pytest.raises(IngotError) as caught:
        check_pools(board, small_pools(RAM, pool))
    assert str(caught.value).replace(f"{tmp_path}/", "") == f"small.mpool: {message}"


# ---------------------------------------------------------------- mistakes in board.yaml


@pytest.mark.parametrize(
    ("aliases", "message"),
    [
        ([(0x20000000, "0 B", 0x30000000)], "the alias at 0x20000000 has no bytes"),
        (
            [(0x20000000, "256 MiB", 0xF8000000)],
            "an alias from 0xF8000000 ends at 0x108000000, beyond 32-bit addresses",
        ),
        (
            [(0x20000000, "256 MiB", 0x30000000), (0x24000000, "1 MiB", 0x50000000)],
            "0x20000000-0x2FFFFFFF and 0x24000000-0x240FFFFF have common addresses",
        ),
        (
            [(0x20000000, "256 MiB", 0x30000000), (0x30000000, "1 MiB", 0x50000000)],
            "0x20000000-0x2FFFFFFF is an alias of 0x30000000-0x3FFFFFFF, and there are aliases at "
            "0x30000000-0x300FFFFF\n  Name the addresses that are no alias themselves.",
        ),
        (
            [(0x20000000, "256 MiB", 0x2F000000)],
            "0x20000000-0x2FFFFFFF is an alias of 0x2F000000-0x3EFFFFFF, and there are aliases at "
            "0x20000000-0x2FFFFFFF\n  Name the addresses that are no alias themselves.",
        ),
    ],
)
def test_aliases_whose_bytes_are_not_clear(tmp_path: Path, aliases: list[tuple[int, str, int]], message: str) -> None:
    listed = [{"base": base, "size": size, "alias_of": target} for base, size, target in aliases]
    with pytest.raises(IngotError) as caught:
        small_board(tmp_path, {**small_data(), "aliases": listed})
    assert re.sub(r"^.*/board.yaml:\d+: ", "", str(caught.value)) == message


def test_a_memory_stated_by_both_views(tmp_path: Path) -> None:
    data = {**small_data(), "aliases": BIT_28}
    data["memories"].append({"name": "seen", "kind": "ram", "base": 0x24010000, "size": "4 KiB", "owners": []})
    with pytest.raises(IngotError, match=re.escape("'seen' 0x24010000-0x24010FFF (alias of 0x34010000-0x34010FFF)")):
        small_board(tmp_path, data)
