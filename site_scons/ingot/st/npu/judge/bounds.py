# SPDX-License-Identifier: Apache-2.0
"""How far rounding alone can take an epoch of one layer from the model, out of its registers.

    sums        half a step of 2^OUTSHIFT; in a loop one a pass
    scaling     half a step of the 16-bit number; the multiplier's own rounding, half a unit times the largest number
                that does not end at the limits of the output
    output      half a unit of the last place; and half of one in the model

Each error grows by the multiplier of the units that follow. Multipliers are in the coefficients of an ARITH, or reach
it as a stream from a file of weights. Bytes from memory are taken as right, 16-bit numbers as rounded once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np

from ingot.st.npu.machine import HardwareEpoch, memory_words
from ingot.st.npu.registers import Port, Unit, signed
from ingot.st.npu.routes import links_of
from ingot.st.npu.sim.fields import fields_of
from ingot.st.npu.sim.frames import Frames
from ingot.st.npu.streams import Stream, stream_of

#: The largest 16-bit number.
WHOLE = 32768
#: Numbers of a byte.
BYTE = 256.0
#: ARITH's operation x * y.
PRODUCT = 7
#: The model's own rounding.
MODEL = 0.5

Constants = Callable[[Stream], Frames | None]
"""What a stream reads from a file of weights; None where it reads something else."""


def rounding_bound(epoch: HardwareEpoch, constants: Constants = lambda stream: None) -> int | None:
    """Units of the last place that one layer may be apart; None where errors go through a second layer."""
    bounds = _Bounds(epoch, {link.port: link.source for link in links_of(epoch)}, constants)
    worst = 0.0
    for unit in epoch.outputs:
        found = bounds.error(bounds.sources[Port(unit, 0)], (), BYTE)
        if found is None:
            return None
        worst = max(worst, found)
    return max(1, floor(worst + MODEL))


@dataclass(frozen=True)
class _Factor:
    """What an ARITH multiplies an input by: whole numbers from low (but for 0) to high, of `unit` each.

    whole: the largest number of the input.
    """

    port: int
    low: int
    high: int
    unit: float
    whole: float

    @property
    def exact(self) -> bool:
        """Whether nothing was rounded when the compiler chose it."""
        return self.low == self.high and self.high & (self.high - 1) == 0


@dataclass(frozen=True)
class _Bounds:
    """sources: what feeds each input. Errors are in units of what the unit makes; None: through a second layer."""

    epoch: HardwareEpoch
    sources: Mapping[Port, Unit]
    constants: Constants

    def error(self, unit: Unit, seen: tuple[Unit, ...], reach: float) -> float | None:
        """The largest error of what a unit makes. reach: no number beyond it counts."""
        if unit.kind == "STRENG":
            return 0.5 if self._stream(unit).element == 2 else 0.0
        if unit in seen:
            return 0.0
        seen = (*seen, unit)
        fields = fields_of(self.epoch, unit)
        if unit.kind == "CONVACC":
            return self._sums(unit, seen, reach)
        if unit.kind == "ARITH":
            return self._scaled(unit, fields, seen, reach)
        if unit.kind == "POOL":
            found = self.error(self.sources[Port(unit, 0)], seen, reach)
            return None if found is None else found if fields["TYPE"] == 0 else None if found else 0.5
        return None

    def _stream(self, unit: Unit) -> Stream:
        return stream_of(unit, self.epoch.units[unit], self.epoch.where)

    def _sums(self, unit: Unit, seen: tuple[Unit, ...], reach: float) -> float | None:
        """Of a chain of CONVACCs, head first; once a pass, where the head adds what the last one made before."""
        chain = [unit]
        while not fields_of(self.epoch, chain[0])["NOSUM"]:
            source = self.sources[Port(chain[0], 2)]
            if source.kind != "CONVACC" or source in chain:
                break
            chain.insert(0, source)
        found, passes = 0.0, 1
        for link in chain:
            if self.error(self.sources[Port(link, 0)], (*seen, *chain), reach) != 0:
                return None
            fields = fields_of(self.epoch, link)
            found *= 2.0 ** (fields["INSHIFT"] - fields["OUTSHIFT"])
            found += 0.5 if fields["OUTSHIFT"] else 0.0
            passes = max(passes, fields["ATOT"] if fields["AFILTMODE"] else 1)
        return found * passes

    def _scaled(self, unit: Unit, fields: Mapping[str, int], seen: tuple[Unit, ...], reach: float) -> float | None:
        factors = self._factors(unit, fields)
        if factors is None:
            return None
        found = 0.5 if fields["ROUND"] and fields["RES"] else 0.0
        for factor in factors:
            limit = min(factor.whole, reach / max(factor.low * factor.unit, 1e-9))
            error = self.error(self.sources[Port(unit, factor.port)], seen, limit)
            if error is None:
                return None
            found += error * factor.high * factor.unit + (0.0 if factor.exact else 0.5 * limit * factor.unit)
        truncated = sum(fields[name] > 0 for name in ("AX", "BY")[: 1 + fields["DUALIN"]])
        return found + truncated / 2.0 ** fields["RES"]

    def _factors(self, unit: Unit, fields: Mapping[str, int]) -> list[_Factor] | None:
        """Of a*x + b*y, or of x * y where y is a file's; None for other operations."""
        step = 2.0 ** fields["RES"]
        whole = {port: WHOLE if fields[f"{side}FBYTES"] == 2 else BYTE / 2 for port, side in enumerate("XY")}
        if fields["OP"] == 0:
            words = [word for place, word in memory_words(self.epoch.units[unit]) if place % 2 == 0]
            found = []
            for port, (name, shift, low) in enumerate((("A", "AX", 0), ("B", "BY", 16))[: 1 + fields["DUALIN"]]):
                inside = fields[f"COEFF{name}"] and words
                amounts = [abs(signed(word >> low, 16)) for word in words] if inside else [abs(fields[name])]
                found.append(_factor(port, amounts, 2.0 ** -fields[shift] / step, whole[port]))
            return found
        source = self.sources.get(Port(unit, 1))
        if fields["OP"] != PRODUCT or source is None or source.kind != "STRENG":
            return None
        values = self.constants(self._stream(source))
        if values is None:
            return None
        amounts = np.abs(values.read(fields["YFBYTES"], True)).reshape(-1).tolist()
        return [_factor(0, amounts, 1 / step, whole[0])]


def _factor(port: int, amounts: Sequence[int], unit: float, whole: float) -> _Factor:
    return _Factor(port, min((amount for amount in amounts if amount), default=1), max(amounts), unit, whole)
