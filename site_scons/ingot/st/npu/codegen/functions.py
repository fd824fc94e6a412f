# SPDX-License-Identifier: Apache-2.0
"""Functions of one byte, such as a sigmoid, as an epoch: a parabola for each four values of the input.

    out(x) = S8(R(A*x*x + (B << BSHIFT)*x + (C << CSHIFT), OUTSHIFT))        A, B, C of the piece that x is in

The table of the unit has 64 pieces, so the highest five bits of x pick a word of its first memory, which says where the
two pieces of these eight values lie. A, B and C are whole numbers of 16 bits: each is chosen for what the ones before
leave over, so that only C's own rounding is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.st.npu.codegen.layers import Function, Refusal
from ingot.st.npu.codegen.results import copied, write_results
from ingot.st.npu.codegen.units import Draft, raw_stream, registers
from ingot.st.npu.machine import Registers
from ingot.st.npu.registers import Unit
from ingot.st.npu.sim.activation import BASES, TERMS, function_of_byte
from ingot.st.npu.sim.arithmetic import limits, rounded
from ingot.st.npu.sim.fields import values_of

Array = npt.NDArray[Any]
PIECES, PIECE = 64, 4
#: Bits of x that pick a word of the first table, and bits behind them that pick one of its pieces.
WIDTH, INNER = 5, 1
MOST_SHIFT, MOST_B, MOST_C = 15, 8, 14
_LARGEST = 32767


def function_epoch(draft: Draft, layer: Function, source: int, targets: Mapping[str, int]) -> float:
    """Adds the units; gives the error before the last rounding: 0 where every result is right. Raises Refusal."""
    made, off = fitted(layer.values)
    stream = draft.add(raw_stream(source, layer.source.bytes), "STRENG")
    unit = draft.add(made, "ACTIV", draft.add(copied(), "ARITH", stream))
    write_results(draft, unit, layer.target, targets, 0, layer.target.shape[2], 1)
    return 0.5 * off


def fitted(values: Array) -> tuple[Registers, int]:
    """An ACTIV that makes these results of -128..127, and by how much it is off at most. Raises Refusal."""
    best: tuple[int, Registers] | None = None
    for shift in range(MOST_SHIFT, 7, -1):
        made = _fit(values, shift)
        if made is None:
            continue
        off = int(np.abs(_results(made) - values).max())
        if best is None or off < best[0]:
            best = off, made
        if not off:
            break
    if best is None or best[0] > 1:
        raise Refusal("its function is too steep for pieces of four values")
    return best[1], best[0]


def _results(made: Registers) -> Array:
    unit = Unit("ACTIV", 0)
    fields = values_of(unit, made)
    sums = function_of_byte(unit, fields, made, "")
    held: Array = np.clip(rounded(sums, fields["OUTSHIFT"], True, "away"), *limits(1))
    return held


def _fit(values: Array, shift: int) -> Registers | None:
    """The registers for that last shift; None when a number does not fit."""
    x = np.arange(-128, 128).reshape(PIECES, PIECE)
    wanted = values.reshape(PIECES, PIECE).astype(np.float64) * 2.0**shift
    middle = x.mean(axis=1, keepdims=True)
    near = x - middle
    # Least squares on four places that lie evenly around the middle.
    bend = (wanted * np.array([1, -1, -1, 1])).sum(axis=1, keepdims=True) / 4
    a = np.clip(np.round(bend), -_LARGEST, _LARGEST)
    rest = wanted - a * x * x
    slope = (rest * near).sum(axis=1, keepdims=True) / (near * near).sum(axis=1, keepdims=True)
    b_shift = _shift_of(slope)
    b = np.round(slope / 2.0**b_shift)
    rest = rest - b * 2.0**b_shift * x
    level = (rest.max(axis=1, keepdims=True) + rest.min(axis=1, keepdims=True)) / 2
    c_shift = _shift_of(level)
    c = np.round(level / 2.0**c_shift)
    sums = np.abs(a * x * x) + np.abs(b * 2.0**b_shift * x) + np.abs(c * 2.0**c_shift)
    if b_shift > MOST_B or c_shift > MOST_C or sums.max() >= 1 << 31:
        return None
    fields = {"TYPE": 3, "FUNC": 8, "PARAM": 0x7F80, "BWIDTH": WIDTH, "SIGNEDOP": 1}
    made = registers("ACTIV", fields | {"OUTSHIFT": shift, "BSHIFT": b_shift, "CSHIFT": c_shift})
    bases = {BASES + word: word << INNER | INNER << 6 for word in range(1 << WIDTH)}
    terms = {}
    for piece, (one, two, three) in enumerate(
        zip(*(side.astype(int).ravel().tolist() for side in (a, b, c)), strict=True)
    ):
        terms[TERMS + 2 * piece] = one & 0xFFFF | (two & 0xFFFF) << 16
        terms[TERMS + 2 * piece + 1] = three & 0xFFFF
    return Registers(dict(made.words) | bases | terms)


def _shift_of(numbers: Array) -> int:
    """The smallest shift that leaves 16 bits with sign of all numbers."""
    return max(0, int(np.ceil(np.log2(max(1.0, float(np.abs(numbers).max())) / (_LARGEST + 0.49)))))
