# SPDX-License-Identifier: Apache-2.0
"""Half-open ranges against a model made of sets of addresses."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ingot.board.ranges import Range, addresses_without, merged_addresses, size_text

ranges = st.builds(lambda start, size: Range(start, start + size), st.integers(0, 40), st.integers(0, 12))


def addresses(*items: Range) -> set[int]:
    return {address for item in items for address in range(item.start, item.end)}


@given(ranges, ranges)
def test_two_ranges(a: Range, b: Range) -> None:
    assert a.common_addresses(b).size == len(addresses(a) & addresses(b))
    if b.size:
        assert a.contains_addresses(b) == (addresses(b) <= addresses(a))


@given(ranges, st.lists(ranges, max_size=6))
def test_cutting_and_merging(whole: Range, taken: list[Range]) -> None:
    left = addresses_without(whole, taken)
    assert addresses(*left) == addresses(whole) - addresses(*taken)
    assert all(item.size for item in left) or not whole.size
    joined = merged_addresses(taken)
    assert addresses(*joined) == addresses(*taken)
    assert all(low.end < high.start for low, high in itertools.pairwise(joined)), "touching ranges are one"


def test_ranges_of_addresses_are_not_compared() -> None:
    """Whether two ranges have a byte in common depends on the board's aliases: there is no way to ask without them."""
    assert not {"overlaps", "common", "contains"} & set(dir(Range(0, 1)))


def test_text() -> None:
    assert str(Range(0x34000400, 0x34100000)) == "0x34000400-0x340FFFFF"
    assert str(Range(16, 16)) == "0x00000010 (empty)"
    assert [size_text(n) for n in (0, 512, 1023, 1024, 12800 << 10, 61 << 20)] == [
        "0 B",
        "512 B",
        "1,023 B",
        "1 KiB",
        "12,800 KiB",
        "61 MiB",
    ]
