# SPDX-License-Identifier: Apache-2.0
"""The programs of a network: runs of layers without one of the CPU in between, and the buffers of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ingot.st.npu.codegen.first_fit import Key, placed
from ingot.st.npu.codegen.layers import convolution_of
from ingot.st.npu.codegen.made import BESIDE, SUMS, Program
from ingot.st.npu.codegen.units import SPARE
from ingot.st.npu.codegen.views import read_outside

#: Bytes that no network needs: the memory plan says what fits.
ENOUGH = 1 << 28


@dataclass(frozen=True)
class Run:
    """A program. operators: numbers of its layers, and of what is folded into them. reads, writes: what crosses its
    border. scratch: offsets of the other buffers. size: bytes of these.
    """

    operators: tuple[int, ...]
    reads: tuple[Key, ...]
    writes: tuple[Key, ...]
    scratch: Mapping[Key, int]
    size: int


def runs_of(program: Program) -> list[Run]:
    """The programs in the order of execution."""
    runs: list[list[int]] = []
    open_run: list[int] = []
    for number, item in enumerate(program.operators):
        if item.number:
            open_run = []
        elif item.epochs or item.placed:
            if not open_run:
                runs.append(open_run)
            open_run.append(number)
    not_cpu = {number for number, item in enumerate(program.operators) if not item.number}
    outside = read_outside(program.graph, program.layout, not_cpu)
    return [_run(program, run, runs, outside) for run in runs]


def _run(program: Program, run: Sequence[int], runs: Sequence[Sequence[int]], outside: Collection[int]) -> Run:
    mine = [program.operators[number] for number in run]
    written = list(dict.fromkeys(key for item in mine for key in item.writes))
    read = list(dict.fromkeys(key for item in mine for key in item.reads))
    elsewhere = {
        key for other in runs if other is not run for number in other for key in program.operators[number].reads
    }
    crossing = [key for key in written if key in elsewhere or key not in read or (key[1] == "s8" and key[0] in outside)]
    inner = {key: program.lives[key] for key in written if key not in crossing}
    for item in mine:
        convolution = convolution_of(item.layer)
        if convolution is None:
            continue
        for form in (SUMS, BESIDE):
            key = (program.layout.root(convolution.target.tensor), form)
            if key in program.lives:
                inner[key] = program.lives[key]
    scratch = placed(inner, (0, ENOUGH))
    size = max((scratch[key] + inner[key].bytes + SPARE for key in inner), default=0)
    reads = tuple(key for key in read if key not in written)
    taken = [*run, *(number for number, item in enumerate(program.operators) if item.sharing in run)]
    return Run((*taken, *_folded(program, taken)), reads, tuple(crossing), scratch, size)


def _folded(program: Program, run: Sequence[int]) -> list[int]:
    """PADs that a program's convolutions take in."""
    read = {tensor for number in run for tensor in program.operators[number].op.inputs}
    return [
        number
        for number, item in enumerate(program.operators)
        if item.view and item.op.kind == "PAD" and not read.isdisjoint(item.op.outputs)
    ]
