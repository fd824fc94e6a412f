# SPDX-License-Identifier: Apache-2.0
"""The epoch controller: what a program leaves in the units' registers at the moment that each epoch runs.

An epoch runs where the program waits for an output stream: the first poll of STRENGn CTRL.RUNNING after a STRENG that
writes was enabled. The snapshot taken there is all that the rest of this package works on; plain_calls.py makes the
same from a network.c without blobs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ingot.base.errors import IngotError
from ingot.st.npu.container import Blob
from ingot.st.npu.instructions import Instruction, decode
from ingot.st.npu.registers import (
    CLOCK_GATES,
    CONFCLR,
    CTRL,
    DESTINATIONS,
    EN,
    MEMORY,
    RESET,
    RUNNING,
    WORKING,
    Port,
    Unit,
    unit_of,
)

REMEDY = "Nobody has seen such a program: what it does cannot be said."
#: Register of ARITH whose bit 0 says that coefficients begin at MEMORY; in a snapshot they always do.
TRANSLATE = 11
#: Waits of more words than any public build has.
TIMEOUT = 100


@dataclass(frozen=True)
class Registers:
    """The words of a unit's registers and memories that were written. labels: register -> name whose base is added."""

    words: Mapping[int, int]
    labels: Mapping[int, str] = field(default_factory=dict)

    def __getitem__(self, word: int) -> int:
        return self.words.get(word, 0)


@dataclass(frozen=True)
class HardwareEpoch:
    """Registers when an epoch of the NPU runs.

    number: of the epoch, as the compiler counts. source: name of the blob or function. units: those enabled.
    switch: the words of the input ports. outputs: streams that the program waits for.
    """

    number: int
    source: str
    units: Mapping[Unit, Registers]
    switch: Mapping[Port, int]
    outputs: tuple[Unit, ...]

    @property
    def where(self) -> str:
        """How messages name it."""
        return f"{self.source}, epoch {self.number}"


class _State:
    def __init__(self) -> None:
        self.words: dict[Unit, dict[int, int]] = {}
        self.labels: dict[Unit, dict[int, str]] = {}

    def reset(self, unit: Unit) -> None:
        self.words[unit] = {CTRL: RESET.get(unit.kind, 0)}
        self.labels[unit] = {}

    def read(self, unit: Unit, word: int) -> int:
        if unit not in self.words:
            self.reset(unit)
        return self.words[unit].get(word, 0)

    def write(self, unit: Unit, word: int, value: int, label: str) -> None:
        self.read(unit, word)
        self.words[unit][word] = value
        self.labels[unit].pop(word, None)
        if label:
            self.labels[unit][word] = label


