# SPDX-License-Identifier: Apache-2.0
"""The NPU as part of a network: which layers it takes, and its programs when everything has its place.

A run of layers without one of the CPU in between is a program, an operator of the kind "npu". What crosses its border
is a tensor that the memory plan places: s8 tensors of the model, and u8 copies that another program reads. The rest
lies in the program's scratch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ingot.base.errors import IngotError
from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.graph.cost import macs
from ingot.compiler.kernels.program import Param
from ingot.compiler.offload import KIND, Addresses, Job
from ingot.network.types import Estimate
from ingot.st.npu.codegen.build import build_of
from ingot.st.npu.codegen.covered import uncovered
from ingot.st.npu.codegen.generate import generate
from ingot.st.npu.codegen.layers import convolution_of
from ingot.st.npu.codegen.made import BESIDE, SUMS, Program
from ingot.st.npu.codegen.places import Key, placed
from ingot.st.npu.codegen.target import NpuTarget
from ingot.st.npu.codegen.units import SPARE
from ingot.st.npu.codegen.worth import comparison, estimates_of, quicker_on_cpu
from ingot.st.npu.container import write_blob
from ingot.st.npu.proof import prove
from ingot.st.npu.public import Public

#: Of the image of weights, so that the blob behind it is aligned.
STEP = 16
#: Bytes that no network needs: the memory plan says what fits.
ENOUGH = 1 << 28


@dataclass(frozen=True)
class Part:
    """A program. operators: numbers of its layers, and of what is folded into them. reads, writes: what crosses its
    border. scratch: offsets of the other buffers. size: bytes of these."""

    operators: tuple[int, ...]
    reads: tuple[Key, ...]
    writes: tuple[Key, ...]
    scratch: Mapping[Key, int]
    size: int


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
    parts: tuple[Part, ...] = field(init=False, default=())
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
        self.parts = tuple(_parts(self.trial))
        self._leave_the_slow(room)
        return _with_parts(graph, self.trial, self.parts, self._jobs())

    def _leave_the_slow(self, room: tuple[int, int]) -> None:
        """Leaves programs to the CPU until each of the others is quicker than it: a tensor that only programs of the
        NPU handed on may cost one of the others more when the CPU makes or reads it."""
        while self.clock and self.parts:
            self.compared = tuple(estimates_of(self.trial, self.parts, self.clock))
            slow = {} if self.only else quicker_on_cpu(self.trial, self.parts, self.compared)
            if not slow:
                return
            self.slow |= slow
            left = self._left() | slow
            self.trial = generate(
                self.trial.graph, self.table, room, self.target.flash, fold=self.fold, left=left, found=self.trial.found
            )
            self.parts = tuple(_parts(self.trial))
        self.compared = ()

    def _left(self) -> dict[int, str]:
        """Number of each operator of the CPU -> why it is one."""
        return {number: item.refused for number, item in enumerate(self.trial.operators) if item.refused}

    def bind(self, addresses: Mapping[int, Addresses]) -> Mapping[int, tuple[Param, ...]]:
        """The programs at their addresses, proven. Raises IngotError for a buffer outside of the NPU's memory."""
        if not self.parts:
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
        return {number: self._params(program, number) for number in range(len(self.parts))}

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
                f" in {_counted(len(self.parts), 'program')}, {_counted(len(self.trial.epochs), 'epoch')}; predicted "
                f"within {_counted(bound, 'unit')} of the last place a layer; forms of registers as in public builds; "
                "not yet run on hardware"
            )
        return (share, *comparison(self.compared, [self.trial.graph.operators[n].index for n in self.slow]))

    def _jobs(self) -> list[Job]:
        blobs = list(_blobs(self.trial).values())
        weights = len(_padded(self.trial.weights))
        jobs = []
        for number, part in enumerate(self.parts):
            work = sum(macs(self.trial.graph, self.trial.operators[index].op) for index in part.operators)
            sizes = (0 if number else weights, len(blobs[number]))
            jobs.append(Job(number, part.size, sizes, work, SPARE))
        return jobs

    def _places(self, addresses: Mapping[int, Addresses]) -> dict[Key, int]:
        places: dict[Key, int] = {}
        for number, part in enumerate(self.parts):
            found = addresses[number]
            places |= dict(zip(part.reads, found.inputs, strict=True))
            places |= dict(zip(part.writes, found.outputs, strict=True))
            places |= {key: found.scratch + offset for key, offset in part.scratch.items()}
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


