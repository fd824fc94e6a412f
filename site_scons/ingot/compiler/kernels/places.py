# SPDX-License-Identifier: Apache-2.0
"""Tensors that lie inside others, so that nothing is copied: joined ones in their places, ranges where they are.

A CONCATENATION whose inputs are ranges of its result, one after the other, needs no call where each input is written
straight to its range; nor does a SPLIT or SLICE whose result is a range of its input. The tensor inside gets a *place*,
an offset in bytes in the memory of the other one. A tensor that no call writes any more consists of *pieces*: the
result of a CONCATENATION of one an input, a range of one of what it is cut from. A call reads such a tensor as any
other. The schedule derives from the pieces who must have run before (Program.written), lifetimes are those of the
memory and not of the tensor (Program.owner), and the replay of the plan checks of each byte that is read whose it is
(ingot.compiler.schedule.replay): it knows the pieces, not the places.

Some inputs of a CONCATENATION cannot have a place: those of the network and its outputs, a state, a constant, a tensor
that has a place already or stands twice in the result, what the NPU reads or writes (it has spare bytes behind it) and
what belongs to the application. Neighbours among these are copied by one call, to a tensor with a place of its own.
Results may be joined again: places are resolved to the outermost one. An offset is a multiple of an element, as that of
a row is: kernels ask for no more (docs/architecture.md), and never write outside of their rows.

What a call makes of one of its inputs element by element, and nobody else reads, takes the place too: the input is
then made there, and worked on in place.

Whoever places other tensors, such as those that a program of the NPU writes, sets `place` and `pieces` of an
Activation; all that follows works in bytes.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from ingot.compiler.kernels.joined import Part, copying, joins, parts_of, runs_of
from ingot.compiler.kernels.program import Call, Piece, Place, Program

_WORTH = 64
"""Bytes that must find their places for each further call that copies others."""


def with_places(program: Program, outside: Container[int], streamed: bool = True, ranges: bool = True) -> Program:
    """The program in which what is joined is made in its places as far as possible; itself where nothing is.

    Places that tensors have already stay. outside: tensors that the application owns. streamed: also tensors that calls
    read some rows at a time, which need no more than a ring in a fused region, but lie whole where they have places.
    ranges: ranges of tensors, too.
    """
    writers = {t: index for index, call in enumerate(program.calls) for t in call.outputs}
    taken = {t for t, tensor in enumerate(program.tensors) if tensor.place is not None}
    joined: dict[int, list[list[Part]]] = {}
    for index, call in enumerate(program.calls):
        if not joins(program, call, outside) or not (streamed or not _is_streamed(program, call.outputs[0])):
            continue
        runs = runs_of(parts_of(program, call, writers, taken, outside))
        placed = [part for run in runs for part in run if part.placed]
        copies = sum(not run[0].placed for run in runs)
        if placed and sum(part.size for part in placed) >= _WORTH * (copies - 1):
            taken.update(part.tensor for part in placed if part.tensor is not None)
            joined[index] = runs
    cut = [
        index
        for index, call in enumerate(program.calls)
        if ranges and call.outputs[0] not in taken and _is_range(program, call, outside, streamed)
    ]
    return _Rewriting(program, joined, cut, writers).result() if joined or cut else program


def _is_streamed(program: Program, tensor: int) -> bool:
    """Whether a call reads the tensor, of several rows, some at a time."""
    return program.tensors[tensor].rows > 1 and any(
        read == tensor and position < len(call.windows) and call.windows[position] is not None
        for call in program.calls
        for position, read in enumerate(call.inputs)
    )


def _is_range(program: Program, call: Call, outside: Container[int], streamed: bool) -> bool:
    """Whether what the call makes may lie where it stands in its input. streamed: also where both might be rings."""
    if call.same_from < 0:
        return False
    (source,), (target,) = call.inputs, call.outputs
    before, after = program.tensors[source], program.tensors[target]
    whole = before.role == "input" or call.windows[0] is None
    return (
        source not in outside
        and target not in outside
        and after.role == "activation"
        and after.place is None
        and before.role != "state"
        and not (before.spare or after.spare)
        and (streamed or (whole and not _is_streamed(program, target)))
    )


class _Rewriting:
    """The program while calls go. joined: those that join, with their parts. cut: those that cut ranges."""

    def __init__(
        self,
        program: Program,
        joined: Mapping[int, Sequence[Sequence[Part]]],
        cut: Sequence[int],
        writers: Mapping[int, int],
    ) -> None:
        self._program, self._joined, self._cut, self._writers = program, joined, cut, writers
        self._tensors = list(program.tensors)
        self._calls: list[list[Call]] = [[call] for call in program.calls]
        self._places = {t: tensor.place for t, tensor in enumerate(program.tensors) if tensor.place is not None}
        self._pieces = {t: list(tensor.pieces) for t, tensor in enumerate(program.tensors) if tensor.pieces}

    def result(self) -> Program:
        for index, runs in self._joined.items():
            self._join(index, runs)
        for index in self._cut:
            call = self._program.calls[index]
            (source,), (target,) = call.inputs, call.outputs
            self._calls[index] = []
            self._places[target] = Place(source, call.same_from)
            self._pieces[target] = [Piece(source, call.same_from, self._tensors[target].nbytes)]
        for target, pieces in self._pieces.items():
            flat = tuple(piece for one in pieces for piece in self._flat(one))
            self._tensors[target] = replace(self._tensors[target], pieces=flat)
        for index in (*self._joined, *self._cut):
            self._credit(index)
        for tensor in list(self._places):
            self._under(tensor)
        for tensor in self._places:
            self._tensors[tensor] = replace(self._tensors[tensor], place=self._resolved(tensor))
        calls = tuple(call for calls in self._calls for call in calls)
        return replace(self._program, tensors=tuple(self._tensors), calls=calls)

    def _join(self, index: int, runs: Sequence[Sequence[Part]]) -> None:
        """Takes the call away, but for what must be copied."""
        call = self._program.calls[index]
        target, offset, row = call.outputs[0], 0, 0
        self._calls[index], self._pieces[target] = [], []
        for run in runs:
            size = sum(part.size for part in run)
            tensor = run[0].tensor
            if not run[0].placed or tensor is None:
                tensor = len(self._tensors)
                copy, copied = copying(self._program, call, run, row, tensor)
                self._tensors.append(copied)
                self._calls[index].append(copy)
            self._places[tensor] = Place(target, offset)
            self._pieces[target].append(Piece(tensor, 0, size))
            offset += size
            row += sum(part.rows for part in run)

    def _flat(self, piece: Piece) -> Iterator[Piece]:
        """The same bytes, of tensors that are written."""
        at = 0
        for inner in self._pieces.get(piece.tensor, ()):
            low, high = max(piece.start, at), min(piece.start + piece.size, at + inner.size)
            if low < high:
                yield from self._flat(Piece(inner.tensor, inner.start + low - at, high - low))
            at += inner.size
        if piece.tensor not in self._pieces:
            yield piece

    def _credit(self, index: int) -> None:
        """What a call stood for of which nothing is left is with the call that writes the last of its bytes, or with
        the first that reads them where they are an input's."""
        if self._calls[index]:
            return
        gone = self._program.calls[index]
        target = gone.outputs[0]
        last = self._tensors[target].pieces[-1].tensor
        places = [(calls, at) for calls in self._calls for at in range(len(calls))]
        found = [(calls, at) for calls, at in places if last in calls[at].outputs]
        found += [(calls, at) for calls, at in places if target in calls[at].inputs]
        for calls, at in found[:1]:
            calls[at] = replace(calls[at], origin=tuple(sorted({*calls[at].origin, *gone.origin})))

    def _under(self, tensor: int) -> None:
        """The input that a call works on in place takes the place of its result, and so on before it."""
        while tensor in self._writers and len(calls := self._calls[self._writers[tensor]]) == 1:
            source = next((t for t in dict.fromkeys(calls[0].inputs) if self._works_over(calls[0], t, tensor)), None)
            if source is None:
                return
            self._places[source] = self._places[tensor]
            tensor = source

    def _works_over(self, call: Call, source: int, target: int) -> bool:
        """Whether the source may lie where the target does: the call works in place, nobody else reads the source, and
        it is an activation."""
        before, after = self._tensors[source], self._tensors[target]
        return (
            source in self._writers
            and source not in self._places
            and source not in self._pieces
            and call.outputs == (target,)
            and (before.rows, before.row_bytes) == (after.rows, after.row_bytes)
            and before.role == "activation"
            and not before.spare
            and all(position in call.inplace for position, t in enumerate(call.inputs) if t == source)
            and not any(source in other.inputs for calls in self._calls for other in calls if other is not call)
            and not any(piece.tensor == source for pieces in self._pieces.values() for piece in pieces)
        )

    def _resolved(self, tensor: int) -> Place:
        whole, offset = self._places[tensor]
        while whole in self._places:
            whole, more = self._places[whole]
            offset += more
        return Place(whole, offset)
