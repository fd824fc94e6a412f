# SPDX-License-Identifier: Apache-2.0
"""What lies outside of everything that was ever verified: named field by field, never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ingot.base.errors import IngotError
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.registers import COMMANDS, CTRL, FIELDS, MEMORY, Unit

#: First words of the memories of a kind, and how many words they have.
MEMORIES = {"ARITH": ((0x100, 0x400),), "ACTIV": ((0x100, 32), (0x200, 128))}


@dataclass(frozen=True)
class Stranger:
    """A field, or bits without a name, with a value that no public build has. seen: the values that they have."""

    epoch: HardwareEpoch
    unit: Unit
    field: str
    value: int
    seen: tuple[int, ...] = ()

    def __str__(self) -> str:
        known = f"; public builds have {_listed(self.seen)}" if self.seen else ""
        return f"{self.unit} {self.field} is {self.value:#x}{known}"


def strangers(epoch: HardwareEpoch) -> list[Stranger]:
    """Every field of an epoch that lies outside."""
    return [found for unit in epoch.units for found in _unit(epoch, unit)]


def refuse_strangers(epoch: HardwareEpoch) -> None:
    """Raises IngotError that names the first few of them."""
    found = strangers(epoch)
    if found:
        more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
        raise IngotError(
            "; ".join(str(item) for item in found[:3]) + more,
            where=epoch.where,
            remedy="Nobody has verified what this does, so it is not guessed. `ingot npu census` lists all of it.",
        )


def _unit(epoch: HardwareEpoch, unit: Unit) -> Iterable[Stranger]:
    registers = epoch.units[unit]
    if unit.kind not in FIELDS:
        yield Stranger(epoch, unit, "EN", 1, (0,))
        return
    known: dict[int, int] = {CTRL: COMMANDS}
    for name, field in FIELDS[unit.kind].items():
        known[field.word] = known.get(field.word, 0) | field.mask
        value = field.get(registers[field.word])
        if field.seen is not None and value not in field.seen:
            yield Stranger(epoch, unit, name, value, tuple(sorted(field.seen)))
    for word, value in registers.words.items():
        if word < MEMORY:
            rest = value & ~known.get(word, 0)
            if rest:
                yield Stranger(epoch, unit, f"word {word}, bits without a name", rest)
        elif not any(first <= word < first + size for first, size in MEMORIES.get(unit.kind, ())):
            yield Stranger(epoch, unit, f"word {word:#x}", value)


def _listed(values: tuple[int, ...]) -> str:
    if len(values) > 2 and values == tuple(range(values[0], values[-1] + 1)):
        return f"{values[0]} to {values[-1]}"
    return " or ".join(f"{value:#x}" if value > 255 else str(value) for value in values)
