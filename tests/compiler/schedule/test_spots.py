# SPDX-License-Identifier: Apache-2.0
"""Gaps of many placements at once against looking at one placement after the other."""

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from ingot.compiler.schedule.spots import fit, quality, touching

BLOCK = 96


@st.composite
def placements(draw: st.DrawFn) -> tuple[list[list[int]], list[int]]:
    """(offsets of each placement, sizes); tensors may lie over each other, as overlays do."""
    sizes = draw(st.lists(st.integers(1, 3).map(lambda n: 16 * n), max_size=4))
    offset = st.integers(0, BLOCK // 16 - 3).map(lambda n: 16 * n)
    return draw(st.lists(st.tuples(*[offset] * len(sizes)).map(list), min_size=1, max_size=5)), sizes


def free(taken: list[tuple[int, int]], begin: int, end: int) -> bool:
    return all(end <= low or begin >= high for low, high in taken)


def arrays(case: tuple[list[list[int]], list[int]]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    offsets, sizes = case
    return np.asarray(offsets, np.int64).reshape(len(offsets), len(sizes)), np.asarray(sizes, np.int64)


@given(placements(), st.integers(1, 3), st.integers(1, 5), st.data())
def test_positions_touch_something_and_break_nothing(
    case: tuple[list[list[int]], list[int]], units: int, most: int, data: st.DataObject
) -> None:
    """forbidden: as much as a tensor and the item cover together, or less where they may lie over each other."""
    (offsets, sizes), item = case, 16 * units
    forbidden = [(-item + 16 * data.draw(st.integers(0, units)), size) for size in sizes]
    rows, found = touching(arrays(case)[0], forbidden, item, BLOCK, most)
    for number, places in enumerate(offsets):
        barred = [(at + low, at + high) for at, (low, high) in zip(places, forbidden, strict=True)]
        edges = {0, BLOCK - item, *(edge for pair in barred for edge in pair)}
        good = [at for at in sorted(edges) if 0 <= at <= BLOCK - item and not any(b < at < e for b, e in barred)]
        if len(good) > most:
            good = good[: most - most // 2] + good[len(good) - most // 2 :]
        assert found[rows == number].tolist() == good


@given(placements(), st.lists(st.integers(1, 4).map(lambda n: 16 * n), max_size=3))
def test_pieces_go_to_the_lowest_place_where_they_fit(
    case: tuple[list[list[int]], list[int]], wanted: list[int]
) -> None:
    offsets, fits = fit(*arrays(case), wanted, BLOCK)
    for number, places in enumerate(case[0]):
        taken = [(at, at + size) for at, size in zip(places, case[1], strict=True)]
        for piece, size in enumerate(wanted):
            at = next(at for at in range(0, 1 << 10, 16) if free(taken, at, at + size))
            assert offsets[number, piece] == at
            taken.append((at, at + size))
        assert fits[number] == all(end <= BLOCK for _, end in taken[len(places) :])


@given(placements())
def test_the_largest_gap_and_the_distance_from_the_ends(case: tuple[list[list[int]], list[int]]) -> None:
    gap, inner = quality(*arrays(case), BLOCK)
    for number, places in enumerate(case[0]):
        taken = [(at, at + size) for at, size in zip(places, case[1], strict=True)]
        runs = [end - at for at in range(0, BLOCK, 16) for end in range(at, BLOCK + 1, 16) if free(taken, at, end)]
        assert gap[number] == max((run for run in runs), default=0)
        assert inner[number] == sum(min(begin, BLOCK - end) for begin, end in taken)
