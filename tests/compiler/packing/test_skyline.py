"""Packing below a fixed capacity: problems that are known to fit, or not to fit, exactly."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.compiler.packing import exact
from ingot.compiler.packing.exact import solve_exactly
from ingot.compiler.packing.problem import disjoint_problem, greedy, pack, respects
from ingot.compiler.packing.skyline import solve
from support.packings import cut, valid


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 16))
def test_a_cut_rectangle_is_put_together_again(seed: int, pieces: int) -> None:
    buffers = cut(seed, pieces)
    offsets = solve(*buffers, 256)
    assert offsets is not None and valid(buffers, offsets, 256)
    assert solve(*buffers, 255) is None


def test_a_hundred_pieces_with_a_little_room() -> None:
    buffers = cut(3, 100)
    offsets = solve(*buffers, 272)
    assert offsets is not None and valid(buffers, offsets, 272)


def test_what_cannot_fit_although_every_moment_does() -> None:
    """The known least example of buffers whose packing needs more than the fullest moment holds."""
    sizes = [2, 1, 1, 2, 1, 1, 2]
    spans = [(0, 1), (0, 3), (1, 4), (2, 3), (4, 6), (3, 6), (5, 6)]
    best = brute(sizes, spans)
    assert solve(sizes, spans, best) is not None
    assert solve(sizes, spans, best - 1) is None


def brute(sizes: list[int], spans: list[tuple[int, int]]) -> int:
    """The least peak, by placing in every order."""
    problem = disjoint_problem(sizes, spans)
    return min(problem.peak(greedy(problem, order)) for order in permutations(range(len(sizes))))


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=6))
def test_the_least_capacity_is_found(buffers: list[tuple[int, int, int]]) -> None:
    """Against placing first-fit in every order, which contains an optimum."""
    sizes = [size for size, _, _ in buffers]
    spans = [(first, first + length) for _, first, length in buffers]
    best = brute(sizes, spans)
    assert solve(sizes, spans, best) is not None
    assert solve(sizes, spans, best - 1) is None


def test_nothing_is_nothing() -> None:
    assert solve([], [], 0) == []


@settings(max_examples=20, derandomize=True, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 30))
def test_the_quick_search_is_valid_too(seed: int, pieces: int) -> None:
    sizes, spans = cut(seed, pieces)
    problem = disjoint_problem(sizes, spans)
    offsets = pack(problem, 256, iterations=30)
    assert respects(problem, offsets)
    assert problem.peak(offsets) >= 256


def test_or_tools_where_it_is_installed() -> None:
    pytest.importorskip("ortools")
    buffers = cut(5, 20)
    offsets = solve_exactly(*buffers, 256, effort=10)
    assert offsets is not None and valid(buffers, offsets, 256)
    assert solve_exactly(*buffers, 255, effort=10) is None


def test_without_or_tools_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ortools.sat.python", None)
    with pytest.raises(IngotError, match=r"(?s)OR-tools, which is not installed.*ingot\[plan\]"):
        exact.solve_exactly([1], [(0, 0)], 1)
