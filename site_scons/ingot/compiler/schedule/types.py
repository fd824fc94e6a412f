# SPDX-License-Identifier: Apache-2.0
"""In what order, and how many rows at a time, the calls of a program run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ingot.compiler.kernels.program import Program

NOTHING = Program("", (), (), (), ())
"""The program of a schedule that was put together by hand."""


class Step(NamedTuple):
    """Produce `count` rows, from output row `row` upwards, of the region's call number `call` (position in the region).

    A step is atomic: its kernel may read its inputs and write its outputs in any order. Rows that a step reads must
    not lie where the step writes, except where a call works in place (see Schedule.aliases).
    """

    call: int
    row: int
    count: int  # type: ignore[assignment]


@dataclass(frozen=True)
class Region:
    """Calls that run fused: one software epoch.

    calls: indexes into Program.calls.
    steps: the row schedule. A region of one call is one step over all its rows, or several where its output may then
        lie over rows of its input that are done with.
    rings: tensor -> rows kept, for tensors that are produced and consumed wholly inside. Row y is in slot y mod rows.
    reverse: rows run bottom-up (each step's rows still ascend; steps come from the last row to the first).
    """

    calls: tuple[int, ...]
    steps: tuple[Step, ...]
    rings: Mapping[int, int] = field(default_factory=dict)
    reverse: bool = False


@dataclass(frozen=True)
class Schedule:
    """Regions in execution order.

    lower_bound: bytes below which no placement of this schedule's buffers can go (largest need of a region).
    aliases: tensor -> the tensor whose memory it takes over in place (element by element), transitively resolved: the
        value is never itself a key. Both have the same ring, or none.
    overlays: (tensor that dies, tensor that is born in the same region), both memory owners -> forbidden open interval
        of start(born) - start(dying) in bytes; every other distance is fine. Pairs not listed are disjoint.
    offsets: memory owner -> byte offset in one block, a placement that reaches `peak`. The plan takes it where one
        pool holds the block.
    scratch_offsets: the same for the scratch of calls (call -> offset). Calls of one region share it, except those that
        fold.
    peak: bytes of that placement.
    unfused_peak: bytes the same program needs without fusion and without overlays, for the report.
    cost: the cost model's estimate, in instructions (see ingot.compiler.schedule.cost).
    program: what the calls are of: the program that was to be scheduled, or a form of it whose joined tensors are made
        in their places (ingot.compiler.kernels.places).
    """

    regions: tuple[Region, ...]
    lower_bound: int
    aliases: Mapping[int, int] = field(default_factory=dict)
    overlays: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    offsets: Mapping[int, int] = field(default_factory=dict)
    scratch_offsets: Mapping[int, int] = field(default_factory=dict)
    peak: int = 0
    unfused_peak: int = 0
    cost: int = 0
    program: Program = field(default=NOTHING, compare=False, repr=False)


@dataclass(frozen=True)
class ScheduleOptions:
    """What the user asks of schedule and plan.

    optimize: "ram" (least peak), "balanced" (that too where it costs next to nothing, else fewest instructions within a
        margin of the least peak) or "speed" (fewest instructions within what running unfused needs, or within `fit`
        bytes if that is less).
    fuse: False runs every call alone, over all its rows.
    keep_inputs: the network's inputs must survive the inference.
    io_placement: "activations" (network inputs and outputs are placed with the rest) or "application" (the application
        owns them: not placed, never overwritten).
    input_rows, output_rows: the application hands inputs, or outputs, over some rows at a time, and owns them.
    fit: bytes of the best pool, for "speed"; 0 when it does not matter.
    """

    optimize: str = "balanced"
    fuse: bool = True
    keep_inputs: bool = False
    io_placement: str = "activations"
    input_rows: bool = False
    output_rows: bool = False
    fit: int = 0
