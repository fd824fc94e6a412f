# SPDX-License-Identifier: Apache-2.0
"""ARITH: a number out of each element, or of two.

    op 0x00   r = (a*x >> AX) + BC                                BC = B and C as one number, << C.shift (COMBINEBC)
              r = (a*x >> AX) + (b*y >> BY) + (c << C.shift)      else
    op 0x07   r = x * y
    op 0x37   r = x, not below the smaller of a and c, not above the larger

a, b, c are one number each, or one an element out of the coefficient memory: after each element the address moves by
OFFSET3 when its counter expires, else by OFFSET2, OFFSET1, or INCOFFSET; addresses wrap at 512.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.st.npu.machine import Registers
from ingot.st.npu.registers import MEMORY, Unit, signed
from ingot.st.npu.sim.arithmetic import Ints, narrow
from ingot.st.npu.sim.fields import never
from ingot.st.npu.sim.frames import Frames

ENTRIES = 512


@dataclass(frozen=True)
class Coefficients:
    """a, b, c: one number, or arrays that fit elements taken as (groups, repeats, channels)."""

    a: Ints
    b: Ints
    c: Ints
    shape: tuple[int, int, int] | None


def arithmetic(
    unit: Unit, fields: Mapping[str, int], registers: Registers, x: Frames, y: Frames | None, where: str
) -> Ints:
    """r of each element of x, before the last shift, in a type that holds it and half of 2^RES more."""
    for side in "XY" if y is not None else "X":
        if fields[f"{side}FOBYTES"] != fields[f"{side}FBYTES"]:
            raise never(f"{side}FOBYTES beside another {side}FBYTES", unit, where)
    left = _expanded(x, fields["XFBYTES"])
    right = None
    if y is not None:
        right = _expanded(y, fields["YFBYTES"])
        if len(right) != len(left):
            raise IngotError(f"{unit} gets {len(left):,} elements for x, {len(right):,} for y", where=where)
    half = 1 << max(0, fields["RES"] - 1)
    size = _largest(left) if x.free else 1 << (8 * fields["XFBYTES"] - 1)
    if fields["OP"] == 7:
        if right is None:
            raise never("a product of one input", unit, where)
        return narrow(left, max(size, _largest(right)) ** 2 + half) * right
    coefficients = _coefficients(unit, fields, registers, len(left), where)
    values = left.reshape(coefficients.shape) if coefficients.shape else left
    if fields["OP"] == 0x37:
        low, high = np.minimum(coefficients.a, coefficients.c), np.maximum(coefficients.a, coefficients.c)
        clipped: Ints = np.clip(values, low, high)
        return clipped.reshape(-1)
    plus = _plus(fields, coefficients)
    bound = size * _largest(coefficients.a) + _largest(plus) + half
    if right is not None:
        other_size = _largest(right) if y is not None and y.free else 1 << (8 * fields["YFBYTES"] - 1)
        bound += other_size * _largest(coefficients.b)
    values = narrow(values, bound) * narrow(coefficients.a, bound)
    if fields["AX"]:
        values >>= fields["AX"]
    if right is not None and not fields["COMBINEBC"]:
        other = right.reshape(coefficients.shape) if coefficients.shape else right
        values = values + (narrow(other, bound) * narrow(coefficients.b, bound) >> fields["BY"])
    if np.any(plus):
        values += narrow(plus, bound)
    return values.reshape(-1)


def channels_of_elements(fields: Mapping[str, int], count: int) -> npt.NDArray[np.int64]:
    """The entry of the coefficient memory, a channel, that each of the elements gets."""
    places, shape = _places(fields, count)
    return np.broadcast_to(places, shape).reshape(-1)


def _expanded(frames: Frames, size: int) -> Ints:
    values = frames.read(size, True)
    return (values if frames.order is None else values[frames.order]).reshape(-1)


def _plus(fields: Mapping[str, int], found: Coefficients) -> Ints:
    """The number that is added to each product."""
    if not fields["COMBINEBC"]:
        return found.c << fields["C"]
    both = (found.b << 16 | found.c & 0xFFFF) & 0xFFFFFFFF
    return ((both ^ 1 << 31) - (1 << 31)) << fields["C"]


def _largest(values: Ints) -> int:
    return max(abs(int(values.min())), abs(int(values.max())))


def _coefficients(unit: Unit, fields: Mapping[str, int], registers: Registers, count: int, where: str) -> Coefficients:
    scalars = {name: np.array(fields[key], np.int64) for name, key in (("a", "A"), ("b", "B"), ("c", "CC"))}
    flags = {"a": fields["COEFFA"], "b": fields["COEFFB"], "c": fields["COEFFC"]}
    if not any(flags.values()):
        return Coefficients(**scalars, shape=None)
    if not any(word >= MEMORY for word in registers.words):
        raise IngotError(
            f"the coefficients of {unit} are not there",
            where=where,
            remedy="Give the file with the build's weights (--weights FILE).",
        )
    places, shape = _places(fields, count)
    words = np.zeros(2 * ENTRIES, np.int64)
    known = {word - MEMORY: value for word, value in registers.words.items() if MEMORY <= word < MEMORY + 2 * ENTRIES}
    words[list(known)] = list(known.values())
    tables = {"a": words[0::2], "b": words[0::2] >> 16, "c": words[1::2]}
    for name, flag in flags.items():
        if flag:
            low = tables[name] & 0xFFFF
            scalars[name] = ((low ^ 0x8000) - 0x8000)[places]
    return Coefficients(**scalars, shape=shape)


def _places(fields: Mapping[str, int], count: int) -> tuple[npt.NDArray[np.int64], tuple[int, int, int]]:
    """Entries of the coefficient memory for the elements, and the shape that elements and entries fit together in."""
    step = signed(fields["INCOFFSET"], 9)
    sizes = [fields[f"RSTCNT{n}"] + 1 if fields[f"CNT{n}"] else 0 for n in (1, 2, 3)]
    offsets = [signed(fields[f"OFFSET{n}"], 9) for n in (1, 2, 3)]
    first = fields["COEFFADDR"]
    channels, group, whole = sizes
    if all(sizes) and not (group % channels or count % group) and (channels - 1) * step + offsets[0] == 0:
        # The same entries again until a group ends: one row of entries a group.
        turn = (channels - 1) * step + offsets[1]
        starts = np.arange(count // group, dtype=np.int64)
        if whole % group == 0:
            rounds = whole // group
            lap = (rounds - 1) * turn + (channels - 1) * step + offsets[2]
            starts = (starts % rounds) * turn + (starts // rounds) * lap
            places = first + starts[:, None, None] + np.arange(channels)[None, None, :] * step
            return places % ENTRIES, (count // group, group // channels, channels)
    after = np.arange(1, count + 1)
    steps = np.full(count, step, np.int64)
    for size, offset in zip(sizes, offsets, strict=True):
        if size:
            steps[after % size == 0] = offset
    places = np.concatenate(([0], np.cumsum(steps)[:-1])) + first
    return (places % ENTRIES).reshape(1, 1, count), (1, 1, count)
