# SPDX-License-Identifier: Apache-2.0
"""Runs a schedule over a placement in a memory whose every byte says which row of which tensor it holds.

This is separate from the code that makes schedules and placements and shares no reasoning with it: it only knows what
a step reads and writes. Outputs are written before inputs are read, so that a kernel may do both in any order; only
the rows of an input that a call may work on in place, and that lie exactly under its output's, are read first. Of a
tensor that is made of pieces, each byte must hold what was written of the tensor that the piece is of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.compiler.kernels.program import Call, Program
from ingot.compiler.schedule.types import Region, Step

_REMEDY = "This is a fault in Ingot's planner, not in the model: please report it; fuse=0 may avoid it."


@dataclass(frozen=True)
class Place:
    """Where a tensor's first row (or slot) lies: memory's name, byte offset, rows of its ring (0: whole)."""

    memory: str
    offset: int
    ring: int = 0


class Replay:
    """The tagged memories, and what has been computed so far.

    places: tensor -> place, for all tensors that calls use. scratch: call -> (memory, offset).
    sizes: memory -> bytes.
    """

    def __init__(
        self,
        program: Program,
        places: Mapping[int, Place],
        scratch: Mapping[int, tuple[str, int]],
        sizes: Mapping[str, int],
    ) -> None:
        self._program = program
        self._places = places
        self._scratch = scratch
        self._memory = {name: np.full(size, -1, np.int32) for name, size in sizes.items()}
        self._base: dict[int, int] = {}
        tag = 0
        for index, tensor in enumerate(program.tensors):
            self._base[index] = tag
            tag += tensor.rows
        self._scratch_tag = tag
        self._done: dict[int, set[int]] = {}
        self._states = {t for t, tensor in enumerate(program.tensors) if tensor.role == "state"}
        self._overwritten: set[int] = set()
        self._sums: dict[int, set[int]] = {}
        self._pieces: dict[int, npt.NDArray[np.int32] | None] = {}

    def run(self, regions: Iterable[Region], kept: Iterable[int]) -> None:
        """One inference. Raises IngotError when a row is read that is gone, or is computed twice or never.

        kept: tensors that must be intact at the end.
        """
        given = [*self._program.inputs, *(i for i, t in enumerate(self._program.tensors) if t.role == "state")]
        given = [tensor for tensor in given if tensor in self._places]
        for tensor in given:
            self._write(tensor, range(self._program.tensors[tensor].rows))
        for tensor in given:
            self._read(tensor, self._all_rows(tensor), "before the first region")
        for number, region in enumerate(regions):
            for step in region.steps:
                self._step(number, region.calls[step.call], step)
            self._complete(number, region)
        for tensor in kept:
            if tensor in self._places:
                self._read(tensor, self._all_rows(tensor), "after the last region")

    def _all_rows(self, tensor: int) -> range:
        return range(self._program.tensors[tensor].rows)

    def _step(self, number: int, index: int, step: Step) -> None:
        call = self._program.calls[index]
        rows = range(step.row, step.row + step.count)
        what = f"in region {number} when call {index} ({call.kernel}) makes rows {rows.start}..{rows.stop - 1}"
        reads = [(p, t, self._needed(call, p, t, rows)) for p, t in enumerate(call.inputs)]
        late = []
        for position, tensor, needed in reads:
            if tensor in self._overwritten:
                self._fail(f"{what}, it reads the state '{self._name(tensor)}', which was overwritten")
            if self._in_place(call, position) or tensor in call.outputs:
                self._read(tensor, needed, what)
            else:
                late.append((tensor, needed))
        if index in self._scratch:
            self._use_scratch(index, what)
        if call.folds:
            rows = self._folded(index, rows)
        for tensor in call.outputs:
            self._finish(tensor, rows, number, index)
            self._write(tensor, rows)
            self._overwritten |= self._states & {tensor}
        for tensor, needed in late:
            self._read(tensor, needed, what)
        for tensor in call.outputs:
            self._read(tensor, rows, what)

    def _use_scratch(self, index: int, what: str) -> None:
        """The call fills its scratch, in which the sums of one that folds must be intact."""
        memory, offset = self._scratch[index]
        held = self._memory[memory][offset : offset + self._program.calls[index].scratch]
        wrong = held != self._scratch_tag + index
        if self._sums.get(index) and wrong.any():
            at = int(np.argmax(wrong))
            self._fail(f"{what}, byte {at} of its sums holds {self._owner(int(held[at]))}", memory)
        held[:] = self._scratch_tag + index

    def _folded(self, index: int, rows: range) -> range:
        """The rows of its outputs that a call writes when it has added these rows of its input: all with the last."""
        added = self._sums.setdefault(index, set())
        if added.intersection(rows):
            self._fail(f"call {index} adds row {min(added.intersection(rows))} twice")
        added.update(rows)
        call = self._program.calls[index]
        return self._all_rows(call.outputs[0]) if len(added) == call.folds else range(0)

    def _needed(self, call: Call, position: int, tensor: int, rows: range) -> Sequence[int]:
        window = call.windows[position] if position < len(call.windows) else None
        if window is None:
            return self._all_rows(tensor)
        part = window[rows.start : rows.stop]
        return sorted({row for low, high in part.tolist() for row in range(low, high + 1)})

    def _in_place(self, call: Call, position: int) -> bool:
        if position not in call.inplace or not call.outputs:
            return False
        source, target = self._places[call.inputs[position]], self._places[call.outputs[0]]
        return source == target

    def _finish(self, tensor: int, rows: range, number: int, index: int) -> None:
        done = self._done.setdefault(tensor, set())
        twice = done.intersection(rows)
        if twice:
            self._fail(f"region {number}, call {index} computes row {min(twice)} of '{self._name(tensor)}' twice")
        done.update(rows)

    def _complete(self, number: int, region: Region) -> None:
        """Outputs of the network need all rows; of other tensors only those that something reads (see _read)."""
        for index in region.calls:
            for tensor in set(self._program.calls[index].outputs) & set(self._program.outputs):
                missing = set(self._all_rows(tensor)) - self._done.get(tensor, set())
                if missing:
                    self._fail(
                        f"region {number}, call {index} never computes row {min(missing)} of '{self._name(tensor)}'"
                    )

    def _bytes(self, tensor: int, row: int) -> npt.NDArray[np.int32]:
        place = self._places[tensor]
        width = self._program.tensors[tensor].row_bytes
        begin = place.offset + (row % place.ring if place.ring else row) * width
        memory = self._memory[place.memory]
        if begin < 0 or begin + width > len(memory):
            self._fail(f"row {row} of '{self._name(tensor)}' lies outside '{place.memory or 'its memory'}'")
        return memory[begin : begin + width]

    def _write(self, tensor: int, rows: Iterable[int]) -> None:
        for row in rows:
            self._bytes(tensor, row)[:] = self._base[tensor] + row

    def _read(self, tensor: int, rows: Iterable[int], when: str) -> None:
        pieces = self._tags_of_pieces(tensor)
        width = self._program.tensors[tensor].row_bytes
        for row in rows:
            held = self._bytes(tensor, row)
            wrong = held != (self._base[tensor] + row if pieces is None else pieces[row * width : (row + 1) * width])
            if wrong.any():
                at = int(np.argmax(wrong))
                place = self._places[tensor]
                self._fail(
                    f"row {row} of '{self._name(tensor)}' ({self._range(tensor)}) is needed {when}, but its byte {at} "
                    f"holds {self._owner(int(held[at]))}",
                    place.memory,
                )

    def _tags_of_pieces(self, tensor: int) -> npt.NDArray[np.int32] | None:
        """What each byte of a tensor that is made of pieces must hold; None for one that is written itself."""
        if tensor not in self._pieces:
            parts = [
                self._base[t] + np.arange(start, start + size, dtype=np.int32) // self._program.tensors[t].row_bytes
                for t, start, size in self._program.tensors[tensor].pieces
            ]
            self._pieces[tensor] = np.concatenate(parts).astype(np.int32) if parts else None
        return self._pieces[tensor]

    def _range(self, tensor: int) -> str:
        place = self._places[tensor]
        data = self._program.tensors[tensor]
        size = (place.ring or data.rows) * data.row_bytes
        ring = f", ring of {place.ring}" if place.ring else ""
        return f"bytes {place.offset}..{place.offset + size - 1}{ring}"

    def _owner(self, tag: int) -> str:
        if tag < 0:
            return "nothing yet"
        if tag >= self._scratch_tag:
            return f"the scratch of call {tag - self._scratch_tag}"
        tensor = max(t for t, base in self._base.items() if base <= tag and self._program.tensors[t].rows)
        return f"row {tag - self._base[tensor]} of '{self._name(tensor)}' ({self._range(tensor)})"

    def _name(self, tensor: int) -> str:
        return self._program.tensors[tensor].name

    def _fail(self, what: str, memory: str = "") -> None:
        raise IngotError(what, where=f"memory plan, pool {memory}" if memory else "memory plan", remedy=_REMEDY)
