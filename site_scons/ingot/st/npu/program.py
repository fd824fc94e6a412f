# SPDX-License-Identifier: Apache-2.0
"""Programs for the epoch controller from epochs: the opposite of machine.py, in the pattern that all builds have.

label; each unit: clock on, registers, memories; the switch: CLR, CONFCLR, links; enable bits, output streams first;
a wait for each output stream; links 0; each unit: CLR, CONFCLR, clock off. `end` closes the blob.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ingot.st.npu.container import PLAIN, Blob
from ingot.st.npu.instructions import Instruction, assemble
from ingot.st.npu.machine import TIMEOUT, TRANSLATE, HardwareEpoch
from ingot.st.npu.registers import CLOCK_GATES, CONFCLR, CTRL, DESTINATION_WORDS, EN, MEMORY, Unit, source_number

#: Longest burst of public builds.
LONGEST = 768
_CLOCKS, _SWITCH = Unit("CLKCTRL", 0).number, Unit("STRSWITCH", 0).number


def blob_of_epochs(epochs: Iterable[HardwareEpoch], magic: int = PLAIN) -> Blob:
    """A blob that runs these epochs; words of registers with a label are relocated."""
    program: list[Instruction] = []
    marks: list[tuple[int, int, str]] = []  # instruction, data word, label
    for epoch in epochs:
        first = len(program)
        part, found = _epoch(epoch)
        program += part
        marks += [(first + at, word, label) for at, word, label in found]
    program.append(Instruction("end"))
    starts = [0]
    for instruction in program:
        starts.append(starts[-1] + 1 + len(instruction.data))
    relocations: dict[str, list[int]] = {}
    for at, word, label in marks:
        relocations.setdefault(label, []).append(starts[at] + 1 + word)
    return Blob(tuple(assemble(program)), {name: tuple(found) for name, found in relocations.items()}, magic)


def _epoch(epoch: HardwareEpoch) -> tuple[list[Instruction], list[tuple[int, int, str]]]:
    program = [Instruction("label", value=epoch.number)]
    marks: list[tuple[int, int, str]] = []
    for unit, registers in epoch.units.items():
        program.append(_clock(unit, 1))
        for start, words in _runs(registers.words):
            if start == CTRL:
                words = [words[0] & ~EN, *words[1:]]
            base = start - MEMORY if unit.kind == "ARITH" and start >= MEMORY + 0x300 else start
            if unit.kind == "ARITH" and start >= MEMORY:
                program.append(_write(unit.number, TRANSLATE, int(base == start)))
            marks += [
                (len(program), register - start, label)
                for register, label in registers.labels.items()
                if start <= register < start + len(words)
            ]
            program.append(Instruction("fill", unit.number, base, data=tuple(words)))
        if unit.kind == "ARITH" and TRANSLATE in registers.words:
            program.append(_write(unit.number, TRANSLATE, registers[TRANSLATE]))
    program += [*_commanded(_SWITCH), _write(_SWITCH, CTRL, EN)]
    program += [_write(_SWITCH, DESTINATION_WORDS[port], word) for port, word in epoch.switch.items()]
    ordered = [*epoch.outputs, *(unit for unit in epoch.units if unit not in epoch.outputs)]
    program += [_set(unit.number, CTRL, 0, 1) for unit in ordered]
    program += [Instruction("poll", unit.number, CTRL, 31, 31, data=(TIMEOUT, 0)) for unit in epoch.outputs]
    program += [_write(_SWITCH, DESTINATION_WORDS[port], 0) for port in epoch.switch]
    for unit in ordered:
        program += [*_commanded(unit.number), _clock(unit, 0)]
    return program, marks


def _runs(words: Mapping[int, int]) -> list[tuple[int, list[int]]]:
    """Consecutive registers, in bursts that some build has; coefficients behind entry 384 begin one of their own."""
    runs: list[tuple[int, list[int]]] = []
    for word in sorted(words):
        last = runs[-1] if runs else None
        if last and word == last[0] + len(last[1]) and len(last[1]) < LONGEST and word not in (MEMORY, MEMORY + 0x300):
            last[1].append(words[word])
        else:
            runs.append((word, [words[word]]))
    return runs


def _commanded(unit: int) -> list[Instruction]:
    """CLR and CONFCLR, each waited for."""
    return [
        _write(unit, CTRL, 2),
        Instruction("poll", unit, CTRL, 1, 1, data=(TIMEOUT, 0)),
        _write(unit, CTRL, CONFCLR),
        Instruction("poll", unit, CTRL, 30, 30, data=(TIMEOUT, 0)),
    ]


def _clock(unit: Unit, on: int) -> Instruction:
    return _set(_CLOCKS, CLOCK_GATES, source_number(unit), on)


def _set(unit: int, register: int, bit: int, value: int) -> Instruction:
    return Instruction("set", unit, register, bit, bit, value)


def _write(unit: int, register: int, value: int) -> Instruction:
    return Instruction("write", unit, register, data=(value,))
