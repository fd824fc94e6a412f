"""Packing below a fixed capacity, compiled and without a compiler."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.compiler.packing import below
from ingot.compiler.packing.below import pack_below
from ingot.compiler.packing.problem import disjoint_problem, greedy
from support.packings import cut, valid


def brute(sizes: list[int], spans: list[tuple[int, int]]) -> int:
    """The least peak, by placing first-fit in every order, which contains an optimum."""
    problem = disjoint_problem(sizes, spans)
    return min(problem.peak(greedy(problem, order)) for order in permutations(range(len(sizes))))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 25))
def test_a_cut_rectangle_is_put_together_again(seed: int, pieces: int) -> None:
    buffers = cut(seed, pieces)
    packing = pack_below(*buffers, 256)
    assert packing.offsets is not None and valid(buffers, packing.offsets, 256)
    assert pack_below(*buffers, 256) == packing
    assert pack_below(*buffers, 255).proved


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=6))
def test_the_least_capacity_is_found_and_proved(buffers: list[tuple[int, int, int]]) -> None:
    sizes = [size for size, _, _ in buffers]
    spans = [(first, first + length) for _, first, length in buffers]
    best = brute(sizes, spans)
    offsets = pack_below(sizes, spans, best).offsets
    assert offsets is not None and valid((sizes, spans), offsets, best)
    under = pack_below(sizes, spans, best - 1)
    assert under.offsets is None


@pytest.mark.parametrize("keys", below.ORDERS)
def test_no_order_loses_a_placement(keys: tuple[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    if not below.host_compiler():
        pytest.skip("no C compiler for this machine")
    monkeypatch.setattr(below, "ORDERS", (keys,))
    searched = 0
    for seed in range(100):
        buffers = cut(seed, 14)
        packing = pack_below(*buffers, 256)
        assert packing.offsets is not None and valid(buffers, packing.offsets, 256)
        searched += packing.nodes > len(buffers[0])
    assert searched, "no case needed a second choice"


@pytest.mark.parametrize("capacity", [255, 256, 300])
def test_a_machine_without_a_compiler_finds_the_same(capacity: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offsets, proof and every node: the plan does not hang on what is installed."""
    if not below.host_compiler():
        pytest.skip("no C compiler for this machine")
    problems = [cut(seed, 4 + seed % 40) for seed in range(60)]
    compiled = [pack_below(*problem, capacity, rounds=4) for problem in problems]
    below._library.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(below, "build", refuse)
        assert not below.host_compiler()
        assert [pack_below(*problem, capacity, rounds=4) for problem in problems] == compiled
    below._library.cache_clear()


def test_many_buffers_do_not_overflow_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tower: each buffer is on trial while all others are placed."""
    monkeypatch.setattr(below, "host_compiler", lambda: False)
    packing = pack_below([1] * 500, [(0, 1)] * 500, 500)
    assert packing.offsets is not None and sorted(packing.offsets) == list(range(500))


def refuse(*_: object) -> None:
    raise IngotError("no C compiler for this machine was found")


def test_it_gives_up_after_its_rounds() -> None:
    packing = pack_below(*cut(3, 100), 256, rounds=0)
    assert packing.offsets is None and not packing.proved


def test_nothing_is_nothing() -> None:
    assert pack_below([], [], 0).offsets == []
    assert pack_below([0, 4, 0], [(0, 1)] * 3, 4).offsets == [0, 0, 0]
    assert pack_below([0], [(0, 1)], 0).offsets == [0]
