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
from ingot.st.npu.registers import FIELDS, MEMORY, Unit, signed
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
    fields = {name: field.get(registers[field.word]) for name, field in FIELDS["ARITH"].items()}
    if not fields["COEFFA"] or fields["DUALIN"] or fields["OP"] or fields["RSTCNT3"] + 1 < count:
        return None
    places = [MEMORY + 2 * ((fields["COEFFADDR"] + number) % 512) for number in range(count)]
    if any(place not in registers.words for place in places):
        return None
    return np.array([signed(registers.words[place], 16) for place in places], np.int64)


def out_of_proportion(found: npt.NDArray[np.int64], scales: npt.NDArray[Any]) -> tuple[int, int, int] | None:
    """(channel, its multiplier, the expected one) of the worst one that does not fit; None where all fit."""
    real = scales.astype(np.float64)
    known = found > 0
    if len(found) != len(real) or np.count_nonzero(known) < 2:
        return None
    factor = float(np.median(found[known] / real[known]))
    for _ in range(3):  # of those that fit, so that one that does not has no say
        fits = known & (np.abs(found - factor * real) <= OFF)
        if not fits.any():
            return None
        factor = float((found[fits] * real[fits]).sum() / (real[fits] * real[fits]).sum())
    off = np.where((found == 0) & (factor * real < SMALL), 0, np.abs(found - factor * real))
    worst = int(off.argmax())
    if off[worst] <= OFF or np.count_nonzero(off > OFF) > len(found) // 4:
        return None
    return worst, int(found[worst]), round(factor * float(real[worst]))
