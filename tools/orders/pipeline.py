# SPDX-License-Identifier: Apache-2.0
"""A model of the Cortex-M55's pipeline for straight code with Helium, as LLVM 16 has it: one instruction a cycle, each
unit (loads and stores, sums, products) takes one every two cycles, results are written in order.

llvm-mca says the same to the cycle of the kernels' loops; this is a thousand times quicker, so that many orders can be
tried. Branches, and pairs of short instructions that issue together, are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

SUMS, PRODUCTS, MEMORY, OTHER = range(4)

_REGISTER = re.compile(r"\b(?:q\d+|r1?\d|lr|sp)\b")
_MEMORY = re.compile(r"\[(?P<base>\w+)[^\]]*\](?P<writes>!|,)?")
_LATE = {"vqmovnb": 3, "vqmovnt": 3, "vqmovunb": 3, "vqmovunt": 3, "vrshl": 2}
"""Cycles until the result of an instruction of the unit of sums can be used; 1 for the others."""


@dataclass(frozen=True)
class Instruction:
    """unit: which one takes it. latency: cycles until its result is there. reads, writes: registers; "flags" is one."""

    text: str
    unit: int
    latency: int
    reads: tuple[str, ...]
    writes: tuple[str, ...]


def parse(text: str) -> Instruction:
    """An instruction from its text."""
    name, _, operands = text.partition(" ")
    name = name.split(".", 1)[0]
    registers = tuple(_REGISTER.findall(operands))
    memory = _MEMORY.search(operands)
    if name == "vctp":
        return Instruction(text, OTHER, 1, registers, ("vpr",))
    if memory and name.startswith(("vld", "vst", "ld", "st")):
        base = memory["base"]
        moved = (base,) if memory["writes"] else ()
        unit = MEMORY if name.startswith("v") else OTHER
        values = tuple(register for register in registers[: -1 if registers[-1] == base else None])
        if name.startswith(("vst", "st")):
            return Instruction(text, unit, 1, (*registers, *(["vpr"] if name == "vstrbt" else [])), moved)
        return Instruction(text, unit, 1, (base,), values + moved)
    if name == "vmov" and len(registers) == 1:  # a constant
        return Instruction(text, PRODUCTS, 2, (), registers)
    if name == "vmov":  # of two lanes: either unit takes it
        return Instruction(text, OTHER, 1, registers, registers[:1])
    if name == "cmp":
        return Instruction(text, OTHER, 1, registers, ("flags",))
    if name.startswith(("vmla", "vqrdmulh", "vqdm", "vmull")):
        added = name in ("vmladava", "vmla", "vqdmlah")
        return Instruction(text, PRODUCTS, 2, registers if added else registers[1:], registers[:1])
    if name.startswith("v"):
        kept = name.startswith(("vqmov", "vsli"))
        reads = registers if kept else registers[1:]
        return Instruction(text, SUMS, _LATE.get(name, 1), reads, registers[:1])
    return Instruction(text, OTHER, 1, registers[1:], registers[:1])


def predecessors(code: Sequence[Instruction]) -> list[set[int]]:
    """Per instruction, those that must stay in front of it: they write what it reads, or use what it writes."""
    writer: dict[str, int] = {}
    readers: dict[str, list[int]] = {}
    result: list[set[int]] = []
    for at, instruction in enumerate(code):
        before = {writer[r] for r in (*instruction.reads, *instruction.writes) if r in writer}
        before.update(i for r in instruction.writes for i in readers.get(r, ()))
        for register in instruction.reads:
            readers.setdefault(register, []).append(at)
        for register in instruction.writes:
            writer[register] = at
            readers[register] = []
        result.append(before - {at})
    return result


class Pipeline:
    """The same code in many orders."""

    def __init__(self, code: Sequence[Instruction]) -> None:
        names = sorted({r for instruction in code for r in (*instruction.reads, *instruction.writes)})
        number = {name: i for i, name in enumerate(names)}
        self._registers = len(names)
        self._code = [
            (i.unit, i.latency, tuple(number[r] for r in i.reads), tuple(number[r] for r in i.writes)) for i in code
        ]

    def cycles(self, order: Sequence[int], turns: int = 3) -> float:
        """Of one turn, when the code follows itself."""
        ready, free = [0] * self._registers, [0] * 4
        now = written = first = 0
        code = [self._code[i] for i in order]
        for turn in range(turns):
            for unit, latency, reads, writes in code:
                now += 1
                if free[unit] > now:
                    now = free[unit]
                for register in reads:
                    if ready[register] > now:
                        now = ready[register]
                done = now + latency
                if written > done:  # results are written in order
                    now += written - done
                    done = written
                else:
                    written = done
                if unit != OTHER:
                    free[unit] = now + 2
                for register in writes:
                    ready[register] = done
            if not turn:
                first = now
        return (now - first) / (turns - 1)

    def least(self) -> int:
        """Cycles that no order is below: one an instruction, two an instruction of a unit."""
        units = [sum(unit == one for unit, *_ in self._code) for one in (SUMS, PRODUCTS, MEMORY)]
        return max(len(self._code), *(2 * count for count in units))

    def by_priority(self, before: Sequence[set[int]], priority: Sequence[float], patience: float) -> list[int]:
        """An order: always the one with the least priority next, where a cycle of waiting counts as `patience`."""
        ready, free = [0] * self._registers, [0] * 3
        now = written = 0
        left = [len(each) for each in before]
        behind: list[list[int]] = [[] for _ in before]
        for at, each in enumerate(before):
            for i in sorted(each):
                behind[i].append(at)
        open_, order = [i for i, count in enumerate(left) if not count], list[int]()
        while open_:
            choices = []
            for i in open_:
                unit, latency, reads, _ = self._code[i]
                at = max(now + 1, written - latency, *(ready[register] for register in reads), 0)
                if unit != OTHER:
                    at = max(at, free[unit])
                choices.append((priority[i] + patience * (at - now - 1), i, at))
            _, i, now = min(choices)
            unit, latency, _, writes = self._code[i]
            if unit != OTHER:
                free[unit] = now + 2
            written = max(written, now + latency)
            for register in writes:
                ready[register] = now + latency
            open_.remove(i)
            order.append(i)
            for other in behind[i]:
                left[other] -= 1
                if not left[other]:
                    open_.append(other)
        return order
