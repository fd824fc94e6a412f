# SPDX-License-Identifier: Apache-2.0
"""An init structure of a network.c: its members as numbers, addresses, and words of LL_ATON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingot.base.errors import IngotError
from ingot.st.npu.registers import CTRL, FIELDS

REMEDY = "No public build has it: it is not guessed."
_ADDRESS = re.compile(r"0x([0-9a-fA-F]+)UL(?:\s*\+\s*(\d+))?")
_WORDS = {
    "ARITH_AFFINE": 0,
    "ARITH_MUL": 7,
    "ARITH_CLIP": 0x37,
    "POOL_MAX": 0,
    "POOL_AVG": 2,
    "POOL_GAVG": 10,
    "AFILT_MODE_FRAMEZERO": 3,
}


@dataclass
class Structure:
    """The members of an init structure by name, as text. Reading one takes it; what nobody took is unknown."""

    name: str
    members: dict[str, str]
    where: str
    left: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.left = set(self.members)

    def text(self, name: str) -> str:
        """A member as it is written; "0" without one."""
        self.left.discard(name)
        return self.members.get(name, "0")

    def number(self, name: str, default: int = 0) -> int:
        """A member that is a number or a known word. Raises IngotError."""
        if name not in self.members:
            return default
        text = self.text(name)
        plain = re.sub(r"^\((?:short|int|unsigned int)\)", "", text)
        if plain in _WORDS:
            return _WORDS[plain]
        try:
            return int(plain, 0)
        except ValueError:
            raise self.unknown(name, text) from None

    def only(self, **values: int) -> None:
        """Raises IngotError where a member has another value than public builds have."""
        for name, value in values.items():
            if self.number(name, value) != value:
                raise self.unknown(name, self.members[name])

    def address(self, name: str) -> int:
        """The address in a member; 0 for a null one."""
        text = self.text(name)
        found = _ADDRESS.search(text.split("/*")[0])
        if found is None:
            if text.strip("{} ") in ("0", "NULL"):
                return 0
            raise self.unknown(name, text)
        return int(found[1], 16) + int(found[2] or 0)

    def finish(self) -> None:
        """Raises IngotError for a member that nobody knows."""
        if self.left:
            name = min(self.left)
            raise self.unknown(name, self.members[name])

    def unknown(self, name: str, text: str) -> IngotError:
        """The message for a value that nobody knows."""
        return IngotError(f"{self.name} has .{name} = {text[:60]}", where=self.where, remedy=REMEDY)

    def packed(self, kind: str, values: Mapping[str, int]) -> dict[int, int]:
        """The registers of a unit with these fields. Raises IngotError where a value does not fit its field."""
        words: dict[int, int] = {CTRL: 0}
        for name, value in values.items():
            known = FIELDS[kind][name]
            width = known.msb - known.lsb + 1
            if not -(1 << (width - 1)) <= value < 1 << width:
                raise IngotError(f"{self.name}: {value} does not fit {name}", where=self.where, remedy=REMEDY)
            words[known.word] = words.get(known.word, 0) | known.put(value & ((1 << width) - 1))
        return words
