"""The row schedule of a fused region as a compact byte table, which ingot_run_region() executes.

A step is two bytes: the call's number in the region, the number of rows. Which rows follows from the order: every call
produces its rows one after the other, upwards from row 0 or, in a reversed region, downwards from the last. Repeated
stretches become loops: LOOP, repetitions (2..255), bytes of the body; the body follows. Loops are not nested.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingot.schedule.types import Region

LOOP = 0xFF
MAX_CALLS = LOOP
MAX_ROWS = 0xFFFF
_MAX_PERIOD = 64
_STEP_BYTES = 2
_LOOP_BYTES = 3


def encode_steps(region: Region, rows: Sequence[int]) -> bytes:
    """The region's steps as bytes.

    rows: rows of each of the region's calls, in the region's order. Raises ValueError when the steps are not what the
    format can say: a call's rows out of order or incomplete, too many calls.
    """
    if len(region.calls) > MAX_CALLS:
        raise ValueError(f"a region of {len(region.calls)} calls; at most {MAX_CALLS} fit the step table")
    if max(rows) > MAX_ROWS:
        raise ValueError(f"a tensor of {max(rows)} rows; at most {MAX_ROWS} fit the step table")
    at = list(rows) if region.reverse else [0] * len(rows)
    tokens: list[tuple[int, int]] = []
    for step in region.steps:
        expected = at[step.call] - step.count if region.reverse else at[step.call]
        if step.row != expected or step.count < 1:
            raise ValueError(f"step {step} is out of order: call {step.call} is due at row {expected}")
        at[step.call] += -step.count if region.reverse else step.count
        left = step.count
        while left:
            tokens.append((step.call, min(left, 255)))
            left -= min(left, 255)
    if at != ([0] * len(rows) if region.reverse else list(rows)):
        raise ValueError("the steps of a region do not produce all rows")
    return _with_loops(tokens)


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
