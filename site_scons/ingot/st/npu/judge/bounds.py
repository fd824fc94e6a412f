# SPDX-License-Identifier: Apache-2.0
"""How far rounding alone can take the results of an epoch from exact numbers, out of its registers and weights.

    sums        half a step of 2^OUTSHIFT; in a loop one a pass
    scaling     half a step of the 16-bit number; the multiplier's own rounding, half a unit times the largest number
                that does not end at the limits of the output
    output      half a unit of the last place
    table       one unit for the pieces that the compiler has put in the function's place

Each error grows by the multiplier of the units that follow: the coefficients of an ARITH, or a stream of them from a
file; the sum of a kernel's weights without their signs; the steepest step of a table. What memory holds is right where
the model's tensor has replaced it; else it is as far off as the epoch that wrote it says (carried.py).

The model rounds, too: where a unit rounds to a byte, the model's tensor is another half a unit away, and both are whole
numbers. Where the model rounds and no unit does, its half a unit is added (counterparts.py); behind weights it is not
known, and there is no bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from ingot.st.npu.machine import HardwareEpoch, memory_words
from ingot.st.npu.registers import MEMORY, Port, Unit, signed
from ingot.st.npu.routes import links_of
from ingot.st.npu.sim.activation import function_of_byte
from ingot.st.npu.sim.convolution import sets_of_kernels
from ingot.st.npu.sim.elements import ENTRIES
from ingot.st.npu.sim.fields import fields_of
from ingot.st.npu.sim.frames import Frames
from ingot.st.npu.sim.pooling import GLOBAL_AVERAGE
from ingot.st.npu.streams import Stream, stream_of

#: The largest 16-bit number.
WHOLE = 32768
#: Numbers of a byte.
BYTE = 256.0
#: ARITH's operation x * y.
PRODUCT = 7
#: The model's own rounding.
MODEL = 0.5

#: What a table is off by itself.
PIECES = 1.0

Constants = Callable[[Stream], Frames | None]
"""What a stream reads from a file of weights; None where it reads something else."""
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Error:
    """How far numbers may be off, in their own units. values: one, or one a channel.

    rounded: the units that round to a byte on the way, with their epochs.
    """

    values: Array
    rounded: frozenset[tuple[int, Unit]] = frozenset()

    @property
    def largest(self) -> float:
        """Of all channels."""
        return float(self.values.max())

    def limits(self, rounding: int, inner: float | None) -> Array | None:
        """Whole units, one or one a channel, but at least 1; None where nothing bounds what the model rounds.

        rounding: operators of the model that round on the way. inner: how far all but the last of them take its result;
        it counts where not each of them has a byte in the chain.
        """
        if len(self.rounded) >= rounding:
            return np.maximum(np.floor(self.values), 1)
        return None if inner is None else np.maximum(np.floor(self.values + inner), 1)


Errors = Callable[[Stream], Error | None]
"""How far off what a stream reads is; None where nobody knows."""


def rounded_once(stream: Stream) -> Error:
    """Bytes are right; 16-bit numbers are rounded."""
    return Error(np.array([0.5 if stream.element == 2 else 0.0]))


def rounding_errors(
    epoch: HardwareEpoch, constants: Constants = lambda stream: None, before: Errors = rounded_once
) -> dict[Unit, Error | None]:
    """How far off what each stream writes may be. None: something that has no bound here."""
    bounds = _Bounds(epoch, {link.port: link.source for link in links_of(epoch)}, constants, before)
    return {unit: bounds.error(bounds.sources[Port(unit, 0)], (), BYTE) for unit in epoch.outputs}


def rounding_bound(epoch: HardwareEpoch, constants: Constants = lambda stream: None) -> int | None:
    """Units of the last place that an epoch of right inputs may be apart from the model; None without a bound."""
    errors = [error.largest for error in rounding_errors(epoch, constants).values() if error is not None]
    return max(1, floor(max(errors))) if len(errors) == len(epoch.outputs) else None


@dataclass(frozen=True)
class _Factor:
    """What an ARITH multiplies an input by: whole numbers from low (but for 0) to high, of `unit` each.

    whole: the largest number of the input. amounts: by channel, or one. chosen: a compiler has rounded them.
    """

    port: int
    low: int
    high: int
    unit: float
    whole: float
    amounts: Array
    chosen: bool = True

    @property
    def exact(self) -> bool:
        """Whether nothing was rounded when the compiler chose it."""
        return not self.chosen or (self.low == self.high and self.high & (self.high - 1) == 0)


@dataclass(frozen=True)
class _Bounds:
    """sources: what feeds each input. Errors are in units of what the unit makes."""

    epoch: HardwareEpoch
    sources: Mapping[Port, Unit]
    constants: Constants
    before: Errors

    def error(self, unit: Unit, seen: tuple[Unit, ...], reach: float) -> Error | None:
        """The largest error of what a unit makes. reach: no number beyond it counts."""
        if unit.kind == "STRENG":
            return self.before(self._stream(unit))
        if unit in seen:
            return Error(np.zeros(1))
        seen = (*seen, unit)
        fields = fields_of(self.epoch, unit)
        found = self._made(unit, fields, seen, reach)
        if found is None or fields["OBYTES"] > 1 or not fields["ROUND"]:
            return found
        values = np.maximum(found.values, np.floor(found.values + MODEL))
        shifts = fields["RES" if unit.kind == "ARITH" else "OUTSHIFT"] > 0
        return Error(values, found.rounded | ({(self.epoch.number, unit)} if shifts else set()))

    def _made(self, unit: Unit, fields: Mapping[str, int], seen: tuple[Unit, ...], reach: float) -> Error | None:
        if unit.kind == "CONVACC":
            return self._sums(unit, seen, reach)
        if unit.kind == "ARITH":
            return self._scaled(unit, fields, seen, reach)
        inner = self.error(self.sources[Port(unit, 0)], seen, reach)
        if inner is None:
            return None
        values = _pooled(fields, inner.values) if unit.kind == "POOL" else self._function(unit, fields, inner.values)
        return Error(values, inner.rounded)

    def _stream(self, unit: Unit) -> Stream:
        return stream_of(unit, self.epoch.units[unit], self.epoch.where)

    def _sums(self, unit: Unit, seen: tuple[Unit, ...], reach: float) -> Error | None:
        """Of a chain of CONVACCs, head first; once a pass, where the head adds what the last one made before."""
        chain = [unit]
        while not fields_of(self.epoch, chain[0])["NOSUM"]:
            source = self.sources[Port(chain[0], 2)]
            if source.kind != "CONVACC" or source in chain:
                break
            chain.insert(0, source)
        found, passes = np.zeros(1), 1
        rounded: frozenset[tuple[int, Unit]] = frozenset()
        for link in chain:
            fields = fields_of(self.epoch, link)
            error = self.error(self.sources[Port(link, 0)], (*seen, *chain), reach)
            if error is None:
                return None
            weights = self._weights(link, fields) if error.largest else np.zeros(1)
            if weights is None:
                return None
            rounded |= error.rounded
            weights = weights * error.largest
            found = _same(found, weights / 2.0 ** fields["INSHIFT"])
            found = found * 2.0 ** (fields["INSHIFT"] - fields["OUTSHIFT"])
            found = found + (0.5 if fields["OUTSHIFT"] else 0.0)
            passes = max(passes, fields["ATOT"] if fields["AFILTMODE"] else 1)
        return Error(found if passes == 1 else np.array([found.max() * passes]), rounded)

    def _weights(self, unit: Unit, fields: Mapping[str, int]) -> Array | None:
        """The sum of each kernel's weights without their signs; None where no file has them."""
        source = self.sources[Port(unit, 1)]
        kernels = self.constants(self._stream(source)) if source.kind == "STRENG" else None
        if kernels is None:
            return None
        sets = sets_of_kernels(unit, fields, kernels, self.epoch.where)
        sums: Array = np.abs(sets.astype(np.float64)).sum(axis=(2, 3, 4)).reshape(-1)
        return sums

    def _function(self, unit: Unit, fields: Mapping[str, int], error: Array) -> Array:
        """Of a threshold, or of a table by its steepest step."""
        if fields["TYPE"] == 2:
            jump = abs(fields["PARAM"] - fields["PARAM2"])
            return error + jump if jump and error.any() else error
        values = function_of_byte(unit, fields, self.epoch.units[unit], self.epoch.where) / 2.0 ** fields["OUTSHIFT"]
        values = np.clip(values, -BYTE / 2, BYTE / 2 - 1)
        step = min(len(values) - 1, ceil(float(error.max())))
        steepest = float(np.abs(values[step:] - values[: len(values) - step]).max()) if step else 0.0
        return np.array([steepest + PIECES])

    def _scaled(self, unit: Unit, fields: Mapping[str, int], seen: tuple[Unit, ...], reach: float) -> Error | None:
        factors = self._factors(unit, fields)
        if factors is None:
            return None
        whole = all(not np.any(factor.amounts % 2.0 ** fields["RES"]) for factor in factors)
        found = np.array([0.0 if not fields["RES"] else 0.5 if fields["ROUND"] else 0.0 if whole else 1.0])
        rounded: frozenset[tuple[int, Unit]] = frozenset()
        for factor in factors:
            limit = min(factor.whole, reach / max(factor.low * factor.unit, 1e-9))
            error = self.error(self.sources[Port(unit, factor.port)], seen, limit)
            if error is None:
                return None
            rounded |= error.rounded
            count = len(error.values)
            high = factor.amounts[:count] if 1 < count <= len(factor.amounts) else factor.amounts.max()
            found = _same(found, error.values * high * factor.unit)
            found = found + (0.0 if factor.exact else 0.5 * limit * factor.unit)
        truncated = sum(fields[name] > 0 for name in ("AX", "BY")[: 1 + fields["DUALIN"]])
        return Error(found + truncated / 2.0 ** fields["RES"], rounded)

    def _factors(self, unit: Unit, fields: Mapping[str, int]) -> list[_Factor] | None:
        """Of a*x + b*y, or of x * y; None for other operations."""
        step = 2.0 ** fields["RES"]
        whole = {port: WHOLE if fields[f"{side}FBYTES"] == 2 else BYTE / 2 for port, side in enumerate("XY")}
        if fields["OP"] == 0:
            words = dict(memory_words(self.epoch.units[unit]))
            first = fields["COEFFADDR"] if fields["CNT1"] else 0
            places = [MEMORY + 2 * ((first + number) % ENTRIES) for number in range(ENTRIES)]
            known = [words[place] for place in places if place in words]
            found = []
            for port, (name, shift, low) in enumerate((("A", "AX", 0), ("B", "BY", 16))[: 1 + fields["DUALIN"]]):
                inside = fields[f"COEFF{name}"] and known
                amounts = [abs(signed(word >> low, 16)) for word in known] if inside else [abs(fields[name])]
                found.append(_factor(port, amounts, 2.0 ** -fields[shift] / step, whole[port]))
            return found
        source = self.sources.get(Port(unit, 1))
        if fields["OP"] != PRODUCT or source is None:
            return None
        values = self.constants(self._stream(source)) if source.kind == "STRENG" else None
        if values is None:
            # Neither was rounded by a compiler: each error grows by the largest number of the other.
            return [
                replace(_factor(port, [int(whole[1 - port])], 1 / step, whole[port]), chosen=False) for port in (0, 1)
            ]
        amounts = np.abs(values.read(fields["YFBYTES"], True)).reshape(-1).tolist()
        return [_factor(0, [max(amounts), *filter(None, amounts)], 1 / step, whole[0])]


def _pooled(fields: Mapping[str, int], error: Array) -> Array:
    """The largest is as far off as what it is of; an average as the mean of all, times a factor that is rounded."""
    if fields["TYPE"] == 0:
        return error
    pixels = fields["WINX"] * fields["WINY"]
    if fields["TYPE"] == GLOBAL_AVERAGE:
        pixels = fields["X"] * fields["Y"] // max(1, fields["BSIZE"])
    step = 2.0 ** fields["OUTSHIFT"]
    return np.array([error.max() * pixels * abs(fields["MULVAL"]) / step + 0.5 + 0.5 * pixels * BYTE / 2 / step])


def _same(one: Array, other: Array) -> Array:
    """The sum of errors, a channel each where both know channels."""
    if len(one) == len(other) or 1 in (len(one), len(other)):
        return one + other
    return np.array([one.max() + other.max()])


def _factor(port: int, amounts: Sequence[int], unit: float, whole: float) -> _Factor:
    low = min((amount for amount in amounts if amount), default=1)
    return _Factor(port, low, max(amounts), unit, whole, np.array(amounts, np.float64))
