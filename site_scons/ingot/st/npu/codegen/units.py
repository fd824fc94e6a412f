# SPDX-License-Identifier: Apache-2.0
"""Units of an epoch while it is put together: which are free, what their registers hold, what feeds them.

Registers are written as public builds write them: only the words that they write for such a use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingot.st.npu.machine import HardwareEpoch, Registers
from ingot.st.npu.registers import COUNTS, EN, FIELDS, LINK, MEMORY, Port, Unit, source_number

#: Bytes behind the last one of a stream that may be fetched.
SPARE = 64
#: Fields of a stream whose elements of 8 bits have a sign.
SIGNED: Mapping[str, int] = {"LSBMODE": 1, "SIGNEXT": 1}
_FIXED: Mapping[str, Mapping[str, int]] = {
    "STRENG": {
        "SIZE0": 8,
        "POS": 0x24,
        "EVENT": 0x100000,
        "ADDRLIMIT": 1,
        "STOPPREFTC": 1,
        "FRAMELIMIT": 1,
        "LIMIT": 1,
    },
    "CONVACC": {"ORNDMODE": 1, "ROUND": 1, "SAT": 1, "OBYTES": 2, "FSHIFT": 16, "NOSUM": 1, "NO1SUM": 1},
    "ARITH": {"ORNDMODE": 1, "XFSHIFT": 16, "YFSHIFT": 16},
    "ACTIV": {"ROUND": 1, "SAT": 1, "FBYTES": 1, "FSHIFT": 16, "FOBYTES": 1, "OBYTES": 1, "ORNDMODE": 1},
    "POOL": {
        "ROUND": 1,
        "SAT": 1,
        "DUALLINE": 1,
        "CROPEN": 1,
        "FBYTES": 1,
        "FSHIFT": 16,
        "FOBYTES": 1,
        "ORND": 1,
    },
}
#: Words that are written for a use of a unit, beside CTRL.
_WORDS: Mapping[str, Sequence[int]] = {
    "STRENG": (2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 14, 17, 18),
    "CONVACC": (2, 3, 4, 5, 6, 7, 10, 13),
    "ARITH": (2, 7, 8, 12, 13),
    "ACTIV": (2, 3),
    "POOL": (2, 3, 4, 5, 6, 7, 8),
}


def registers(kind: str, fields: Mapping[str, int], words: Sequence[int] = (), memory: Sequence[int] = ()) -> Registers:
    """Registers of a unit that works. words: those written beside the usual ones. memory: words of ARITH's.

    Raises ValueError for a number that does not fit its field.
    """
    made = dict.fromkeys((0, *_WORDS[kind], *words), 0) | {0: EN}
    for name, value in (dict(_FIXED[kind]) | dict(fields)).items():
        place = FIELDS[kind][name]
        if place.word not in made:
            raise ValueError(f"{kind}.{name} stands in word {place.word}, which is not written")
        bits = place.mask >> place.lsb
        if not -(bits >> 1) - 1 <= value <= bits:
            raise ValueError(f"{kind}.{name} cannot be {value}")
        made[place.word] = made[place.word] & ~place.mask | place.put(value & bits)
    return Registers(made | {MEMORY + at: word for at, word in enumerate(memory)})


@dataclass
class Rotation:
    """Hands out units so that none of the epoch before is used again while others are free."""

    next: dict[str, int] = field(default_factory=dict)
    before: set[Unit] = field(default_factory=set)

    def take(self, kind: str, used: Mapping[Unit, Registers]) -> Unit:
        """A unit that the epoch does not use yet. Raises ValueError when there is none."""
        count = COUNTS[kind]
        order = [number // 2 + number % 2 * 5 for number in range(10)] if kind == "STRENG" else list(range(count))
        start = self.next.get(kind, 0)
        turned = [Unit(kind, order[(start + step) % count]) for step in range(count)]
        free = [unit for unit in turned if unit not in used]
        if not free:
            raise ValueError(f"an epoch with more than {count} units {kind}")
        unit = next((unit for unit in free if unit not in self.before), free[0])
        self.next[kind] = (order.index(unit.instance) + 1) % count
        return unit


@dataclass
class Draft:
    """An epoch while it is put together."""

    number: int
    rotation: Rotation
    units: dict[Unit, Registers] = field(default_factory=dict)
    switch: dict[Port, int] = field(default_factory=dict)

    def add(self, made: Registers, kind: str, *sources: Unit) -> Unit:
        """A unit with these registers; its ports, from the first on, are fed by the sources."""
        unit = self.rotation.take(kind, self.units)
        self.units[unit] = made
        for port, source in enumerate(sources):
            self.link(source, unit, port)
        return unit

    def link(self, source: Unit, target: Unit, port: int) -> None:
        """All frames of the source reach that port."""
        self.switch[Port(target, port)] = EN | LINK["LINK0"].put(source_number(source))

    def link_each(self, source: Unit, target: Unit, frames: int) -> None:
        """The last one of so many frames reaches the first port, again and again."""
        number = source_number(source)
        dropped = LINK["LINK0"].put(number) | LINK["FNR0"].put(frames - 1)
        self.switch[Port(target, 0)] = dropped | LINK["EN1"].put(1) | LINK["LINK1"].put(number) | LINK["FNR1"].put(1)

    def finished(self) -> HardwareEpoch:
        """The epoch."""
        units = dict(sorted(self.units.items(), key=lambda item: item[0].number))
        outputs = tuple(unit for unit in units if unit.kind == "STRENG" and units[unit][0] >> 3 & 1)
        switch = dict(sorted(self.switch.items(), key=lambda item: (item[0].unit.number, item[0].port)))
        self.rotation.before = set(units)
        return HardwareEpoch(self.number, "", units, switch, outputs)


def raw_stream(address: int, elements: int, size: int = 1, total: int = 0, **fields: int) -> Registers:
    """A stream of consecutive elements of `size` bytes. total: bytes that it touches, of several frames."""
    touched = total or elements * size
    sizes = {"SIZE1": 8 * (size > 1), "SIZE2": 8 * (size > 2)}
    single = int(fields.get("LIMIT", 1) == 1)
    values = {"RAW": 1, "SINGLE": single, "ADDR": address, "FSIZE": elements, "FOFFSET": touched}
    return registers("STRENG", values | {"LIMITADDR": address + touched - 1 + SPARE} | sizes | fields)


def raster_stream(
    address: int, shape: tuple[int, int, int], pixel: int, last: int, size: int = 1, line: int = 0, **fields: int
) -> Registers:
    """A stream of a part of each pixel. shape: height, width, elements of a pixel. pixel: bytes to the next pixel.

    last: address of the last byte of the buffer. line: bytes to the next line; 0 where no pixel is left out.
    """
    height, width, depth = shape
    line = line or width * pixel
    sizes = {"SIZE1": 8 * (size > 1), "SIZE2": 8 * (size > 2)}
    values = {
        "ADDR": address,
        "FSIZE": height << 16 | width,
        "DEPTH": depth,
        "OFFSET": pixel,
        "LIMITADDR": last + SPARE,
    }
    lines = {"LOFF": line & 0xFFFF, "LOFF_MSB": line >> 16}
    return registers("STRENG", values | lines | sizes | fields, (4,))
