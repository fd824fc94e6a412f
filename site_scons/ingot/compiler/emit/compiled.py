# SPDX-License-Identifier: Apache-2.0
"""Everything the writers of output files need to know about one compiled network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingot.compiler.emit.initializer import InitializerLayout
from ingot.compiler.graph import Graph
from ingot.compiler.kernels.program import Program
from ingot.compiler.plan.types import Plan
from ingot.compiler.schedule.types import Schedule
from ingot.model.asked import PART_OPTIONS, WHOLE
from ingot.model.kinds_of_file import TFLITE
from ingot.network.detection import DetectionHead
from ingot.network.types import Estimate, NetworkPool

UNTOLD = (*PART_OPTIONS, "weights_4bit")
"""Options that network.c's introduction leaves out: the same network has the same text however it was named."""


@dataclass(frozen=True)
class Compiled:
    """A network after planning, before anything is written.

    name: C name. model: display name of the model. model_sha256: of its file.
    source: the graph as the frontend read it, for the layer table.
    pools: the board's pools in the order of the .mpool file, `used` and `start` still zero.
    notes: what the report says of the network (ingot.compiler.findings).
    pool_notes: pool name -> further properties, as ST's network.c lists them ("THROUGHPUT=HIGH LATENCY=LOW ...").
    initializer_pool: name of the pool whose first bytes hold the initializer.
    options: the options that made it, for the comments (name -> value as text).
    reasons: index of an operator -> why it runs on the CPU, beside an NPU. estimates: number of a program of the NPU
    -> what it takes.
    prefix: middle part of the initializer's file name.
    io_layout: one of ingot.model.asked.Part. model_format, beside, in_turn, detection: see
    ingot.network.types.Network.
    """

    name: str
    model: str
    model_sha256: str
    source: Graph
    program: Program
    schedule: Schedule
    plan: Plan
    pools: tuple[NetworkPool, ...]
    initializer_pool: str
    initializer: InitializerLayout
    pool_notes: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    prefix: str = "atonbuf"
    stand_in: bool = False
    io_layout: str = WHOLE.io_layout
    reasons: Mapping[int, str] = field(default_factory=dict)
    estimates: Mapping[int, Estimate] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    in_turn: tuple[str, ...] = ()
    detection: DetectionHead | None = None
    model_format: str = TFLITE

    def pool(self, name: str) -> NetworkPool:
        """The real pool of that name. Raises KeyError."""
        for pool in self.pools:
            if pool.name == name:
                return pool
        raise KeyError(name)

    def face(self, index: int) -> tuple[str, tuple[int, ...]]:
        """Name and shape under which the application knows tensor `index` of the program.

        Inputs and outputs go by the source model's: an output behind a RESHAPE shares memory with what was reshaped.
        """
        for ports, originals in (
            (self.program.inputs, self.source.inputs),
            (self.program.outputs, self.source.outputs),
        ):
            if index in ports:
                tensor = self.source.tensors[originals[ports.index(index)]]
                return tensor.name, tensor.shape
        return self.program.tensors[index].name, self.program.tensors[index].shape

    def listed(self) -> list[int]:
        """The tensors that have a buffer, in the order of the description: inputs in the model's order, outputs in
        theirs, then the rest.
        """
        ports = (*self.program.inputs, *self.program.outputs)
        return [*dict.fromkeys(ports), *(t for t in self.plan.placements if t not in ports)]

    def role(self, index: int) -> str:
        """What tensor `index` of the program is to the application: "input", "output", "activation" or "state"."""
        if index in self.program.inputs:
            return "input"
        return "output" if index in self.program.outputs else self.program.tensors[index].role

    def raw_name(self) -> str:
        """File name of the initializer."""
        return f"{self.name}_{self.prefix}.{self.pool(self.initializer_pool).fname}.raw"
