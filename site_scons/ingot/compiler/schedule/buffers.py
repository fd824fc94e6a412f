# SPDX-License-Identifier: Apache-2.0
"""Buffers: what the plan places. One a tensor, a ring, a chain of tensors that share memory in place, or a scratch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingot.compiler.kernels.program import Program
from ingot.compiler.schedule.types import Region, ScheduleOptions

ALIGNMENT = 16

BASE_ALIGNMENT = 8
"""Of a pool's first byte, of an image, and of a buffer of the application: the size of the largest element."""


def align(size: int, alignment: int = ALIGNMENT) -> int:
    """The least multiple of `alignment` that is not below `size`."""
    return -(-size // alignment) * alignment


@dataclass(frozen=True)
class Buffer:
    """Bytes that belong together.

    tensors: the tensors that use these bytes, their owner (see Schedule.aliases, Activation.place) first; empty for a
        scratch.
    calls: the calls whose scratch it is: all of one region, one after the other.
    size: bytes, a multiple of the program's alignment. used: the bytes of them that hold data.
    first, last: first and last region (inclusive) in which the bytes must survive.
    ring: rows kept when it is a ring, else 0.
    """

    tensors: tuple[int, ...]
    calls: tuple[int, ...]
    size: int
    used: int
    first: int
    last: int
    ring: int = 0

    def lives_with(self, other: Buffer) -> bool:
        """Whether there is a region in which both must survive."""
        return self.first <= other.last and other.first <= self.last


def placed_outside(program: Program, options: ScheduleOptions) -> frozenset[int]:
    """Tensors that the application owns."""
    all_of_them = options.io_placement == "application"
    inputs = program.inputs if all_of_them or options.input_rows else ()
    outputs = program.outputs if all_of_them or options.output_rows else ()
    return frozenset((*inputs, *outputs))


def kept_to_the_end(program: Program, options: ScheduleOptions) -> frozenset[int]:
    """Tensors whose bytes must be intact after the last region: outputs, state, and inputs where they are kept."""
    kept = {*program.outputs, *(i for i, t in enumerate(program.tensors) if t.role == "state")}
    if options.keep_inputs:
        kept.update(program.inputs)
    kept.update(placed_outside(program, options))
    return frozenset(kept)


def lifetimes(
    program: Program, groups: Sequence[Sequence[int]], options: ScheduleOptions
) -> dict[int, tuple[int, int]]:
    """tensor -> first and last position in `groups` (calls that run together, in order) in which it must survive.

    Inputs and state live from the start; outputs, state and kept inputs to the end. A tensor that others lie in lives
    with all of them, and they with it: it has its memory from the first that is written to the last that is read.
    """
    spans: dict[int, tuple[int, int]] = {}
    for position, calls in enumerate(groups):
        for index in calls:
            call = program.calls[index]
            for tensor in (*call.inputs, *call.outputs):
                for at in dict.fromkeys((tensor, program.owner(tensor))):
                    first, _ = spans.get(at, (position, position))
                    spans[at] = (first, position)
    for index, tensor_ in enumerate(program.tensors):
        if tensor_.role == "state":
            spans[index] = (0, 0)
    for tensor in program.inputs:
        spans[tensor] = (0, spans.get(tensor, (0, 0))[1])
    for tensor in kept_to_the_end(program, options):
        if tensor in spans:
            spans[tensor] = (spans[tensor][0], max(len(groups) - 1, 0))
    return {tensor: spans[program.owner(tensor)] for tensor in spans}


def buffers_of(
    program: Program, regions: Sequence[Region], aliases: Mapping[int, int], options: ScheduleOptions
) -> list[Buffer]:
    """Everything that must be placed for these regions, in the order of first use."""
    rings = {tensor: rows for region in regions for tensor, rows in region.rings.items()}
    spans = lifetimes(program, [region.calls for region in regions], options)
    outside = placed_outside(program, options)
    chains: dict[int, list[int]] = {}
    for tensor in sorted(spans, key=lambda t: (spans[t][0], t in aliases or program.owner(t) != t, t)):
        owner = program.owner(tensor)
        if owner not in outside:
            chains.setdefault(aliases.get(owner, owner), []).append(tensor)
    result = []
    for chain in chains.values():
        first = program.tensors[chain[0]]
        ring = rings.get(chain[0], 0)
        used = ring * first.row_bytes if ring else max(program.tensors[t].nbytes for t in chain)
        whole = used if ring else max(program.tensors[t].nbytes + program.tensors[t].spare for t in chain)
        begin, end = min(spans[t][0] for t in chain), max(spans[t][1] for t in chain)
        result.append(Buffer(tuple(chain), (), align(whole, program.alignment), used, begin, end, ring))
    for position, region in enumerate(regions):
        for calls in _sharing_scratch(program, region.calls):
            most = max(program.calls[index].scratch for index in calls)
            result.append(Buffer((), calls, align(most, program.alignment), most, position, position))
    return result


def scratch_layout(program: Program, calls: Sequence[int]) -> tuple[int, dict[int, int]]:
    """The bytes of scratch of calls that run together, and where in them each has its own."""
    size, offsets = 0, {}
    for group in _sharing_scratch(program, calls):
        offsets.update(dict.fromkeys(group, size))
        size += align(max(program.calls[index].scratch for index in group), program.alignment)
    return size, offsets


def _sharing_scratch(program: Program, calls: Sequence[int]) -> list[tuple[int, ...]]:
    """The calls that have scratch, together where they use the same: one that folds keeps its sums between steps."""
    wanting = [index for index in calls if program.calls[index].scratch]
    shared = tuple(index for index in wanting if not program.calls[index].folds)
    return [group for group in (shared, *((index,) for index in wanting if program.calls[index].folds)) if group]
