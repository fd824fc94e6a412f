# SPDX-License-Identifier: Apache-2.0
"""The NPU as part of a network: which layers it takes, and its programs when everything has its place.

A run of layers without one of the CPU in between is a program, an operator of the kind "npu". What crosses its border
is a tensor that the memory plan places: s8 tensors of the model, and u8 copies that another program reads. The rest
lies in the program's scratch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ingot.base.errors import IngotError
from ingot.compiler.graph import Graph
from ingot.compiler.graph.cost import macs
from ingot.compiler.kernels.program import Param
from ingot.compiler.offload import Addresses, Job
from ingot.network.types import Estimate
from ingot.st.npu.codegen.build import build_of
from ingot.st.npu.codegen.covered import uncovered
from ingot.st.npu.codegen.first_fit import Key
from ingot.st.npu.codegen.generate import generate
from ingot.st.npu.codegen.made import Program
from ingot.st.npu.codegen.partition import partitioned
from ingot.st.npu.codegen.runs import ENOUGH, Run, runs_of
from ingot.st.npu.codegen.target import NpuTarget
from ingot.st.npu.codegen.units import SPARE
from ingot.st.npu.codegen.worth import comparison, estimates_of, quicker_on_cpu
from ingot.st.npu.container import write_blob
from ingot.st.npu.proof import prove
from ingot.st.npu.public import Public

#: Of the image of weights, so that the blob behind it is aligned.
STEP = 16


@dataclass
class NpuOffload:
    """Implements ingot.compiler.offload.Offload. only: a layer that stays on the CPU is an error.

    clock: of the CPU's core, in Hz. Programs that are not quicker than its estimate stay on the CPU, unless `only` is
    set; 0: nothing is compared.
    """

    target: NpuTarget
    table: Public
    only: bool = False
    fold: bool = False
    clock: int = 0
    trial: Program = field(init=False)
    runs: tuple[Run, ...] = field(init=False, default=())
    compared: tuple[Estimate, ...] = field(init=False, default=())
    slow: dict[int, str] = field(init=False, default_factory=dict)
    bound: Program | None = field(init=False, default=None)

    def partition(self, graph: Graph) -> Graph:
        """The graph with an operator for each program. Raises IngotError for a layer of the CPU where `only` is set."""
        room = (self.target.ram[0], self.target.ram[0] + ENOUGH)
        self.trial = generate(graph, self.table, room, self.target.flash, fold=self.fold)
        left = [item for item in self.trial.operators if item.refused]
        if self.only and left:
            lines = "\n    ".join(f"{item.op.place(graph)}: {item.refused}" for item in left)
            raise IngotError(
                f"npu=only: {_counted(len(left), 'layer')} cannot run on the NPU:\n    {lines}",
                where=graph.name,
                remedy="npu=1 leaves them to the CPU.",
            )
        self.runs = tuple(runs_of(self.trial))
        self._leave_the_slow(room)
        return partitioned(graph, self.trial, self.runs, self._jobs())

    def _leave_the_slow(self, room: tuple[int, int]) -> None:
        """Leaves programs to the CPU until each of the others is quicker than it: a tensor that only programs of the
        NPU handed on may cost one of the others more when the CPU makes or reads it."""
        while self.clock and self.runs:
            self.compared = tuple(estimates_of(self.trial, self.runs, self.clock))
            slow = {} if self.only else quicker_on_cpu(self.trial, self.runs, self.compared)
            if not slow:
                return
            self.slow |= slow
            left = self._left() | slow
            self.trial = generate(
                self.trial.graph, self.table, room, self.target.flash, fold=self.fold, left=left, found=self.trial.found
            )
            self.runs = tuple(runs_of(self.trial))
        self.compared = ()

    def _left(self) -> dict[int, str]:
        """Number of each operator of the CPU -> why it is one."""
        return {number: item.refused for number, item in enumerate(self.trial.operators) if item.refused}

    def bind(self, addresses: Mapping[int, Addresses]) -> Mapping[int, tuple[Param, ...]]:
        """The programs at their addresses, proven. Raises IngotError for a buffer outside of the NPU's memory."""
        if not self.runs:
            return {}
        places = self._places(addresses)
        ram = self.target.ram
        outside = [address for address in places.values() if not ram[0] <= address < ram[1]]
        if outside:
            raise IngotError(
                f"a buffer of the NPU's layers lies at {min(outside):#010x}, outside of its memories "
                f"({ram[0]:#010x} to {ram[1]:#010x})",
                where="memory plan",
                remedy="optimize=ram may help; else npu=0, or a model with smaller images.",
            )
        flash = addresses[0].params
        graph, table = self.trial.graph, self.table
        left = self._left()
        program = generate(
            graph,
            table,
            ram,
            flash,
            fold=self.fold,
            place=lambda lives: {key: places[key] for key in lives},
            left=left,
            found=self.trial.found,
        )
        ways = [[(item.refused, item.sharing) for item in one.operators] for one in (program, self.trial)]
        assert ways[0] == ways[1]
        self.bound = program
        faults = [*prove(build_of(program)).faults, *uncovered(program), *program.strange(table)]
        if faults:
            raise IngotError(
                f"the programs for the NPU are not proven: {faults[0]}",
                where=graph.name,
                remedy="This is a fault of Ingot: please report it with the model file. npu=0 does without.",
            )
        return {number: self._params(program, number) for number in range(len(self.runs))}

    def reasons(self) -> Mapping[int, str]:
        """Index of each operator of the CPU -> why it is one."""
        return {item.op.index: item.refused for item in self.trial.operators if item.refused}

    def estimates(self) -> Mapping[int, Estimate]:
        """What each program takes, beside the CPU."""
        return dict(enumerate(self.compared))

    def key(self) -> Sequence[int]:
        """What decides besides the model, the pools and the options."""
        return (self.clock,)

    def notes(self) -> Sequence[str]:
        """What the report says."""
        layers = [item for item in self.trial.operators if not item.view]
        on_npu = [item for item in layers if item.on_npu]
        bound = max((item.bound for item in on_npu), default=0)
        share = f"NPU (experimental): {len(on_npu)} of {len(layers)} layers"
        if on_npu:
            share += (
                f" in {_counted(len(self.runs), 'program')}, {_counted(len(self.trial.epochs), 'epoch')}; predicted "
                f"within {_counted(bound, 'unit')} of the last place a layer; forms of registers as in public builds; "
                "not yet run on hardware"
            )
        return (share, *comparison(self.compared, [self.trial.graph.operators[n].index for n in self.slow]))

    def _jobs(self) -> list[Job]:
        blobs = list(_blobs(self.trial).values())
        weights = len(_padded(self.trial.weights))
        jobs = []
        for number, run in enumerate(self.runs):
            work = sum(macs(self.trial.graph, self.trial.operators[index].op) for index in run.operators)
            sizes = (0 if number else weights, len(blobs[number]))
            jobs.append(Job(number, run.size, sizes, work, SPARE))
        return jobs

    def _places(self, addresses: Mapping[int, Addresses]) -> dict[Key, int]:
        places: dict[Key, int] = {}
        for number, run in enumerate(self.runs):
            found = addresses[number]
            places |= dict(zip(run.reads, found.inputs, strict=True))
            places |= dict(zip(run.writes, found.outputs, strict=True))
            places |= {key: found.scratch + offset for key, offset in run.scratch.items()}
        return places

    def _params(self, program: Program, number: int) -> tuple[Param, ...]:
        blob = Param("blob", np.frombuffer(list(_blobs(program).values())[number], np.uint8))
        if number:
            return (blob,)
        return (Param("weights", np.frombuffer(_padded(program.weights), np.uint8)), blob)


def _blobs(program: Program) -> dict[str, bytes]:
    """The files of the blobs, by their names."""
    return {name: np.array(write_blob(blob), "<u4").tobytes() for name, blob in program.assembled.items()}


def _padded(weights: bytes) -> bytes:
    """The image with what is fetched ahead, as long as the blob behind it needs it to be."""
    return weights + bytes(SPARE + -len(weights) % STEP)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
