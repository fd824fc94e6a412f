# SPDX-License-Identifier: Apache-2.0
"""What the compiler asks of one that makes programs for another processor of the chip, such as its NPU.

The compiler knows nothing of the processor. Before the passes, operators that run there become one of the kind "npu"
for each program; when everything has its place, the programs are bound to the addresses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingot.compiler.graph import Graph
from ingot.compiler.kernels.program import Call, Param, Program
from ingot.network.types import Estimate

KIND = "npu"
#: Of buffers that the NPU reads or writes: lines of the CPU's cache, which is cleaned and invalidated line by line.
LINE = 32


@dataclass(frozen=True)
class Job:
    """A program of the NPU, as the attribute "job" of its operator. Sizes follow from shapes and zero points alone.

    number: of the program, from 0. scratch: bytes that only it uses. params: sizes in bytes of its weights, which may
    be 0, and of its blob. macs: multiplications of its layers. spare: bytes behind each buffer that may be fetched.
    """

    number: int
    scratch: int
    params: tuple[int, int]
    macs: int
    spare: int


@dataclass(frozen=True)
class Addresses:
    """Where a program's things are: inputs and outputs of its operator, scratch (0 without), parameters."""

    inputs: Sequence[int]
    outputs: Sequence[int]
    scratch: int
    params: int


class Offload(Protocol):
    """A compiler for another processor, for one network."""

    def partition(self, graph: Graph) -> Graph:
        """The graph with operators of the kind "npu". Raises IngotError when it must not be."""
        ...

    def bind(self, addresses: Mapping[int, Addresses]) -> Mapping[int, tuple[Param, ...]]:
        """Number of each program -> its parameters, as large as its job says. Raises IngotError as a proof does."""
        ...

    def reasons(self) -> Mapping[int, str]:
        """Index of each operator that is left to the CPU -> why."""
        ...

    def estimates(self) -> Mapping[int, Estimate]:
        """Number of each program -> what it takes, where that was compared."""
        ...

    def notes(self) -> Sequence[str]:
        """Sentences for the report."""
        ...

    def key(self) -> Sequence[int]:
        """What decides besides model, pools and options."""
        ...


def jobs_of(program: Program) -> dict[int, int]:
    """Number of each program of the NPU -> index of its call."""
    return {program_number(call): index for index, call in enumerate(program.calls) if call.kernel == KIND}


def program_number(call: Call) -> int:
    """The number of the program that a call is."""
    number = call.fields["number"]
    assert isinstance(number, int)
    return number
