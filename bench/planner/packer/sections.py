# SPDX-License-Identifier: Apache-2.0
"""The timeline as sections: the maximal sets of buffers that live at one time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sections:
    """Buffers on a timeline of sections.

    spans: the sections [first, last) of each buffer. totals: bytes of each section. keys: letter -> one number a
    buffer, by which orders are made (see packer.below.ORDERS).
    """

    spans: list[tuple[int, int]]
    totals: list[int]
    keys: dict[str, list[int]]

    def order(self, letters: str) -> list[int]:
        """The buffers, those with the largest keys first; equal ones as they were given."""
        columns = [self.keys[letter] for letter in letters]
        return sorted(range(len(self.spans)), key=lambda i: ([-column[i] for column in columns], i))


def sections_of(sizes: Sequence[int], times: Sequence[tuple[int, int]]) -> Sections:
    """times: first and last (inclusive) time of each buffer."""
    starts = sorted({first for first, _ in times})
    ends = {last for _, last in times}
    # A time is kept when a buffer ends before the next one starts: else the next set holds all of this one.
    ends_from = {t: min(e for e in ends if e >= t) for t in starts}
    kept = [t for t, after in zip(starts, [*starts[1:], max(ends) + 1], strict=True) if ends_from[t] < after]
    spans, totals = [], [0] * len(kept)
    for size, (first, last) in zip(sizes, times, strict=True):
        inside = [i for i, t in enumerate(kept) if first <= t <= last]
        spans.append((inside[0], inside[-1] + 1))
        for i in inside:
            totals[i] += size
    lengths = [last - first + 1 for first, last in times]
    neighbours = [sum(a < d and c < b for c, d in spans) - 1 for a, b in spans]
    keys = {
        "T": [max(totals[a:b]) for a, b in spans],
        "A": [size * length for size, length in zip(sizes, lengths, strict=True)],
        "L": lengths,
        "W": [b - a for a, b in spans],
        "O": neighbours,
    }
    return Sections(spans, totals, keys)
