# SPDX-License-Identifier: Apache-2.0
"""The bench's search for a packing: problems that are known to fit, or not to fit, exactly."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from packer import below
from packer.below import pack_below
from packer.exact import solve_exactly
from packing import capacity_of, read_instance, valid
from support.host_library import needs_cc
from support.shared import shared

Buffers = tuple[list[int], list[tuple[int, int]]]

pytestmark = needs_cc


def cut(seed: int, pieces: int, time: int = 24, capacity: int = 256) -> Buffers:
    """A full rectangle of time and memory, cut into pieces at random: they fit without a byte to spare."""
    source = random.Random(seed)
    parts = [(0, time, 0, capacity)]
    while len(parts) < pieces:
        part = parts.pop(source.randrange(len(parts)))
        t0, t1, a0, a1 = part
        if source.random() < 0.5 and t1 - t0 > 1:
            at = source.randint(t0 + 1, t1 - 1)
            parts += [(t0, at, a0, a1), (at, t1, a0, a1)]
        elif a1 - a0 > 1:
            at = source.randint(a0 + 1, a1 - 1)
            parts += [(t0, t1, a0, at), (t0, t1, at, a1)]
        else:
            parts.append(part)
    source.shuffle(parts)
    return [a1 - a0 for _, _, a0, a1 in parts], [(t0, t1 - 1) for t0, t1, _, _ in parts]


def least_peak(sizes: list[int], spans: list[tuple[int, int]]) -> int:
    """By placing first-fit in every order, which contains an optimum."""
    return min(first_fit_peak(sizes, spans, order) for order in permutations(range(len(sizes))))


def first_fit_peak(sizes: list[int], spans: list[tuple[int, int]], order: tuple[int, ...]) -> int:
    placed: list[tuple[int, int, int]] = []
    for item in order:
        at = 0
        for begin, end, other in sorted(placed):
            if spans[item][0] <= spans[other][1] and spans[other][0] <= spans[item][1]:
                if begin - at >= sizes[item]:
                    break
                at = max(at, end)
        placed.append((at, at + sizes[item], item))
    return max(end for _, end, _ in placed)


@given(st.integers(0, 10_000), st.integers(1, 25))
def test_a_cut_rectangle_is_put_together_again(seed: int, pieces: int) -> None:
    buffers = cut(seed, pieces)
    packing = pack_below(*buffers, 256)
    assert packing.offsets is not None and valid(*buffers, packing.offsets, 256)
    assert pack_below(*buffers, 256) == packing
    assert pack_below(*buffers, 255).proved


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=6))
def test_the_least_capacity_is_found_and_proved(buffers: list[tuple[int, int, int]]) -> None:
    sizes = [size for size, _, _ in buffers]
    spans = [(first, first + length) for _, first, length in buffers]
    best = least_peak(sizes, spans)
    offsets = pack_below(sizes, spans, best).offsets
    assert offsets is not None and valid(sizes, spans, offsets, best)
    assert pack_below(sizes, spans, best - 1).offsets is None


def test_what_cannot_fit_although_every_moment_does() -> None:
    """The known least example of buffers whose packing needs more than the fullest moment holds."""
    sizes = [2, 1, 1, 2, 1, 1, 2]
    spans = [(0, 1), (0, 3), (1, 4), (2, 3), (4, 6), (3, 6), (5, 6)]
    best = least_peak(sizes, spans)
    assert pack_below(sizes, spans, best).offsets is not None
    assert pack_below(sizes, spans, best - 1).proved


@pytest.mark.parametrize("keys", below.ORDERS)
def test_no_order_loses_a_placement(keys: tuple[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(below, "ORDERS", (keys,))
    searched = 0
    for seed in range(100):
        buffers = cut(seed, 14)
        packing = pack_below(*buffers, 256)
        assert packing.offsets is not None and valid(*buffers, packing.offsets, 256)
        searched += packing.nodes > len(buffers[0])
    assert searched, "no case needed a second choice"


def test_it_gives_up_after_its_rounds() -> None:
    packing = pack_below(*cut(3, 100), 256, rounds=0)
    assert packing.offsets is None and not packing.proved


def test_nothing_is_nothing() -> None:
    assert pack_below([], [], 0).offsets == []
    assert pack_below([0, 4, 0], [(0, 1)] * 3, 4).offsets == [0, 0, 0]
    assert pack_below([0], [(0, 1)], 0).offsets == [0]


def test_a_capacity_beyond_what_the_search_counts_with() -> None:
    with pytest.raises(IngotError, match="a capacity of 536,870,912 bytes, in units of 1, is above"):
        pack_below([1, 2], [(0, 1)] * 2, 1 << 29)


def test_or_tools_where_it_is_installed() -> None:
    pytest.importorskip("ortools")
    buffers = cut(5, 20)
    offsets = solve_exactly(*buffers, 256, effort=10)
    assert offsets is not None and valid(*buffers, offsets, 256)
    assert solve_exactly(*buffers, 255, effort=10) is None


def test_without_or_tools_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ortools.sat.python", None)
    with pytest.raises(IngotError, match=r"(?s)OR-tools, which is not installed.*bench/planner/requirements\.txt"):
        solve_exactly([1], [(0, 0)], 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(c, marks=() if c in "AK" else pytest.mark.thorough) for c in "ABCDEFGHIJK"]
)
def test_an_instance_of_minimalloc_is_packed(name: str) -> None:
    """Most of Google's public instances fit into their capacity without a byte to spare."""
    path = shared(f"bench/minimalloc/{name}.1048576.csv")
    sizes, spans = read_instance(path)
    offsets = pack_below(sizes, spans, capacity_of(path)).offsets
    assert offsets is not None and valid(sizes, spans, offsets, capacity_of(path))
