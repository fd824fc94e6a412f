# SPDX-License-Identifier: Apache-2.0
"""The stream switch: which output feeds which input, and which frames pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ingot.base.errors import IngotError
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.registers import FIELDS, LINK, Port, Unit, source_of

RouteKind = Literal["all", "first", "every"]
"""Which frames pass: all; the first few; some dropped and some passed, again and again."""
REMEDY = "This never occurred in a public build: it is not guessed."


@dataclass(frozen=True)
class Link:
    """source's frames reach port. first: only so many; drop, keep: drop that many, pass that many, again and again."""

    port: Port
    source: Unit
    first: int = 0
    drop: int = 0
    keep: int = 0

    @property
    def kind(self) -> RouteKind:
        """Which frames pass."""
        return "first" if self.first else "every" if self.keep else "all"

    def __str__(self) -> str:
        passed = {"all": "", "first": f" (first {self.first} frames)"}.get(
            self.kind, f" (drops {self.drop}, passes {self.keep})"
        )
        return f"{self.source} -> {self.port}{passed}"


def links_of(epoch: HardwareEpoch) -> list[Link]:
    """The links of an epoch. Raises IngotError for a context that never occurred and for ends that hang in the air."""
    links = [_link(port, word, epoch.where) for port, word in epoch.switch.items()]
    fed = {link.port for link in links}
    for link in links:
        for unit in (link.source, link.port.unit):
            if unit not in epoch.units:
                raise IngotError(f"link {link} has {unit}, which is not enabled", where=epoch.where, remedy=REMEDY)
        if link.source.kind == "STRENG" and link.source in epoch.outputs:
            raise IngotError(f"link {link} reads from a stream that writes", where=epoch.where, remedy=REMEDY)
    sources = {link.source for link in links}
    for unit in epoch.units:
        needed = _needed(epoch, unit)
        missing = sorted(str(port) for port in needed if port not in fed)
        extra = sorted(str(link.port) for link in links if link.port.unit == unit and link.port not in needed)
        if missing or extra:
            what = f"nothing feeds {missing[0]}" if missing else f"{extra[0]} is fed, and does not read"
            raise IngotError(what, where=epoch.where, remedy=REMEDY)
        if unit not in sources and unit not in epoch.outputs:
            raise IngotError(f"what {unit} makes goes nowhere", where=epoch.where, remedy=REMEDY)
    return links


def _needed(epoch: HardwareEpoch, unit: Unit) -> list[Port]:
    """The inputs that a unit with these registers reads."""
    control = epoch.units[unit][0]
    if unit.kind == "STRENG":
        return [Port(unit, 0)] if unit in epoch.outputs else []
    if unit.kind == "CONVACC":
        accumulates = not FIELDS["CONVACC"]["NOSUM"].get(control)
        return [Port(unit, 0), Port(unit, 1), *([Port(unit, 2)] if accumulates else [])]
    if unit.kind == "ARITH":
        return [Port(unit, 0), *([Port(unit, 1)] if FIELDS["ARITH"]["DUALIN"].get(control) else [])]
    return [Port(unit, 0)]


def _link(port: Port, word: int, where: str) -> Link:
    fields = {name: field.get(word) for name, field in LINK.items()}
    context = (fields["EN0"], fields["FNR0"] > 0, fields["EN1"], fields["FNR1"])
    number = fields["LINK0"]
    source = source_of(number)
    if source is None:
        raise IngotError(f"{port} is fed by source {number}, which no build uses", where=where, remedy=REMEDY)
    if context == (1, False, 0, 0):
        return Link(port, source)
    if context == (1, True, 0, 255):
        return Link(port, source, first=fields["FNR0"])
    if context[:3] == (0, True, 1) and fields["FNR1"] and fields["LINK1"] == number:
        return Link(port, source, drop=fields["FNR0"], keep=fields["FNR1"])
    raise IngotError(f"{port} has the switch word {word:#010x}", where=where, remedy=REMEDY)
