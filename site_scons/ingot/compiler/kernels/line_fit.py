# SPDX-License-Identifier: Apache-2.0
"""Integers whose linear formula gives the results of a longer one, found by trying all inputs."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np

from ingot.compiler.passes.fixed_point import Ints

CODES: Ints = np.arange(-128, 128, dtype=np.int64)
_LARGEST_SHIFT, _WORD = 30, (1 << 31) - 1
# Slopes a little too steep or too flat, in powers of two: for ratios of scales that make many ties.
_BENDS = (0.0, *(sign * 2.0**-power for power in range(22, 8, -1) for sign in (1, -1)))
_NEIGHBOURS = ((0, 0), (1, 0), (0, 1), (1, 1), (-1, 0), (0, -1), (-1, -1), (1, -1), (-1, 1))


@dataclass(frozen=True)
class Line:
    """(a * slope0 + b * slope1 + start) >> shift, of bytes a and b; no sum is beyond 32 bits."""

    slope0: int
    slope1: int
    start: int
    shift: int

    def words(self) -> tuple[int, ...]:
        """The four numbers in order."""
        return astuple(self)


def line_through(wanted: Ints, slopes: tuple[float, float], start: float, clamps: tuple[int, int]) -> Line | None:
    """The line that, clamped, is wanted[a + 128, b + 128] of all bytes a and b. None where none was found.

    wanted: (256, 256), within the clamps. slopes, start: about what the line has, before the shift.
    """
    low, high = clamps
    corners = [slopes[0] * a + slopes[1] * b + start for a in (-128, 127) for b in (-128, 127)]
    most = max(128.0, *(abs(corner) for corner in corners)) + 2
    shift = min(_LARGEST_SHIFT, int(np.floor(np.log2(_WORD / most))))
    if shift < 1:
        return None
    least = np.where(wanted > low, wanted << shift, -(1 << 60))
    largest = np.where(wanted < high, ((wanted + 1) << shift) - 1, 1 << 60)
    for bend in _BENDS:
        near = [round(slope * (1 + bend) * (1 << shift)) for slope in slopes]
        for change in _NEIGHBOURS if bend == 0 else _NEIGHBOURS[:1]:
            slope0, slope1 = near[0] + change[0], near[1] + change[1]
            plane = CODES[:, None] * slope0 + CODES * slope1
            lower, upper = int((least - plane).max()), int((largest - plane).min())
            if lower <= upper and -_WORD <= lower <= _WORD:
                return Line(slope0, slope1, (lower + upper) // 2 if upper <= _WORD else lower, shift)
    return None
