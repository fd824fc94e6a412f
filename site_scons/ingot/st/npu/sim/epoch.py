# SPDX-License-Identifier: Apache-2.0
"""One epoch: what its streams read, through its units, to what its streams write.

All is read before anything is written, but for partial sums: a CONVACC that adds what the chain it heads has written to
memory gets, for frame i, the chain's sums of frame i - 1 (sums.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.registers import Port, Unit
from ingot.st.npu.routes import Link, links_of
from ingot.st.npu.sim.activation import function_of_byte
from ingot.st.npu.sim.arithmetic import Ints, Ties, limits, rounded, wrapped
from ingot.st.npu.sim.convolution import sums_of_products
from ingot.st.npu.sim.elements import arithmetic, channels_of_elements
from ingot.st.npu.sim.fields import fields_of
from ingot.st.npu.sim.frames import Frames
from ingot.st.npu.sim.pooling import pooled
from ingot.st.npu.sim.store import Store, read_stream, write_stream
from ingot.st.npu.sim.sums import Chain, accumulated, chain_of
from ingot.st.npu.streams import Stream, streams_of


@dataclass(frozen=True)
class Saturation:
    """Values of 16 bits that a unit held inside their range.

    channels: count by channel of the tensor, where the unit has a coefficient a channel; by kernel of a set otherwise.
    """

    unit: str
    count: int
    of: int
    channels: Mapping[int, int]


@dataclass(frozen=True)
class Settings:
    """ties: where halves go. unheld: units of which 16-bit results are not held inside their range (what if)."""

    ties: Ties = "away"
    unheld: frozenset[str] = frozenset()


DEFAULT = Settings()
Results = Sequence[tuple[Stream, Frames]]


@dataclass(frozen=True)
class Effect:
    """Bytes of an output stream that are others because 16-bit values were held. largest: the largest difference."""

    stream: str
    count: int
    largest: int


@dataclass
class EpochResult:
    """saturations: of 16-bit results. effects: of these on what the epoch writes.

    beyond: units whose sums left 24 bits, which nobody has verified.
    """

    saturations: list[Saturation] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)


def results_of(epoch: HardwareEpoch, store: Store, settings: Settings = DEFAULT) -> tuple[Results, EpochResult]:
    """What an epoch would write, stream by stream. Raises IngotError for what was never verified."""
    run = _Run(epoch, store, settings)
    return [(stream, run.into(Port(stream.unit, 0))) for stream in run.streams.values() if stream.writes], run.result


def write_results(epoch: HardwareEpoch, store: Store, results: Results) -> None:
    """Writes what `results_of` found."""
    for stream, frames in results:
        write_stream(store, stream, frames, epoch.where)


def run_epoch(epoch: HardwareEpoch, store: Store, settings: Settings = DEFAULT) -> EpochResult:
    """Runs an epoch on memory. Raises IngotError for what was never verified."""
    results, found = results_of(epoch, store, settings)
    unheld(epoch, store, settings, results, found)
    write_results(epoch, store, results)
    return found


def unheld(epoch: HardwareEpoch, store: Store, settings: Settings, results: Results, found: EpochResult) -> Results:
    """What would be written if nothing had been held inside 16 bits; nothing where nothing was. Notes the effects."""
    units = frozenset(item.unit for item in found.saturations)
    if not units:
        return []
    free, _ = results_of(epoch, store, Settings(settings.ties, units))
    for (stream, held), (_, other) in zip(results, free, strict=True):
        one, two = held.sequence(), other.sequence()
        if stream.element == 1 and not np.array_equal(one, two):
            apart = np.abs(one - two)
            found.effects.append(Effect(str(stream.unit), int(np.count_nonzero(apart)), int(apart.max())))
    return free


class _Run:
    def __init__(self, epoch: HardwareEpoch, store: Store, settings: Settings) -> None:
        self.epoch, self.store, self.settings = epoch, store, settings
        self.streams: Mapping[Unit, Stream] = {stream.unit: stream for stream in streams_of(epoch)}
        self.links: Mapping[Port, Link] = {link.port: link for link in links_of(epoch)}
        self.fields = {unit: fields_of(epoch, unit) for unit in epoch.units if unit.kind != "STRENG"}
        self.result = EpochResult()
        self._known: dict[Unit, Frames] = {}
        self._makers: Mapping[str, Callable[[Unit], Frames]] = {
            "STRENG": self._stream,
            "CONVACC": self._convacc,
            "ARITH": self._arith,
            "ACTIV": self._activ,
            "POOL": self._pool,
        }

    def into(self, port: Port) -> Frames:
        """What reaches an input."""
        link = self.links[port]
        return self.out_of(link.source).passed(link)

    def out_of(self, unit: Unit) -> Frames:
        """What a unit makes."""
        if unit not in self._known:
            self._known[unit] = self._makers[unit.kind](unit)
        return self._known[unit]

    def _stream(self, unit: Unit) -> Frames:
        return read_stream(self.store, self.streams[unit], self.epoch.where)

    def _convacc(self, unit: Unit) -> Frames:
        chain = chain_of(unit, self.fields, self.links, self.streams, self.epoch.where)
        sums = {
            link: sums_of_products(
                link, self.fields[link], self.into(Port(link, 0)), self.into(Port(link, 1)), self.epoch.where
            )
            for link in chain.units
            if link not in self._known
        }
        if chain.loops:
            self._loop(chain, sums)
        else:
            fields = self.fields[unit]
            added = None if fields["NOSUM"] else self.into(Port(unit, 2)).all()
            self._keep(unit, accumulated(fields, sums[unit], added))
        return self._known[unit]

    def _loop(self, chain: Chain, sums: Mapping[Unit, Ints]) -> None:
        """Frame after frame: the head adds what the last unit made of the frame before."""
        frames = min(len(part) for part in sums.values())
        made: dict[Unit, list[Ints]] = {unit: [] for unit in chain.units}
        before: Ints | None = None
        for number in range(frames):
            added = before if chain.takes(number) else None
            for unit in chain.units:
                raw = accumulated(self.fields[unit], sums[unit][number : number + 1], added)
                made[unit].append(raw)
                added = self._finished(unit, raw)
            before = added
        for unit in chain.units:
            self._keep(unit, np.concatenate(made[unit]))

    def _keep(self, unit: Unit, raw: Ints) -> None:
        """Notes what a CONVACC made."""
        low, high = limits(3)
        if int(raw.max()) > high or int(raw.min()) < low:
            self.result.beyond.append(str(unit))
        self._known[unit] = self._out(unit, raw, None)

    def _arith(self, unit: Unit) -> Frames:
        fields = self.fields[unit]
        x = self.into(Port(unit, 0))
        y = self.into(Port(unit, 1)) if fields["DUALIN"] else None
        values = arithmetic(unit, fields, self.epoch.units[unit], x, y, self.epoch.where)
        found = self._out(unit, values.reshape(x.count, -1), None)
        if not fields["CLIPOUT"]:
            return found
        clipped = np.clip(found.values, fields["CLIPMIN"], fields["CLIPMAX"])
        return Frames(clipped, found.element, found.low, found.high, found.order)

    def _activ(self, unit: Unit) -> Frames:
        fields, x = self.fields[unit], self.into(Port(unit, 0))
        table = self._finished(unit, function_of_byte(unit, fields, self.epoch.units[unit], self.epoch.where))
        values = table.astype(np.int32)[x.read(1, True) + 128]
        return Frames(values, fields["OBYTES"], *limits(fields["OBYTES"]), x.order)

    def _pool(self, unit: Unit) -> Frames:
        fields, x = self.fields[unit], self.into(Port(unit, 0))
        x = x.cut(fields["X"] * fields["Y"], self.epoch.where)
        return self._out(unit, pooled(unit, fields, x, self.epoch.where), x.order)

    def _finished(self, unit: Unit, values: Ints) -> Ints:
        """Shifted, rounded, inside the output's bytes."""
        fields = self.fields[unit]
        shift = fields["RES"] if unit.kind == "ARITH" else fields["OUTSHIFT"]
        values = rounded(values, shift, bool(fields["ROUND"]), self.settings.ties)
        if str(unit) in self.settings.unheld:
            return values
        if fields["SAT"]:
            held: Ints = np.clip(values, *limits(fields["OBYTES"]))
            return held
        return wrapped(values, fields["OBYTES"])

    def _out(self, unit: Unit, values: Ints, order: npt.NDArray[np.int64] | None) -> Frames:
        fields = self.fields[unit]
        size = fields["OBYTES"]
        if fields["SAT"] and size == 2:
            self._count(unit, values)
        found = self._finished(unit, values).astype(np.int32, copy=False)
        return Frames(found, size, *limits(size), order, free=str(unit) in self.settings.unheld)

    def _count(self, unit: Unit, values: Ints) -> None:
        fields = self.fields[unit]
        shift = fields["RES"] if unit.kind == "ARITH" else fields["OUTSHIFT"]
        low, high = limits(2)
        if int(values.max()) < (high << shift) and int(values.min()) > (low << shift):
            return
        made = rounded(values, shift, bool(fields["ROUND"]), self.settings.ties)
        outside = (made < low) | (made > high)
        count = int(np.count_nonzero(outside))
        if count:
            places = np.flatnonzero(outside)
            if unit.kind == "ARITH" and fields["CNT1"]:
                places = channels_of_elements(fields, outside.size)[places]
            elif unit.kind == "CONVACC":
                places %= fields["NR"]
            else:
                places = places[:0]
            by = {int(channel): int(number) for channel, number in enumerate(np.bincount(places)) if number}
            self.result.saturations.append(Saturation(str(unit), count, outside.size, by))
