# SPDX-License-Identifier: Apache-2.0
"""Functions of one byte, such as a sigmoid, as an epoch: a parabola for each few values of the input.

    out(x) = S8(R(A*x*x + (B << BSHIFT)*x + (C << CSHIFT), OUTSHIFT))        A, B, C of the piece that x is in

The table of the unit has 64 pieces. The highest five bits of x pick a word of its first memory, which says where the
pieces of these eight values lie, and whether they are one, two, four or eight: two everywhere, or, where a function is
too steep for that, more in its steep parts and one in the others. A, B and C are whole numbers of 16 bits: each is
chosen for what the ones before leave over, so that only C's own rounding is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.st.npu.codegen.layers import Function, Refusal
from ingot.st.npu.codegen.results import copied, write_results
from ingot.st.npu.codegen.tensors import tensor_stream
from ingot.st.npu.codegen.units import Draft, registers
from ingot.st.npu.machine import Registers
from ingot.st.npu.registers import Unit
from ingot.st.npu.sim.activation import BASES, TERMS, function_of_byte
from ingot.st.npu.sim.arithmetic import limits, rounded
from ingot.st.npu.sim.fields import values_of

Array = npt.NDArray[Any]
PIECES = 64
#: Bits of x that pick a word of the first table, how many words these are, and how many values share one.
WIDTH, WORDS, SHARE = 5, 32, 8
#: Most bits behind them that pick one of a word's pieces.
MOST_INNER = 3
MOST_SHIFT, MOST_B, MOST_C = 15, 8, 14
_LARGEST = 32767


def function_epoch(draft: Draft, layer: Function, source: int, targets: Mapping[str, int]) -> float:
    """Adds the units; gives the error before the last rounding: 0 where every result is right. Raises Refusal."""
    made, off = fitted(layer.values)
    stream = draft.add(tensor_stream(layer.source, source), "STRENG")
    unit = draft.add(made, "ACTIV", draft.add(copied(), "ARITH", stream))
    write_results(draft, unit, layer.target, targets, 0, layer.target.shape[2], 1)
    return 0.5 * off


def fitted(values: Array) -> tuple[Registers, int]:
    """An ACTIV that makes these results of -128..127, and by how much it is off at most. Raises Refusal."""
    best = _best(values, [1] * WORDS)
    if best is None or best[1] > 1:
        best = _best(values, _inner_bits(values)) or best
    if best is None or best[1] > 1:
        raise Refusal("its function is too steep for 64 pieces")
    return best


def _best(values: Array, inner: Sequence[int]) -> tuple[Registers, int] | None:
    """Of all last shifts the one that is off least. inner: of each word, bits that pick one of its pieces."""
    best: tuple[Registers, int] | None = None
    for shift in range(MOST_SHIFT, 7, -1):
        made = _fit(values, inner, shift)
        if made is None:
            continue
        off = int(np.abs(_results(made) - values).max())
        if best is None or off < best[1]:
            best = made, off
        if not off:
            break
    return best


def _inner_bits(values: Array) -> list[int]:
    """More pieces for the word that is furthest off, again and again, as long as there are any."""
    words = values.reshape(WORDS, SHARE).astype(np.float64)
    off = [[_distance(word, SHARE >> bits) for bits in range(MOST_INNER + 1)] for word in words]
    inner = [0] * WORDS
    while True:
        left = PIECES - sum(1 << bits for bits in inner)
        open_words = [word for word in range(WORDS) if inner[word] < MOST_INNER and 1 << inner[word] <= left]
        if not open_words:
            return inner
        inner[max(open_words, key=lambda word: (off[word][inner[word]], -word))] += 1


def _distance(word: Array, size: int) -> float:
    """By how much parabolas through so many values each are off at most."""
    x = np.arange(size)
    degree = min(2, size - 1)
    pieces = word.reshape(-1, size).T
    return float(np.abs(np.vander(x, degree + 1) @ np.polyfit(x, pieces, degree) - pieces).max())


def _results(made: Registers) -> Array:
    unit = Unit("ACTIV", 0)
    fields = values_of(unit, made)
    sums = function_of_byte(unit, fields, made, "")
    held: Array = np.clip(rounded(sums, fields["OUTSHIFT"], True, "away"), *limits(1))
    return held


def _fit(values: Array, inner: Sequence[int], shift: int) -> Registers | None:
    """The registers for that last shift; None when a number does not fit."""
    starts = [
        SHARE * word + at for word, bits in enumerate(inner) for at in range(0, SHARE, SHARE >> bits)
    ]  # of the pieces
    sizes = np.diff([*starts, WORDS * SHARE])
    x = np.arange(-128, 128)
    wanted = values.astype(np.float64) * 2.0**shift
    a = np.zeros(len(starts))
    for piece in np.flatnonzero(sizes >= 4):
        mine = slice(starts[piece], starts[piece] + sizes[piece])
        a[piece] = np.clip(np.round(np.polyfit(x[mine], wanted[mine], 2)[0]), -_LARGEST, _LARGEST)
    rest = wanted - np.repeat(a, sizes) * x * x
    slope = np.array([_slope(x[at : at + size], rest[at : at + size]) for at, size in zip(starts, sizes, strict=True)])
    b_shift = _shift_of(slope)
    b = np.round(slope / 2.0**b_shift)
    rest = rest - np.repeat(b * 2.0**b_shift, sizes) * x
    level = (np.maximum.reduceat(rest, starts) + np.minimum.reduceat(rest, starts)) / 2
    c_shift = _shift_of(level)
    c = np.round(level / 2.0**c_shift)
    whole = [np.repeat(side, sizes) for side in (a, b * 2.0**b_shift, c * 2.0**c_shift)]
    sums = np.abs(whole[0] * x * x) + np.abs(whole[1] * x) + np.abs(whole[2])
    if b_shift > MOST_B or c_shift > MOST_C or sums.max() >= 1 << 31:
        return None
    fields = {"TYPE": 3, "FUNC": 8, "PARAM": 0x7F80, "BWIDTH": WIDTH, "SIGNEDOP": 1}
    made = registers("ACTIV", fields | {"OUTSHIFT": shift, "BSHIFT": b_shift, "CSHIFT": c_shift})
    first = np.cumsum([0, *(1 << bits for bits in inner)])
    bases = {BASES + word: int(first[word]) | bits << 6 for word, bits in enumerate(inner)}
    terms = dict.fromkeys(range(TERMS, TERMS + 2 * PIECES), 0)  # as many as the unit has, whatever is needed
    sides: list[list[int]] = [side.astype(int).ravel().tolist() for side in (a, b, c)]
    for term in range(len(sides[0])):
        one, two, three = (side[term] & 0xFFFF for side in sides)
        terms[TERMS + 2 * term] = one | two << 16
        terms[TERMS + 2 * term + 1] = three
    return Registers(dict(made.words) | bases | terms)


def _slope(x: Array, rest: Array) -> float:
    """The least squares' slope of what is left; of one value, 0."""
    near = x - x.mean()
    return float((rest * near).sum() / (near * near).sum()) if len(x) > 1 else 0.0


def _shift_of(numbers: Array) -> int:
    """The smallest shift that leaves 16 bits with sign of all numbers."""
    return max(0, int(np.ceil(np.log2(max(1.0, float(np.abs(numbers).max())) / (_LARGEST + 0.49)))))
