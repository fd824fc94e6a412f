# SPDX-License-Identifier: Apache-2.0
"""Which input rows a call still reads after it has made its first rows, in the form that row schedules ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ingot.compiler.kernels.program import Call, Program
from ingot.compiler.kernels.rows import MAX_ROWS

Rows = npt.NDArray[np.int64]

GONE = 1 << 30
"""An input row that is never reached: nothing is read any more."""


@dataclass(frozen=True)
class Reads:
    """How one call reads one input tensor.

    Rows count from the first that is made: from the top, or from the bottom in a reversed region.
    upto: [y] = input rows that must be there before row y can be made (rows 0..upto[y]-1).
    oldest: [y] = the oldest input row that row y or a later one reads; GONE behind the last row.
    newest: [y] = the newest such row; -1 behind the last row.
    whole: the input is needed whole before the first row.
    """

    tensor: int
    upto: list[int]
    oldest: list[int]
    newest: list[int]
    whole: bool
    _held: dict[int, int] = field(default_factory=dict, compare=False)

    def held(self, rows: int) -> int:
        """The most input rows that must be there at once when `rows` rows are made at a time."""
        if rows not in self._held:
            count = len(self.upto)
            starts = range(0, count, rows)
            self._held[rows] = max((self.upto[min(y + rows, count) - 1] - self.oldest[y] for y in starts), default=0)
        return self._held[rows]


def streams(program: Program, call: Call) -> bool:
    """Whether the call can run some rows at a time: it has windows, all its outputs have the same rows, and these are
    no more than a region counts."""
    if call.folds:
        return True
    rows = {program.tensors[t].rows for t in call.outputs}
    return len(rows) == 1 and max(rows) <= MAX_ROWS and any(w is not None for w in call.windows)


def reads_of(program: Program, index: int, reverse: bool) -> list[Reads]:
    """One entry for each distinct input tensor of call `index`, and for each tensor that one is made of."""
    call = program.calls[index]
    rows = program.rows_of(index) if streams(program, call) else 1
    result: dict[int, Reads] = {}
    for position, tensor in enumerate(call.inputs):
        source = program.tensors[tensor].rows
        window = call.windows[position] if position < len(call.windows) else None
        if window is None or not streams(program, call):
            low, high = np.zeros(rows, np.int64), np.full(rows, source - 1, np.int64)
            whole = True
        else:
            low, high = window[:, 0].astype(np.int64), window[:, 1].astype(np.int64)
            whole = False
        for part, first, last in ((tensor, low, high), *_of_pieces(program, tensor, low, high)):
            if reverse:
                bottom = program.tensors[part].rows - 1
                first, last = (bottom - last)[::-1], (bottom - first)[::-1]
            entry = _entry(part, first, last, whole)
            result[part] = _both(result[part], entry) if part in result else entry
    return list(result.values())


def _entry(tensor: int, low: Rows, high: Rows, whole: bool) -> Reads:
    """low, high: the first and last row that each row reads, none where the last comes first."""
    empty = high < low
    low, high = np.where(empty, GONE, low), np.where(empty, -1, high)
    return Reads(
        tensor,
        (np.maximum.accumulate(high) + 1).tolist(),
        [*np.minimum.accumulate(low[::-1])[::-1].tolist(), GONE],
        [*np.maximum.accumulate(high[::-1])[::-1].tolist(), -1],
        whole,
    )


def _of_pieces(program: Program, tensor: int, low: Rows, high: Rows) -> Iterator[tuple[int, Rows, Rows]]:
    """Of each piece that a tensor is made of: its tensor, and the rows of that in which rows low..high lie."""
    width, at = program.tensors[tensor].row_bytes, 0
    for piece in program.tensors[tensor].pieces:
        begin = np.maximum(low * width, at) - at + piece.start
        end = np.minimum((high + 1) * width, at + piece.size) - at + piece.start
        rows = program.tensors[piece.tensor].row_bytes
        missing = begin >= end
        yield piece.tensor, np.where(missing, 0, begin // rows), np.where(missing, -1, (end - 1) // rows)
        at += piece.size


def _both(a: Reads, b: Reads) -> Reads:
    """A tensor that one call reads through two inputs."""
    return Reads(
        a.tensor,
        [max(x, y) for x, y in zip(a.upto, b.upto, strict=True)],
        [min(x, y) for x, y in zip(a.oldest, b.oldest, strict=True)],
        [max(x, y) for x, y in zip(a.newest, b.newest, strict=True)],
        a.whole or b.whole,
    )
