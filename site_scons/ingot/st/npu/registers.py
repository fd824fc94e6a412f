# SPDX-License-Identifier: Apache-2.0
"""Units of the NPU and their registers: names, bits, reset values, and the values that public builds have.

A field's `seen` holds what is understood: its values, or None where every value is (addresses, counts, constants).
Anything else is refused by name; see envelope.py.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Unit(NamedTuple):
    """One unit of the NPU, such as STRENG 3."""

    kind: str
    instance: int

    @property
    def number(self) -> int:
        """Its place in the address space, in steps of 0x1000 from the NPU's base."""
        return FIRST[self.kind] + self.instance

    def __str__(self) -> str:
        return f"{self.kind}{self.instance}" if COUNTS[self.kind] > 1 else self.kind


#: Kind -> number of its first unit, and how many there are.
FIRST: Mapping[str, int] = {
    "CLKCTRL": 0,
    "INTCTRL": 1,
    "BUSIF": 2,
    "STRSWITCH": 4,
    "STRENG": 5,
    "CONVACC": 15,
    "DECUN": 19,
    "ACTIV": 21,
    "ARITH": 23,
    "POOL": 27,
    "RECBUF": 29,
    "EPOCHCTRL": 30,
    "DEBUG": 31,
}
COUNTS: Mapping[str, int] = {kind: 1 for kind in FIRST} | {
    "BUSIF": 2,
    "STRENG": 10,
    "CONVACC": 4,
    "DECUN": 2,
    "ACTIV": 2,
    "ARITH": 4,
    "POOL": 2,
}
#: Units that compute or move data, in the order of the clock gates' bits and of the switch's sources.
WORKING = ("STRENG", "CONVACC", "DECUN", "ACTIV", "ARITH", "POOL")
CTRL, EN, CLR, CONFCLR, RUNNING = 0, 1 << 0, 1 << 1, 1 << 30, 1 << 31
CLOCK_GATES = 4
#: Words of memories behind a unit's registers: coefficients of ARITH, the two tables of ACTIV.
MEMORY = 0x100
RESET: Mapping[str, int] = {"ARITH": 0x8000000, "POOL": 0x420000, "ACTIV": 0x881080}
_BY_NUMBER = {FIRST[kind] + index: Unit(kind, index) for kind in FIRST for index in range(COUNTS[kind])}
_SOURCES = tuple(Unit(kind, index) for kind in WORKING for index in range(COUNTS[kind]))


def unit_of(number: int) -> Unit | None:
    """The unit at that place of the address space, None where there is none."""
    return _BY_NUMBER.get(number)


def unit_named(name: str) -> Unit | None:
    """The unit of that name, as `str(unit)` writes it."""
    return _BY_NAME.get(name)


def source_of(link: int) -> Unit | None:
    """The unit whose output a LINK field of the switch names; None for the record buffer, which no build uses."""
    return _SOURCES[link] if link < len(_SOURCES) else None


def source_number(unit: Unit) -> int:
    """The opposite of `source_of`; also the unit's bit of the clock gates."""
    return _SOURCES.index(unit)


_BY_NAME = {str(unit): unit for unit in _BY_NUMBER.values()}


class Port(NamedTuple):
    """An input of a unit, as the switch sees it."""

    unit: Unit
    port: int

    def __str__(self) -> str:
        names = {"CONVACC": ("feature", "kernel", "accumulator"), "ARITH": ("x", "y")}.get(self.unit.kind)
        return f"{self.unit}.{names[self.port]}" if names else str(self.unit)


_PORTS = {"STRENG": 1, "CONVACC": 3, "DECUN": 2, "ACTIV": 1, "ARITH": 2, "POOL": 1}
#: Word of the switch -> the input that it feeds.
DESTINATIONS: Mapping[int, Port] = dict(
    enumerate((Port(unit, port) for unit in _SOURCES for port in range(_PORTS[unit.kind])), start=2)
)
DESTINATION_WORDS: Mapping[Port, int] = {port: word for word, port in DESTINATIONS.items()}


@dataclass(frozen=True)
class Field:
    """Bits msb..lsb of a register word. seen: its understood values, or None when all are."""

    word: int
    msb: int
    lsb: int
    seen: frozenset[int] | None = None

    @functools.cached_property
    def mask(self) -> int:
        """Its bits in the word."""
        return ((1 << (self.msb - self.lsb + 1)) - 1) << self.lsb

    def get(self, word: int) -> int:
        """Its value in a word."""
        return (word & self.mask) >> self.lsb

    def put(self, value: int) -> int:
        """The bits for a value. Raises ValueError when it does not fit."""
        if value < 0 or (value << self.lsb) & ~self.mask:
            raise ValueError(f"{value} does not fit bits {self.msb}..{self.lsb}")
        return value << self.lsb


