# SPDX-License-Identifier: Apache-2.0
"""The row schedule of a fused region as a compact byte table, which ingot_run_region() executes.

A step is two bytes: the call's number in the region, the number of rows. Which rows follows from the order: every call
produces its rows one after the other, upwards or, in a reversed region, downwards. Repeated stretches become loops:
LOOP, repetitions (2..255), bytes of the body; the body follows. Loops are not nested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingot.compiler.kernels.rows import MAX_ROWS
from ingot.compiler.schedule.types import Region

LOOP = 0xFF
MAX_CALLS = LOOP
MAX_COUNT = 0xFF
_MAX_PERIOD = 64
_STEP_BYTES = 2
_LOOP_BYTES = 3


@dataclass(frozen=True)
class StepTable:
    """data: the steps. at: per call of the region, the row where its first step begins (reversed: ends)."""

    data: bytes
    at: tuple[int, ...]


def encode_steps(region: Region) -> StepTable:
    """The region's steps as a table.

    A call may leave rows out at its beginning or end (nobody reads them), but not between. Raises ValueError when the
    steps are not what the format can say: a call's rows out of order, too many calls or rows.
    """
    if len(region.calls) > MAX_CALLS:
        raise ValueError(f"a region of {len(region.calls)} calls; at most {MAX_CALLS} fit the step table")
    start: dict[int, int] = {}
    at: dict[int, int] = {}
    tokens: list[tuple[int, int]] = []
    for step in region.steps:
        first, behind = step.row, step.row + step.count
        if step.count < 1 or not 0 <= first <= behind <= MAX_ROWS:
            raise ValueError(f"{step} does not fit the step table")
        begin, end = (behind, first) if region.reverse else (first, behind)
        if at.setdefault(step.call, begin) != begin:
            raise ValueError(f"{step} is out of order: call {step.call} is at row {at[step.call]}")
        start.setdefault(step.call, begin)
        at[step.call] = end
        left = step.count
        while left:
            tokens.append((step.call, min(left, MAX_COUNT)))
            left -= min(left, MAX_COUNT)
    return StepTable(_with_loops(tokens), tuple(start.get(call, 0) for call in range(len(region.calls))))


def _with_loops(tokens: Sequence[tuple[int, int]]) -> bytes:
    """Greedy: at each place the loop that saves most bytes, if any does."""
    out = bytearray()
    position = 0
    while position < len(tokens):
        best_saving, best = 0, (1, 1)
        for period in range(1, min(_MAX_PERIOD, (len(tokens) - position) // 2) + 1):
            repeats = _repeats(tokens, position, period)
            saving = (repeats - 1) * period * _STEP_BYTES - _LOOP_BYTES
            if saving > best_saving:
                best_saving, best = saving, (period, repeats)
        period, repeats = best
        body = b"".join(bytes(token) for token in tokens[position : position + period])
        out += bytes((LOOP, repeats, len(body))) + body if repeats > 1 else body
        position += period * repeats
    return bytes(out)


def _repeats(tokens: Sequence[tuple[int, int]], start: int, period: int) -> int:
    """How often the `period` tokens from `start` on come one after the other, at most 255."""
    body = tokens[start : start + period]
    count = 1
    while count < 255 and tokens[start + count * period : start + (count + 1) * period] == body:
        count += 1
    return count