class Machine:
    """Runs programs one after the other, as the controller would."""

    def __init__(self) -> None:
        self.state = _State()
        self.epochs: list[HardwareEpoch] = []
        self._number = 0
        self._waiting: list[Unit] = []
        self._ran = True

    def run(self, blob: Blob, source: str) -> list[HardwareEpoch]:
        """The epochs that a blob runs. Raises IngotError for everything that no public build does."""
        before = len(self.epochs)
        program = decode(blob.words, source)
        if not program or program[-1][1] != Instruction("end"):
            raise IngotError("the program does not end with `end 0`", where=source, remedy=REMEDY)
        labels = {index: name for name, indexes in blob.relocations.items() for index in indexes}
        used: set[int] = set()
        for at, instruction in program:
            where = f"{source}, word {at}"
            names = {n: labels[at + 1 + n] for n in range(len(instruction.data)) if at + 1 + n in labels}
            if names and instruction.name not in ("write", "fill"):
                raise IngotError(f"a relocation hits `{instruction}`", where=where, remedy=REMEDY)
            used.update(at + 1 + n for n in names)
            self._step(instruction, names, where, source, at == program[-1][0])
        if set(labels) != used:
            wrong = min(set(labels) - used)
            raise IngotError(f"a relocation hits word {wrong}, an instruction", where=source, remedy=REMEDY)
        self._finish(source)
        return self.epochs[before:]

    def _step(self, item: Instruction, names: Mapping[int, str], where: str, source: str, last: bool) -> None:
        if item.name == "label":
            self._finish(source)
            self._number = item.value
            return
        if item.name == "end":
            if not last:
                raise IngotError("`end` in the middle of the program", where=where, remedy=REMEDY)
            return
        unit = unit_of(item.unit)
        if unit is None or unit.kind not in (*WORKING, "STRSWITCH", "CLKCTRL"):
            raise IngotError(f"`{item}` reaches a unit that no build uses", where=where, remedy=REMEDY)
        if item.name == "set":
            mask = ((1 << (item.msb - item.lsb + 1)) - 1) << item.lsb
            value = self.state.read(unit, item.register) & ~mask | (item.value << item.lsb) & mask
            self._write(unit, item.register, value, "", where)
        elif item.name == "poll":
            self._poll(item, unit, where, source)
        elif item.name == "write" and (item.msb, item.lsb) != (31, 0):
            raise IngotError(f"`{item}` writes a part of a word", where=where, remedy=REMEDY)
        else:
            for number, value in enumerate(item.data):
                register = item.register + (number if item.name == "fill" else 0)
                self._write(unit, register, value, names.get(number, ""), where)

    def _write(self, unit: Unit, register: int, value: int, label: str, where: str) -> None:
        if register >= 0x400:
            raise IngotError(f"a write to {unit}.{register} leaves the unit", where=where, remedy=REMEDY)
        if unit.kind == "CLKCTRL" and register == CLOCK_GATES:
            self.state.write(unit, register, value, label)
            return
        if register == CTRL:
            if value & CONFCLR:
                self.state.reset(unit)
                return
            value &= ~(2 | RUNNING)
            if unit.kind == "STRENG" and value & EN and not self.state.read(unit, CTRL) & EN:
                self._ran = False
        if unit.kind == "ARITH" and register >= MEMORY and not self.state.read(unit, TRANSLATE) & 1:
            register += MEMORY  # the unit's byte offset is that of the coefficient
        self.state.write(unit, register, value, label)

    def _poll(self, item: Instruction, unit: Unit, where: str, source: str) -> None:
        timeout, expected = item.data
        if timeout != TIMEOUT or expected != 0 or item.register != CTRL or item.msb != item.lsb:
            raise IngotError(f"`{item}` waits for something that no build waits for", where=where, remedy=REMEDY)
        if 1 << item.lsb != RUNNING:
            return
        if unit.kind != "STRENG" or not self.state.read(unit, CTRL) & EN:
            raise IngotError(f"`{item}` waits for a unit that writes nothing", where=where, remedy=REMEDY)
        if self._ran:
            raise IngotError(f"`{item}` waits for an epoch that has run", where=where, remedy=REMEDY)
        if unit in self._waiting:
            raise IngotError(f"`{item}` waits twice", where=where, remedy=REMEDY)
        if not self._waiting:
            self._snapshot(source)
        self._waiting.append(unit)

    def _snapshot(self, source: str) -> None:
        self.epochs.append(snapshot(self.state.words, self.state.labels, self._number, source))

    def _finish(self, source: str) -> None:
        if self._waiting:
            epoch = self.epochs[-1]
            if set(epoch.outputs) != set(self._waiting):
                missing = ", ".join(str(unit) for unit in epoch.outputs if unit not in self._waiting)
                extra = ", ".join(str(unit) for unit in self._waiting if unit not in epoch.outputs)
                what = f"does not wait for {missing}" if missing else f"waits for {extra}, which reads"
                raise IngotError(f"the program {what}", where=epoch.where, remedy=REMEDY)
            self._ran = True
        self._waiting = []
        if not self._ran:
            raise IngotError("streams are enabled, and nothing waits for them", where=source, remedy=REMEDY)


def snapshot(
    words: Mapping[Unit, Mapping[int, int]], labels: Mapping[Unit, Mapping[int, str]], number: int, source: str
) -> HardwareEpoch:
    """The enabled units and the switch, with copies of their words."""
    units = {
        unit: Registers(dict(words[unit]), dict(labels.get(unit, {})))
        for unit in sorted(words, key=lambda unit: unit.number)
        if unit.kind in WORKING and words[unit].get(CTRL, 0) & EN
    }
    switch = words.get(Unit("STRSWITCH", 0), {})
    ports = {DESTINATIONS[word]: value for word, value in sorted(switch.items()) if word in DESTINATIONS and value}
    outputs = tuple(unit for unit in units if unit.kind == "STRENG" and units[unit][CTRL] >> 3 & 1)
    return HardwareEpoch(number, source, units, ports, outputs)


def memory_words(registers: Registers) -> Iterable[tuple[int, int]]:
    """(word, value) of the memories behind a unit's registers."""
    return ((word, value) for word, value in registers.words.items() if word >= MEMORY)
