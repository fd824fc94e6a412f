# SPDX-License-Identifier: Apache-2.0
"""Programs for the epoch controller from epochs: the opposite of machine.py, in the pattern that all builds have.

label; each unit: clock on, registers, memories; the switch: CLR, CONFCLR, links; enable bits, output streams first and
input streams last;
a wait for each output stream; links 0; each unit: CLR, CONFCLR, clock off. `end` closes the blob.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ingot.st.npu.container import PLAIN, Blob
from ingot.st.npu.instructions import Instruction, assemble
from ingot.st.npu.machine import TIMEOUT, TRANSLATE, HardwareEpoch
from ingot.st.npu.registers import (
    CLOCK_GATES,
    CLR,
    CONFCLR,
    CTRL,
    DESTINATION_WORDS,
    EN,
    MEMORY,
    RESET,
    Unit,
    source_number,
)

#: Longest burst of public builds.
LONGEST = 768
_CLOCKS, _SWITCH = Unit("CLKCTRL", 0).number, Unit("STRSWITCH", 0)
_LIMITS = 12
#: Where entries of ARITH's memory begin that are only reached without translation.
_FAR = MEMORY + 0x300
#: Words that begin a burst of their own: after CTRL all do, then limits of streams, memories.
_APART: Mapping[str, tuple[int, ...]] = {
    "STRENG": (1, _LIMITS, 13),
    "CONVACC": (1,),
    "ARITH": (1, TRANSLATE, 12, MEMORY, _FAR),
    "POOL": (1,),
    "ACTIV": (1, MEMORY, MEMORY + 0x100),
}


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
        translated = 0  # how ARITH takes the addresses of its memory
        for start, words in _runs(unit, registers.words):
            if unit.kind == "ARITH" and start >= MEMORY and translated != int(start < _FAR):
                translated = int(start < _FAR)
                program.append(_write(unit.number, TRANSLATE, translated))
            translated = words[0] if start == TRANSLATE else translated
            marks += [
                (len(program), register - start, label)
                for register, label in registers.labels.items()
                if start <= register < start + len(words)
            ]
            program += _written(unit, start, words)
        if unit.kind == "ARITH" and translated != registers[TRANSLATE]:
            program.append(_write(unit.number, TRANSLATE, registers[TRANSLATE]))
    program += [*_commanded(_SWITCH), _write(_SWITCH.number, CTRL, EN)]
    program += _links({DESTINATION_WORDS[port]: word for port, word in epoch.switch.items()})
    reads = [unit for unit in epoch.units if unit.kind == "STRENG" and unit not in epoch.outputs]
    ordered = [*epoch.outputs, *(unit for unit in epoch.units if unit.kind != "STRENG"), *reads]
    for unit in ordered:
        whole = unit.kind == "CONVACC"
        control = epoch.units[unit][CTRL] | EN
        program.append(_write(unit.number, CTRL, control) if whole else _set(unit.number, CTRL, 0, 1))
    program += [Instruction("poll", unit.number, CTRL, 31, 31, data=(TIMEOUT, 0)) for unit in epoch.outputs]
    program += _links({DESTINATION_WORDS[port]: 0 for port in epoch.switch})
    for unit in ordered:
        program += [*_commanded(unit), _clock(unit, 0)]
    return program, marks


def _runs(unit: Unit, words: Mapping[int, int]) -> list[tuple[int, list[int]]]:
    """Registers that are written together, in the order and in the bursts that public builds have."""
    runs: list[tuple[int, list[int]]] = []
    apart = _APART.get(unit.kind, ())
    for word in sorted(words):
        last = runs[-1] if runs else None
        if last and word == last[0] + len(last[1]) and len(last[1]) < LONGEST and word not in apart:
            last[1].append(words[word])
        else:
            runs.append((word, [words[word]]))
    if unit.kind == "ARITH":  # whether coefficients are translated is said after what else there is
        runs.sort(key=lambda run: (run[0] >= MEMORY, run[0] == TRANSLATE, run[0]))
    return runs


def _written(unit: Unit, start: int, words: Sequence[int]) -> list[Instruction]:
    """The instructions of a run."""
    if start == CTRL:
        control = words[0] & ~EN
        if unit.kind == "ARITH":
            return [Instruction("burst", unit.number, CTRL, data=(RESET["ARITH"], control))]
        return [_write(unit.number, CTRL, control)]
    if unit.kind == "STRENG" and start == _LIMITS:  # the limits' bits, but for the address's, come first
        return [Instruction("burst", unit.number, start, data=(words[0] & ~1, words[0]))]
    return [_filled(unit.number, start - MEMORY if unit.kind == "ARITH" and start >= _FAR else start, words)]


def _links(words: Mapping[int, int]) -> list[Instruction]:
    """Words of the switch, those that follow each other together."""
    runs = _runs(_SWITCH, words)
    return [_filled(_SWITCH.number, start, run) for start, run in runs]


def _filled(unit: int, start: int, words: Sequence[int]) -> Instruction:
    return _write(unit, start, words[0]) if len(words) == 1 else Instruction("fill", unit, start, data=tuple(words))


def _commanded(unit: Unit) -> list[Instruction]:
    """CLR and CONFCLR, each waited for; the other bits of CTRL are as after a reset."""
    number, rest = unit.number, RESET.get(unit.kind, 0)
    return [
        _write(number, CTRL, rest | CLR),
        Instruction("poll", number, CTRL, 1, 1, data=(TIMEOUT, 0)),
        _write(number, CTRL, rest | CONFCLR),
        Instruction("poll", number, CTRL, 30, 30, data=(TIMEOUT, 0)),
    ]


def _clock(unit: Unit, on: int) -> Instruction:
    return _set(_CLOCKS, CLOCK_GATES, source_number(unit), on)


def _set(unit: int, register: int, bit: int, value: int) -> Instruction:
    return Instruction("set", unit, register, bit, bit, value)


def _write(unit: int, register: int, value: int) -> Instruction:
    return Instruction("write", unit, register, data=(value,))
