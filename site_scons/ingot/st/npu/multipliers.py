# SPDX-License-Identifier: Apache-2.0
"""Multipliers of a convolution against the model's scales: A[channel] is in proportion to the scale of its weights.

A[channel] = round(scale in * scale of the weights * 2^n). The factor is the compiler's; that it is one for all channels
is all that is known. A multiplier may be off by its own rounding, and by one for the compiler's arithmetic. Public
builds have 0 for a few channels whose multiplier would be below 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.registers import MEMORY, Unit, field_values, signed
from ingot.st.npu.routes import links_of

#: How far a multiplier may be from the proportion.
OFF = 1.5
#: Below it public builds have a 0.
SMALL = 8


def multipliers_of(epoch: HardwareEpoch, chain: Sequence[Unit], count: int) -> npt.NDArray[np.int64] | None:
    """The multipliers of the first ARITH behind a chain of CONVACCs; None where there is none with one a channel."""
    links = links_of(epoch)
    behind = [link.port.unit for link in links if link.source in chain and link.port.unit.kind == "ARITH"]
    if len(behind) != 1:
        return None
    registers = epoch.units[behind[0]]
    fields = field_values("ARITH", registers.words)
    if not fields["COEFFA"] or fields["DUALIN"] or fields["OP"] or fields["RSTCNT3"] + 1 < count:
        return None
    places = [MEMORY + 2 * ((fields["COEFFADDR"] + number) % 512) for number in range(count)]
    if any(place not in registers.words for place in places):
        return None
    return np.array([signed(registers.words[place], 16) for place in places], np.int64)


def out_of_proportion(found: npt.NDArray[np.int64], scales: npt.NDArray[Any]) -> tuple[int, int, int] | None:
    """(channel, its multiplier, the expected one) of the worst one that does not fit; None where all fit."""
    real = scales.astype(np.float64)
    if len(found) != len(real) or np.count_nonzero(found > 0) < 2:
        return None
    low = np.maximum(found - OFF, 0) / real
    high = np.where(found == 0, SMALL, found + OFF) / real
    factor = _most_covered(low, high)
    outside = (factor < low) | (factor > high)
    if not outside.any() or np.count_nonzero(outside) > len(found) // 4:
        return None
    worst = int(np.where(outside, np.abs(found - factor * real), -1).argmax())
    return worst, int(found[worst]), round(factor * float(real[worst]))


def _most_covered(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> float:
    """The middle of the numbers that lie in the most intervals low..high."""
    ends = sorted([(float(item), 0) for item in low] + [(float(item), 1) for item in high])
    inside, most, best = 0, 0, (0.0, 0.0)
    for place, (value, closes) in enumerate(ends):
        inside += -1 if closes else 1
        if inside > most:
            most, best = inside, (value, ends[place + 1][0])
    return (best[0] + best[1]) / 2
