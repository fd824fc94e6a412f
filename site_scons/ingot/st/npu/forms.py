# SPDX-License-Identifier: Apache-2.0
"""Forms of epochs and programs: what a program for the NPU is made of, as tuples that can be counted.

A form says how units are used, not with which numbers:

    mode         all mode fields of a unit, in the order of MODES
    kernel       rows, columns, strides, DEEPMODE, DSS2MODE, SIMD, depth, kernels of a CONVACC
    pads         rows, columns, strides; padding at the top, bottom, left, right of a CONVACC
    chain        DEEPMODE, SIMD, how many CONVACCs add to each other, kernels of each
    window       type, rows, columns, strides, depth of a POOL
    link         kinds of source and destination, its port, which frames pass
    route        what the results of a convolution go through up to memory or to another convolution: kinds of units;
                 of an ARITH with two inputs the operation and the port, of ACTIV and POOL the type
    beside       how many CONVACCs each part of an epoch has, where no link joins the parts and two have some
    streams      how many streams an epoch has, and how many of them write
    units        how many CONVACC, ACTIV, ARITH, POOL an epoch has
    instruction  name, kind of unit, register, data words of an instruction; of CTRL, which commands. Of bursts into
                 memories and links of the switch, whose length follows from the epoch, not the length

An amount is a number of which a range counts: sizes, shifts, counters, bytes of alignment, spare bytes before a limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ingot.st.npu.instructions import Instruction
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.registers import CLR, CONFCLR, CTRL, EN, FIELDS, MEMORY, Field, Port, Unit, unit_of
from ingot.st.npu.routes import Link, links_of
from ingot.st.npu.sim.fields import fields_of
from ingot.st.npu.streams import Stream, streams_of

#: A field with more understood values than that is an amount.
MOST_VALUES = 6
#: Mode fields that a form of their own has.
_ELSEWHERE = {"EN", "LPAD", "RPAD", "TPAD", "BPAD", "HSTRD", "VSTRD"}
#: Addresses and constants: any number is as good as another.
_FREE = {"ADDR", "LIMITADDR", "A", "B", "CC", "MULVAL", "COEFFADDR", "PARAM2", "FSIZE", "FRMTRG_SRC", "FPAD"}
#: Largest alignment that is told apart.
ALIGNED = 256


class Form(NamedTuple):
    """category: a word of the list above. values: its tuple."""

    category: str
    values: tuple[int | str, ...]

    def __str__(self) -> str:
        return f"{self.category} {self.key}"

    @property
    def key(self) -> str:
        """The tuple as text, as the table has it."""
        return ",".join(str(value) for value in self.values)


class Amount(NamedTuple):
    """name: such as `CONVACC.W`. value: what an epoch has."""

    name: str
    value: int


def _is_mode(name: str, field: Field) -> bool:
    return field.seen is not None and 1 < len(field.seen) <= MOST_VALUES and name not in _ELSEWHERE


#: Kind of unit -> names of its mode fields, in the order of a `mode` form behind the kind.
MODES: Mapping[str, tuple[str, ...]] = {
    kind: tuple(name for name, field in fields.items() if _is_mode(name, field)) for kind, fields in FIELDS.items()
}
AMOUNTS: Mapping[str, tuple[str, ...]] = {
    kind: tuple(
        name
        for name, field in fields.items()
        if name not in _FREE and (field.seen is None or len(field.seen) > MOST_VALUES)
    )
    for kind, fields in FIELDS.items()
}


def forms_of(epoch: HardwareEpoch) -> Iterator[Form]:
    """The forms of an epoch. Raises IngotError for links and streams that never occurred."""
    links = links_of(epoch)
    counts = {"STRENG": 0, "CONVACC": 0, "ACTIV": 0, "ARITH": 0, "POOL": 0}
    for unit in epoch.units:
        counts[unit.kind] = counts.get(unit.kind, 0) + 1
        fields = fields_of(epoch, unit)
        yield Form("mode", (unit.kind, *(fields[name] for name in MODES[unit.kind])))
        if unit.kind == "CONVACC":
            yield from _convacc_forms(unit, fields, links)
        elif unit.kind == "POOL":
            sizes = ("TYPE", "WINY", "WINX", "STRDY", "STRDX", "BSIZE")
            yield Form("window", tuple(fields[name] for name in sizes))
    for link in links:
        yield Form("link", (link.source.kind, link.port.unit.kind, link.port.port, link.kind))
    yield from _routes(epoch, links)
    yield from _beside(links)
    yield Form("streams", (counts.pop("STRENG"), len(epoch.outputs)))
    yield Form("units", tuple(counts.values()))


def _beside(links: Iterable[Link]) -> Iterator[Form]:
    parts: list[set[Unit]] = []
    for link in links:
        ends = {link.source, link.port.unit}
        met = [part for part in parts if part & ends]
        parts = [part for part in parts if not part & ends] + [ends.union(*met)]
    counts = sorted(sum(unit.kind == "CONVACC" for unit in part) for part in parts)
    working = tuple(count for count in counts if count)
    if len(working) > 1:
        yield Form("beside", working)


def _routes(epoch: HardwareEpoch, links: Iterable[Link]) -> Iterator[Form]:
    feeds: dict[Unit, list[Link]] = {}
    for link in links:
        feeds.setdefault(link.port.unit, []).append(link)

    def back(link: Link, behind: tuple[str, ...]) -> Iterator[Form]:
        if link.source.kind == "CONVACC":
            yield Form("route", ("CONVACC", *behind))
        elif link.source.kind != "STRENG":
            for other in feeds[link.source]:
                yield from back(other, (_station(epoch, other.port), *behind))

    for link in links:
        if link.port.port == 0 and link.port.unit.kind in ("STRENG", "CONVACC"):
            yield from back(link, (link.port.unit.kind,))


def _station(epoch: HardwareEpoch, port: Port) -> str:
    """A unit that something goes through, by that port."""
    fields = fields_of(epoch, port.unit)
    if port.unit.kind != "ARITH":
        return f"{port.unit.kind}{fields['TYPE']}"
    return f"ARITH{fields['OP']}.{port.port}" if fields["DUALIN"] else "ARITH"


def _convacc_forms(unit: Unit, fields: Mapping[str, int], links: Iterable[Link]) -> Iterator[Form]:
    kernel = tuple(fields[name] for name in ("KH", "KW", "VSTRD", "HSTRD"))
    deep = tuple(fields[name] for name in ("DEEPMODE", "DSS2MODE", "SIMD"))
    yield Form("kernel", (*kernel, *deep, fields["BTCDEPTH"], fields["NR"]))
    pads = tuple(fields[name] for name in ("TPAD", "BPAD", "LPAD", "RPAD"))
    yield Form("pads", (*kernel, *pads))
    feeds = {link.port: link.source for link in links if link.port.unit.kind == "CONVACC" and link.port.port == 2}
    if unit not in feeds.values() or feeds.get(Port(unit, 2)) == unit:
        yield Form("chain", (deep[0], deep[2], len(_back(unit, feeds)), fields["NR"]))


def _back(unit: Unit, feeds: Mapping[Port, Unit]) -> list[Unit]:
    """A unit and those whose sums reach it, last first."""
    chain = [unit]
    while True:
        source = feeds.get(Port(chain[-1], 2))
        if source is None or source.kind != "CONVACC" or source in chain:
            return chain
        chain.append(source)


def amounts_of(epoch: HardwareEpoch) -> Iterator[Amount]:
    """The amounts of an epoch."""
    for unit in epoch.units:
        fields = fields_of(epoch, unit)
        raw = unit.kind == "STRENG" and fields["RAW"]
        for name in AMOUNTS[unit.kind]:
            if not (raw and name in ("DEPTH", "OFFSET", "LOFF", "DOFF_MSB", "LOFF_MSB")):
                yield Amount(f"{unit.kind}.{name}", fields[name])
        if unit.kind == "CONVACC":
            row = fields["W"] * fields["FBYTES"] if not fields["DEEPMODE"] else fields["W"]
            if fields["KH"] > 1:
                yield Amount("CONVACC line buffer, bytes", row)
            yield Amount("CONVACC weights of a set", _weights(fields))
            if fields["GEN1SUM"]:
                made = fields["W"] // max(1, fields["BTCDEPTH"]) * fields["H"] * fields["NR"]
                yield Amount("CONVACC sums by the switch, elements", made)
    links = links_of(epoch)
    for stream in streams_of(epoch):
        role = _role(stream, links)
        step = [stream.step] if stream.frames > 1 and not stream.continuous else []
        yield Amount(f"STRENG {role}, alignment", min(_aligned(number) for number in (stream.address, *step)))
        yield Amount(f"STRENG {stream.direction}, bytes before its limit", stream.limit - stream.last)
        yield Amount(f"STRENG {'raw' if stream.raw else 'raster'} elements of a frame", stream.frame_elements)
        if role == "sums":
            triggered = "with" if stream.trigger is not None else "without"
            yield Amount(f"STRENG sums {triggered} trigger, elements", stream.frame_elements)


def _weights(fields: Mapping[str, int]) -> int:
    return fields["KH"] * fields["KW"] * fields["BTCDEPTH"] * fields["NR"]


def _role(stream: Stream, links: Iterable[Link]) -> str:
    """What a stream carries: weights, sums, or elements that are read or written."""
    for link in links:
        if link.source == stream.unit and link.port.unit.kind == "CONVACC" and link.port.port:
            return "weights" if link.port.port == 1 else "sums"
    return f"{stream.direction} of {8 * stream.element} bits"


def _aligned(number: int) -> int:
    return min(ALIGNED, number & -number) if number else ALIGNED


def instruction_form(item: Instruction) -> Form:
    """The form of an instruction."""
    unit = unit_of(item.unit)
    kind = unit.kind if unit else f"UNIT{item.unit}"
    if item.name in ("label", "end"):
        return Form("instruction", (item.name,))
    if item.name == "set":
        values: tuple[int, ...] = () if kind == "CLKCTRL" else (item.lsb, item.value)
        return Form("instruction", (item.name, kind, item.register, *values))
    if item.name == "poll":
        return Form("instruction", (item.name, kind, item.register, item.msb, *item.data))
    if kind == "STRSWITCH" and item.register != CTRL:
        return Form("instruction", (item.name, kind, "links"))
    if item.register >= MEMORY:
        return Form("instruction", (item.name, kind, item.register))
    if item.register == CTRL and item.name in ("write", "burst"):
        commands = tuple("mode" if value & ~(EN | CLR | CONFCLR) else f"{value:#x}" for value in item.data)
        return Form("instruction", (item.name, kind, CTRL, *commands))
    return Form("instruction", (item.name, kind, item.register, len(item.data)))
