# SPDX-License-Identifier: Apache-2.0
"""The epoch controller's instruction set: words to instructions and back, and both as text.

Bits 31..26 of an instruction's word are the unit's number, 25..16 the register's word unless noted, 4..0 the code:

    0x00 write      bits 14..10 msb, 9..5 lsb; 1 data word
    0x01 set        bits 9..5 bit, 12..10 width - 1, 20..13 value, 25..21 register
    0x02 burst      14..5 count; data words, all for the same register
    0x03 fill       14..5 count; data words for consecutive registers
    0x04 poll       14..10 msb, 9..5 lsb; 2 words: timeout, expected value
    0x0C end        31..5 argument
    0x1D label      31..5 number of an epoch
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingot.base.errors import IngotError
from ingot.st.npu.registers import unit_named, unit_of

CODES = {"write": 0x00, "set": 0x01, "burst": 0x02, "fill": 0x03, "poll": 0x04, "end": 0x0C, "label": 0x1D}
_NAMES = {code: name for name, code in CODES.items()}
REMEDY = "The blob is damaged, or made by a compiler that nobody has read yet."


@dataclass(frozen=True)
class Instruction:
    """One instruction. Which of the fields count depends on the name.

    unit: number of the unit. register: the word in it. msb, lsb: of write and poll; of set, the bits that it writes.
    value: of set, label and end. data: words of write, burst, fill; timeout and expected value of poll.
    """

    name: str
    unit: int = 0
    register: int = 0
    msb: int = 31
    lsb: int = 0
    value: int = 0
    data: tuple[int, ...] = ()

    @property
    def place(self) -> str:
        """`STRENG3.2`: unit and register word."""
        unit = unit_of(self.unit)
        return f"{unit if unit else f'UNIT{self.unit}'}.{self.register}"

    def __str__(self) -> str:
        numbers = " ".join(f"{word:#x}" for word in self.data)
        if self.name in ("end", "label"):
            return f"{self.name} {self.value}"
        if self.name == "set":
            return f"set {self.place}[{self.msb}:{self.lsb}] {self.value:#x}"
        bits = "" if (self.msb, self.lsb) == (31, 0) else f"[{self.msb}:{self.lsb}]"
        return f"{self.name} {self.place}{bits} {numbers}"


def decode(words: Sequence[int], where: str) -> tuple[tuple[int, Instruction], ...]:
    """(index of its first word, instruction) of the words of a program.

    Raises IngotError for an unknown code, a bit set that has no meaning, and an instruction that is cut.
    """
    found: list[tuple[int, Instruction]] = []
    at = 0
    while at < len(words):
        instruction = _decode(words, at, where)
        found.append((at, instruction))
        at += 1 + len(instruction.data)
    return tuple(found)


def _decode(words: Sequence[int], at: int, where: str) -> Instruction:
    word = words[at]
    name = _NAMES.get(word & 31)
    place = f"{where}, word {at}"
    if name is None:
        raise IngotError(f"{word:#010x} is no known instruction", where=place, remedy=REMEDY)
    if name in ("end", "label"):
        return Instruction(name, value=word >> 5)
    unit, register = word >> 26, (word >> 16) & 0x3FF
    if name == "set":
        lsb, width = (word >> 5) & 31, ((word >> 10) & 7) + 1
        if lsb + width > 32:
            raise IngotError(f"{word:#010x} sets bits above 31", where=place, remedy=REMEDY)
        value = (word >> 13) & 0xFF
        return Instruction(name, unit, (word >> 21) & 31, lsb + width - 1, lsb, value)
    if word >> 15 & 1:
        raise IngotError(f"bit 15 of {word:#010x} has no known meaning", where=place, remedy=REMEDY)
    high, low = (word >> 10) & 31, (word >> 5) & 31
    count = {"write": 1, "poll": 2}.get(name, (word >> 5) & 0x3FF)
    data = tuple(words[at + 1 : at + 1 + count])
    if len(data) < count:
        raise IngotError(f"{word:#010x} has {count} data words, {len(data)} follow", where=place, remedy=REMEDY)
    if name in ("burst", "fill"):
        return Instruction(name, unit, register, data=data)
    if high < low:
        raise IngotError(f"{word:#010x} names bits {high}..{low}", where=place, remedy=REMEDY)
    return Instruction(name, unit, register, high, low, data=data)


def assemble(program: Iterable[Instruction]) -> list[int]:
    """The words of a program. Raises ValueError for what has no encoding."""
    words: list[int] = []
    for instruction in program:
        words += [_encode(instruction), *instruction.data]
    return words


def _encode(instruction: Instruction) -> int:
    name = instruction.name
    code = CODES[name]
    if name in ("end", "label"):
        return _bits(instruction.value, 27) << 5 | code
    head = _bits(instruction.unit, 6) << 26 | code
    if name == "set":
        width = instruction.msb - instruction.lsb
        head |= _bits(instruction.register, 5) << 21 | _bits(instruction.value, 8) << 13 | _bits(width, 3) << 10
        return head | _bits(instruction.lsb, 5) << 5
    head |= _bits(instruction.register, 10) << 16
    if name in ("burst", "fill"):
        return head | _bits(len(instruction.data), 10) << 5
    if len(instruction.data) != (2 if name == "poll" else 1):
        raise ValueError(f"{name} with {len(instruction.data)} data words")
    return head | _bits(instruction.msb, 5) << 10 | _bits(instruction.lsb, 5) << 5


def _bits(value: int, width: int) -> int:
    if not 0 <= value < 1 << width:
        raise ValueError(f"{value} does not fit {width} bits")
    return value


_LINE = re.compile(r"(\w+) ([A-Z]+\d*)\.(\d+)(?:\[(\d+):(\d+)\])?((?: \w+)*)")


def parse_listing(text: str, where: str = "listing") -> list[Instruction]:
    """Instructions of the text that `str(instruction)` writes, one a line; `#` starts a comment. Raises IngotError."""
    program = []
    for number, line in enumerate(text.splitlines(), start=1):
        code = line.split("#")[0].strip()
        if code:
            program.append(_parse_line(code, f"{where}:{number}"))
    return program


def _parse_line(code: str, where: str) -> Instruction:
    words = code.split()
    if words[0] in ("end", "label") and len(words) == 2 and words[1].isdecimal():
        return Instruction(words[0], value=int(words[1]))
    found = _LINE.fullmatch(code)
    if found is None or found[1] not in CODES:
        raise IngotError(f"'{code}' is no instruction", where=where, remedy="Write it as `ingot npu dump` does.")
    unit = unit_named(found[2])
    number = unit.number if unit else int(found[2].removeprefix("UNIT") or -1) if found[2][4:].isdecimal() else -1
    if number < 0:
        raise IngotError(f"there is no unit '{found[2]}'", where=where)
    msb, lsb = int(found[4] or 31), int(found[5] or 0)
    data = tuple(int(word, 0) for word in found[6].split())
    if found[1] == "set":
        return Instruction("set", number, int(found[3]), msb, lsb, data[0])
    return Instruction(found[1], number, int(found[3]), msb, lsb, data=data)