def _parts(program: Program) -> list[Part]:
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
    outside = _read_outside(program)
    return [_part(program, run, runs, outside) for run in runs]


def _read_outside(program: Program) -> set[int]:
    """Tensors that the CPU or the application reads, by their roots."""
    root = program.roots.get
    read = {root(tensor, tensor) for tensor in program.graph.outputs}
    for item in program.operators:
        if item.number:
            read |= {root(tensor, tensor) for tensor in item.op.inputs if tensor is not None}
    return read


def _part(program: Program, run: Sequence[int], runs: Sequence[Sequence[int]], outside: Collection[int]) -> Part:
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
            key = (program.roots.get(convolution.target.tensor, convolution.target.tensor), form)
            if key in program.lives:
                inner[key] = program.lives[key]
    scratch = placed(inner, (0, ENOUGH))
    size = max((scratch[key] + inner[key].bytes + SPARE for key in inner), default=0)
    reads = tuple(key for key in read if key not in written)
    taken = [*run, *(number for number, item in enumerate(program.operators) if item.sharing in run)]
    return Part((*taken, *_folded(program, taken)), reads, tuple(crossing), scratch, size)


def _folded(program: Program, run: Sequence[int]) -> list[int]:
    """PADs that a program's convolutions take in."""
    read = {tensor for number in run for tensor in program.operators[number].op.inputs}
    return [
        number
        for number, item in enumerate(program.operators)
        if item.view and item.op.kind == "PAD" and not read.isdisjoint(item.op.outputs)
    ]


def _with_parts(graph: Graph, program: Program, parts: Sequence[Part], jobs: Sequence[Job]) -> Graph:
    """The graph with an operator in place of each program's layers.

    Operators that only change a shape stay where the CPU reads what they make, behind the program that makes theirs.
    """
    tensors = list(graph.tensors)
    copies: dict[int, int] = {}

    def tensor(key: Key) -> int:
        """The tensor of a buffer. Copies have no quantization: nobody but the NPU reads them."""
        root, form = key
        if form == "s8":
            return root
        if root not in copies:
            copies[root] = len(tensors)
            source = tensors[root]
            tensors.append(replace(source, name=f"{source.name} + 128", dtype=DType.INT8, quant=None))
        return copies[root]

    part_of = {number: at for at, part in enumerate(parts) for number in part.operators}
    wanted = _wanted_views(graph, program)
    operators: list[Operator] = []
    last = {max(n for n in part.operators if program.operators[n].epochs): at for at, part in enumerate(parts)}
    waiting: list[Operator] = []
    made: set[int] = set(graph.inputs)
    for number, item in enumerate(program.operators):
        if item.view and item.op.kind != "PAD":
            if number in wanted:
                waiting.append(item.op)
        elif item.number:
            operators.append(item.op)
            made.update(item.op.outputs)
        elif number in last:
            at = last[number]
            reads, writes = (tuple(map(tensor, keys)) for keys in (parts[at].reads, parts[at].writes))
            origin = tuple(sorted(n for n, owner in part_of.items() if owner == at))
            indexes = tuple(graph.operators[n].index for n in origin)
            operators.append(Operator(KIND, reads, writes, {"job": jobs[at]}, origin=indexes))
            made.update(writes)
        for view in list(waiting):
            if view.inputs[0] in made or tensors[view.inputs[0] or 0].is_constant:
                operators.append(view)
                made.update(view.outputs)
                waiting.remove(view)
    return replace(graph, tensors=tuple(tensors), operators=tuple(operators))


def _wanted_views(graph: Graph, program: Program) -> set[int]:
    """Operators that only change a shape, of what the CPU or the application reads."""
    wanted = set(graph.outputs)
    for item in program.operators:
        if item.number:
            wanted |= {tensor for tensor in item.op.inputs if tensor is not None}
    found = set()
    for number in range(len(program.operators) - 1, -1, -1):
        item = program.operators[number]
        if item.view and item.op.kind != "PAD" and not wanted.isdisjoint(item.op.outputs):
            found.add(number)
            wanted |= {tensor for tensor in item.op.inputs if tensor is not None}
    return found


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