def signed(value: int, bits: int) -> int:
    """The two's complement number in the lowest bits."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def _fields(text: str) -> dict[str, Field]:
    """`word name msb..lsb values`, one a line. values: `*` for all, or numbers and ranges a-b, with commas."""
    fields: dict[str, Field] = {}
    for line in text.strip().splitlines():
        word, name, bits, values = line.split()
        msb, _, lsb = bits.partition("..")
        fields[name] = Field(int(word), int(msb), int(lsb or msb), _values(values))
    return fields


def _values(text: str) -> frozenset[int] | None:
    if text == "*":
        return None
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first, 0), int(last or first, 0) + 1))
    return frozenset(found)


#: Kind of unit -> name -> field. FSHIFT fields say "no shift" as 16 (or 0 in a register that nobody wrote).
FIELDS: Mapping[str, Mapping[str, Field]] = {
    "STRENG": _fields("""
        0 EN 0 0,1
        0 CLR 1 0
        0 SINGLE 2 0,1
        0 DIR 3 0,1
        0 NOINC 4 0
        0 CONT 7 0,1
        0 RAW 8 0,1
        0 RAW_OUT 9 0,1
        0 LSBMODE 14 0,1
        0 SIGNEXT 15 0,1
        0 SIZE0 19..16 8
        0 SIZE1 23..20 0,8
        0 SIZE2 27..24 0,8
        0 SERDES 29..28 0
        2 ADDR 31..0 *
        3 FSIZE 31..0 *
        4 DEPTH 15..0 *
        4 OFFSET 31..16 *
        5 LOFF 15..0 *
        5 FGAP 21..16 0
        5 BGAP 29..24 0
        6 FOFFSET 31..0 *
        7 FRAME_RPT 31..0 *
        8 FRPTOFF 31..0 *
        9 POS 5..0 0x24
        10 EVENT 22..0 0x100000
        10 FRMTRG_EN 23 0,1
        10 FRMTRG_SRC 28..24 0-9
        12 ADDRLIMIT 0 1
        12 STOPPREFTC 1 1
        12 FRAMELIMIT 2 1
        12 DOFF_MSB 31..16 *
        13 LIMIT 31..0 *
        14 LIMITADDR 31..0 *
        17 ENCR 31..0 0
        18 CID 2..0 0
        18 CACHEABLE 3 0,1
        18 ALLOC 4 0,1
        18 LOFF_MSB 31..16 *
    """),
    "CONVACC": _fields("""
        0 EN 0 0,1
        0 NOSUM 2 0,1
        0 KT1 3 0
        0 NO1SUM 4 0,1
        0 SIMD 6..5 1,2
        0 AFILTMODE 9..8 0,3
        0 GEN1SUM 10 0,1
        0 FC 11 0
        0 FUNSIGNED 20 0,1
        0 KUNSIGNED 21 0
        0 KSETEN 23..22 0,3
        0 FSTAT 24 0,1
        0 DEEPMODE 28 0,1
        0 DSS2MODE 29 0,1
        2 KW 7..0 *
        2 KH 15..8 *
        2 BTCDEPTH 23..16 *
        2 NR 31..24 *
        3 LPAD 1..0 0-2
        3 RPAD 3..2 0-2
        3 TPAD 5..4 0-2
        3 BPAD 7..6 0-2
        3 HSTRD 10..8 1,2
        3 VSTRD 14..12 1,2
        3 FSTATCNT 31..16 0,2
        4 INSHIFT 5..0 0-31
        4 FRNDMODE 7..6 0
        4 OUTSHIFT 13..8 0-31
        4 ORNDMODE 15..14 1
        4 ROUND 16 0,1
        4 SAT 17 0,1
        4 RAW 18 0,1
        4 OBYTES 21..20 1-3
        4 FBYTES 23..22 1-3
        4 FSHIFT 29..24 16
        4 FROUND 30 0
        4 FSAT 31 0
        5 W 15..0 *
        5 H 31..16 *
        6 LCROP 15..0 *
        6 RCROP 31..16 *
        7 TCROP 15..0 *
        7 BCROP 31..16 *
        8 KTOT 7..0 *
        8 KFIRST 15..8 *
        8 KLAST 23..16 *
        9 ATOT 7..0 *
        9 AFIRST 15..8 *
        9 ALAST 23..16 *
        10 ZLEFT 7..0 *
        10 ZRIGHT 15..8 *
        10 ZTOP 23..16 *
        10 ZBOTTOM 31..24 *
        11 ITER 31..0 0
        12 FSUB 23..0 *
        13 ZFBIAS 15..0 *
    """),
    "ARITH": _fields("""
        0 EN 0 0,1
        0 CNT1 2 0,1
        0 CNT2 3 0,1
        0 CNT3 4 0,1
        0 ROUND 5 0,1
        0 SAT 6 0,1
        0 COEFFA 7 0,1
        0 DUALIN 8 0,1
        0 OP 14..9 0,7,0x37
        0 COEFFB 21 0,1
        0 COEFFC 22 0,1
        0 LOGICALOP 23 0
        0 ORNDMODE 25..24 1
        0 OBYTES 27..26 1,2
        0 COMBINEBC 28 0,1
        0 CLIPOUT 29 0,1
        2 AX 4..0 *
        2 BY 9..5 *
        2 C 14..10 *
        2 RES 20..15 0-31
        3 INCCNT 31..0 0
        4 RSTCNT1 26..0 *
        5 RSTCNT2 26..0 *
        6 RSTCNT3 26..0 *
        7 A 15..0 *
        7 CC 31..16 *
        8 B 15..0 *
        9 OFFSET1 8..0 *
        9 OFFSET2 17..9 *
        9 OFFSET3 26..18 *
        10 INCOFFSET 8..0 *
        11 TRANSLATEADDR 0 0,1
        12 COEFFADDR 31..0 *
        13 XFBYTES 1..0 1,2
        13 XFSHIFT 7..2 16
        13 XFROUND 8 0
        13 XFSAT 9 0
        13 XFRND 11..10 0
        13 XFOBYTES 13..12 1,2
        13 YFBYTES 17..16 1,2
        13 YFSHIFT 23..18 16
        13 YFROUND 24 0
        13 YFSAT 25 0
        13 YFRND 27..26 0
        13 YFOBYTES 29..28 1,2
        14 CLIPMAX 15..0 *
        14 CLIPMIN 31..16 *
    """),
    "ACTIV": _fields("""
        0 EN 0 0,1
        0 TYPE 3..2 2,3
        0 FBYTES 7..6 1
        0 FSHIFT 13..8 16
        0 FOBYTES 19..18 1
        0 ROUND 20 0,1
        0 SAT 21 0,1
        0 OBYTES 23..22 1
        0 ORNDMODE 25..24 1
        2 PARAM 15..0 *
        2 FUNC 19..16 0,8
        3 OUTSHIFT 5..0 0-31
        3 CSHIFT 11..6 0-31
        3 BSHIFT 16..12 0-31
        3 SIGNEDOP 20 0,1
        3 BWIDTH 25..23 0-5
        4 PARAM2 15..0 *
        5 FSUB 31..0 0
    """),
    "POOL": _fields("""
        0 EN 0 0,1
        0 TYPE 5..2 0,2,10
        0 ROUND 6 0,1
        0 SAT 7 0,1
        0 OUTSHIFT 13..8 0-31
        0 DUALLINE 14 0,1
        0 CROPEN 15 0,1
        0 FBYTES 17..16 1
        0 FSHIFT 23..18 16
        2 WINX 2..0 *
        2 WINY 5..3 *
        2 STRDX 9..6 *
        2 STRDY 13..10 *
        2 TPAD 16..14 0
        2 BPAD 19..17 0
        2 LPAD 22..20 0
        2 RPAD 25..23 0
        2 BSIZE 29..26 *
        3 X 11..0 *
        3 Y 27..16 *
        4 OUTX 11..0 *
        4 OUTY 27..16 *
        5 MULVAL 15..0 *
        6 LCROP 15..0 *
        6 RCROP 31..16 *
        7 TCROP 15..0 *
        7 BCROP 31..16 *
        8 FOBYTES 1..0 1
        8 FRND 3..2 0
        8 OBYTES 17..16 1,2
        8 ORND 19..18 1
    """),
}
#: Kind of unit -> (name, word, lowest bit, bits from it on as ones) of each field, to read all of them at once.
_PLACES: Mapping[str, tuple[tuple[str, int, int, int], ...]] = {
    kind: tuple((name, field.word, field.lsb, field.mask >> field.lsb) for name, field in fields.items())
    for kind, fields in FIELDS.items()
}


def field_values(kind: str, words: Mapping[int, int]) -> dict[str, int]:
    """Every field of a unit of that kind, without sign; a word that is not there is 0."""
    get = words.get
    return {name: get(word, 0) >> lsb & ones for name, word, lsb, ones in _PLACES[kind]}


#: Of a destination's word in the switch.
LINK: Mapping[str, Field] = _fields("""
    0 EN0 0 0,1
    0 LINK0 5..1 0-23
    0 FNR0 15..8 *
    0 EN1 16 0,1
    0 LINK1 21..17 0-23
    0 TICKTYPE 23 0
    0 FNR1 31..24 *
""")
#: Fields of the working units' CTRL that no running unit has: commands.
COMMANDS = CLR | CONFCLR | RUNNING
