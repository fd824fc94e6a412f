# SPDX-License-Identifier: Apache-2.0
"""Which operators the built-in compiler knows, what they accept, and how each becomes a kernel call.

Every operator file declares itself with `@lowers(kind, ...)`. The constraints are functions whose docstring is the
text users read: in the error message when a model violates it, and as a row of docs/operators.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingot.board.cores import default_core
from ingot.compiler.graph import Graph, Operator, Tensor
from ingot.compiler.graph.arithmetic import EVEN, is_even
from ingot.compiler.kernels.program import Activation, Call


@dataclass(frozen=True)
class Target:
    """What the kernels are compiled for.

    cpu: a name of ingot.board.cores. isa: "mve" (Helium), "dsp" (SMLAD and friends) or "c"; "host" never changes
        a layout.
    unroll: kernels may be unrolled for a layer's shape, which takes code (optimize=speed).
    """

    cpu: str = field(default_factory=lambda: default_core().name)
    isa: str = field(default_factory=lambda: default_core().isa)
    unroll: bool = False


@dataclass(frozen=True)
class Site:
    """One operator to be lowered, with its surroundings.

    network: what lowerings have decided for all operators of the graph, by their own names; all sites share it.
    """

    graph: Graph
    op: Operator
    target: Target
    activations: dict[int, Activation]
    network: dict[str, str] = field(default_factory=dict)

    def input(self, position: int) -> Tensor:
        """The graph tensor at that input. Raises IndexError/ValueError when it is absent."""
        tensor = self.op.inputs[position]
        if tensor is None:
            raise ValueError(f"{self.op.place(self.graph)} has no input {position}")
        return self.graph.tensors[tensor]

    def has_input(self, position: int) -> bool:
        return position < len(self.op.inputs) and self.op.inputs[position] is not None

    def output(self, position: int = 0) -> Tensor:
        return self.graph.tensors[self.op.outputs[position]]

    def rows_in(self, position: int) -> Activation:
        """The activation at that input, with the row split that the program uses for it."""
        tensor = self.op.inputs[position]
        assert tensor is not None
        return self.activations[tensor]

    def rows_out(self, position: int = 0) -> Activation:
        return self.activations[self.op.outputs[position]]


Constraint = Callable[[Graph, Operator], bool]
Lowering = Callable[[Site], Call | tuple[Call, ...]]
Pieces = Callable[[Tensor], int]
JoinedRows = Callable[[Graph, Operator, Sequence[int]], int]


def elements(output: Tensor) -> int:
    """Pieces of a kernel that makes every element from one element."""
    return output.elements


def vectors(output: Tensor) -> int:
    """Pieces of a kernel that makes every vector, along the last dimension, from one vector."""
    return math.prod(output.shape[:-1])


@dataclass(frozen=True)
class Entry:
    """data: positions of inputs of which the kernel wants at least one computed; None for all inputs.
    memory: positions of inputs of which it wants each in memory.

    pieces: into how many pieces a kernel that knows no image cuts its output, each made from the one at the same
    place in input 0; it makes any rows of whole pieces. None for kernels that make rows of an image.
    joined_rows: rows of an output that is no image, from those of the inputs that it consists of; 1 for none.
    """

    kind: str
    constraints: tuple[Constraint, ...]
    lower: Lowering
    data: tuple[int, ...] | None
    pieces: Pieces | None = None
    joined_rows: JoinedRows | None = None
    memory: tuple[int, ...] = ()


OPERATORS: dict[str, Entry] = {}

EVEN_OPERATORS: dict[str, Entry] = {}
"""The same for operators with the arithmetic of QDQ models (ingot.compiler.graph.arithmetic)."""

PACKINGS: dict[str, int] = {}
"""Kernel, or what the names of several begin with -> number of the packing of its parameter block; see packs()."""


def entry_of(op: Operator) -> Entry | None:
    """What is registered for the operator; None when nothing is."""
    return (EVEN_OPERATORS if is_even(op) else OPERATORS).get(op.kind)


def registered(op: Operator) -> Entry:
    """The same where something is."""
    entry = entry_of(op)
    assert entry is not None, op.kind
    return entry


def packs(**numbers: int) -> None:
    """Registers the packing numbers of kernels, beside the lowering that packs their parameter blocks.

    numbers: C name without the prefix -> number. A name stands for every kernel that begins with it: conv2d=1 for
    ingot_conv2d_s8() and ingot_conv2d_1x1_s8(). Where one of them changes alone, its whole name gets a number, too.

    The number is part of the layout id (ingot.compiler.emit.layout_id). It is raised whenever the kernel reads its
    block in another way: firmware in the field then refuses an initializer that it would misread. It stays when the
    same bytes are only computed in another way. tests/compiler/kernels/test_packing.py fails when bytes change and the
    number does not.
    """
    for kernel, number in numbers.items():
        if PACKINGS.setdefault(kernel, number) != number:
            raise ValueError(f"{kernel} has the packing numbers {PACKINGS[kernel]} and {number}")


def packing_number(kernel: str) -> int:
    """The number of the longest registered name that the kernel's begins with. Raises LookupError for none."""
    words = kernel.split("_")
    for count in range(len(words), 0, -1):
        number = PACKINGS.get("_".join(words[:count]))
        if number is not None:
            return number
    raise LookupError(f"the kernel {kernel} has no packing number; its lowering registers it with packs()")


def lowers(
    *kinds: str,
    constraints: tuple[Constraint, ...] = (),
    data: tuple[int, ...] | None = (0,),
    pieces: Pieces | None = None,
    joined_rows: JoinedRows | None = None,
    memory: tuple[int, ...] = (),
    arithmetic: str = "",
) -> Callable[[Lowering], Lowering]:
    """Registers the decorated function as the lowering of these operator kinds. data and what follows: see Entry.

    arithmetic: EVEN for operators that have it (ingot.compiler.graph.arithmetic).

    The function returns a Call, or several (in order), whose `inputs` and `outputs` are positions among `op.inputs`
    and `op.outputs`; lower() replaces them by tensor indexes. Constant inputs go into params or fields and
    are not listed. At least one of the inputs at `data` (None: of all) is computed when it is called.
    """

    def register(function: Lowering) -> Lowering:
        for kind in kinds:
            (EVEN_OPERATORS if arithmetic == EVEN else OPERATORS)[kind] = Entry(
                kind, constraints, function, data, pieces, joined_rows, memory
            )
        return function

    return register
