# SPDX-License-Identifier: Apache-2.0
"""The extent of a few overlaying buffers against trying every placement."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from ingot.compiler.schedule.extent import extent


def brute(sizes: list[int], intervals: dict[tuple[int, int], tuple[int, int]]) -> int:
    top = sum(sizes)
    best = top
    for starts in product(*(range(top - s + 1) for s in sizes)):
        peak = max(a + s for a, s in zip(starts, sizes, strict=True))
        if peak < best and all(not low < starts[j] - starts[i] < high for (i, j), (low, high) in intervals.items()):
            best = peak
    return best


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[int], dict[tuple[int, int], tuple[int, int]]]:
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    intervals = {}
    for j in range(len(sizes)):
        for i in range(j):
            low = draw(st.integers(-sizes[j], 1)) if draw(st.booleans()) else -sizes[j]
            intervals[i, j] = (low, sizes[i]) if draw(st.booleans()) else (-sizes[j], -low + sizes[i] - sizes[j])
    return sizes, intervals


@given(cases())
def test_matches_trying_everything(case: tuple[list[int], dict[tuple[int, int], tuple[int, int]]]) -> None:
    sizes, intervals = case
    assert extent(sizes, intervals) == brute(sizes, intervals)


def test_plain_buffers_add_up() -> None:
    assert extent([3, 4, 5], {}) == 12
    assert extent([], {}) == 0
