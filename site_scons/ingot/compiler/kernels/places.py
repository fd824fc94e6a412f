# SPDX-License-Identifier: Apache-2.0
"""Joined tensors whose parts are made in their places, so that nothing is copied.

A CONCATENATION whose inputs are ranges of its result, one after the other, needs no call where each input is written
straight to its range: the input gets a *place*, an offset in bytes in the result's memory, and the result consists of
*pieces*, one an input, and is written by nobody. A call then reads the result as any tensor; the schedule derives from
the pieces who must have run before (Program.written), lifetimes are those of the memory and not of the tensor
(Program.owner), and the replay of the plan checks for each byte of each read whose it is (ingot.compiler.schedule.
replay): it knows the pieces, not the places.

Some inputs cannot have a place: those of the network and its outputs, a state, a constant, a tensor that has a place
already or stands twice in the result, what the NPU reads or writes (it has spare bytes behind it) and what belongs to
the application. Neighbours among these are copied by one call, to a tensor with a place of its own. Results may be
joined again: places are resolved to the outermost one. An offset is a multiple of an element, as that of a row is:
kernels ask for no more (docs/architecture.md), and never write outside of their rows.

What a call makes of one of its inputs element by element, and nobody else reads, takes the place too: the input is
then made there, and worked on in place.

Whoever places other tensors, such as those that a program of the NPU writes, sets `place` and `pieces` of an
Activation; all that follows works in bytes.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from ingot.compiler.kernels.program import Activation, Call, Param, Piece, Place, Program
from ingot.compiler.kernels.rows import Window

_WORTH = 64
"""Bytes that must find their places for each further call that copies others."""


@dataclass(frozen=True)
class _Part:
    """One input of a call that joins. tensor: None for a constant. number: among all inputs. size: bytes. rows: of the
    result. placed: whether it is made in its place."""

    tensor: int | None
    number: int
    size: int
    rows: int
    placed: bool


def with_places(program: Program, outside: Container[int], streamed: bool = True) -> Program:
    """The program in which what is joined is made in its places as far as possible; itself where nothing is.

    outside: tensors that the application owns. streamed: also results that calls read some rows at a time, which need
    no more than a ring in a fused region, but lie whole where they have places.
    """
    writers = {t: index for index, call in enumerate(program.calls) for t in call.outputs}
    taken: set[int] = set()
    joined: dict[int, list[list[_Part]]] = {}
    for index, call in enumerate(program.calls):
        if not _joins(program, call, outside) or not (streamed or not _is_streamed(program, call.outputs[0])):
            continue
        runs = _runs(_parts(program, call, writers, taken, outside))
        placed = [part for run in runs for part in run if part.placed]
        copies = sum(not run[0].placed for run in runs)
        if placed and sum(part.size for part in placed) >= _WORTH * (copies - 1):
            taken.update(part.tensor for part in placed if part.tensor is not None)
            joined[index] = runs
    return _Rewriting(program, joined, writers).result() if joined else program


def _joins(program: Program, call: Call, outside: Container[int]) -> bool:
    """Whether the call writes each input to one range of its result, which may have tensors in it."""
    if call.descriptor != "concat" or call.fields["groups"] != 1:
        return False
    target = program.tensors[call.outputs[0]]
    return bool((call.fields["along_rows"] or target.rows == 1) and call.outputs[0] not in outside and not target.spare)


def _is_streamed(program: Program, tensor: int) -> bool:
    """Whether a call reads the tensor, of several rows, some at a time."""
    return program.tensors[tensor].rows > 1 and any(
        read == tensor and position < len(call.windows) and call.windows[position] is not None
        for call in program.calls
        for position, read in enumerate(call.inputs)
    )


def _parts(
    program: Program, call: Call, writers: Mapping[int, int], taken: Container[int], outside: Container[int]
) -> list[_Part]:
    target, along_rows = program.tensors[call.outputs[0]], call.fields["along_rows"]
    sizes = call.fields["part"]
    assert isinstance(sizes, tuple)
    tensors = iter(call.inputs)
    parts: list[_Part] = []
    for number, size in enumerate(sizes):
        tensor = None if _bits(call) >> number & 1 else next(tensors)
        again = any(part.tensor == tensor for part in parts)
        placed = (
            tensor is not None
            and not again
            and tensor in writers
            and tensor not in taken
            and tensor not in outside
            and program.tensors[tensor].role == "activation"
            and not program.tensors[tensor].spare
        )
        parts.append(
            _Part(tensor, number, size * target.row_bytes if along_rows else size, size if along_rows else 1, placed)
        )
    return parts


def _bits(call: Call) -> int:
    constants = call.fields["constants"]
    assert isinstance(constants, int)
    return constants


def _runs(parts: Sequence[_Part]) -> list[list[_Part]]:
    """Parts with a place one by one, neighbours without one together. A call copies activations: where it would have
    constants only, it copies the part behind them, too, or the one before."""
    runs: list[list[_Part]] = []
    for part in parts:
        if runs and not (runs[-1][0].placed or part.placed):
            runs[-1].append(part)
        else:
            runs.append([part])
    for at, run in enumerate(runs):
        if all(part.tensor is None for part in run):
            near = at + 1 if at + 1 < len(runs) else at - 1
            if near < 0:
                return runs
            other = runs[near][0].number
            return _runs([replace(p, placed=p.placed and p.number != other) for p in parts])
    return runs


class _Rewriting:
    """The program while its calls that join go."""

    def __init__(
        self, program: Program, joined: Mapping[int, Sequence[Sequence[_Part]]], writers: Mapping[int, int]
    ) -> None:
        self._program, self._joined, self._writers = program, joined, dict(writers)
        self._tensors = list(program.tensors)
        self._calls: list[Call | None] = list(program.calls)
        self._copies: dict[int, list[Call | None]] = {}
        self._places: dict[int, Place] = {}
        self._pieces: dict[int, list[Piece]] = {}

    def result(self) -> Program:
        for index, runs in self._joined.items():
            self._join(index, runs)
        for target in self._pieces:
            self._tensors[target] = replace(self._tensors[target], pieces=tuple(self._flat(target)))
        for index in self._joined:
            self._credit(index)
        for tensor in list(self._places):
            self._under(tensor)
        for tensor in self._places:
            self._tensors[tensor] = replace(self._tensors[tensor], place=self._resolved(tensor))
        calls: list[Call] = []
        for index, call in enumerate(self._calls):
            calls += [made for made in ([call] if call is not None else self._copies[index]) if made is not None]
        return replace(self._program, tensors=tuple(self._tensors), calls=tuple(calls))

    def _join(self, index: int, runs: Sequence[Sequence[_Part]]) -> None:
        """Takes the call away, but for what must be copied."""
        call = self._program.calls[index]
        target, offset, row = call.outputs[0], 0, 0
        self._calls[index], self._copies[index], self._pieces[target] = None, [], []
        for run in runs:
            size = sum(part.size for part in run)
            tensor = run[0].tensor
            if not run[0].placed or tensor is None:
                tensor = len(self._tensors)
                copy, copied = _copying(self._program, call, run, row, tensor)
                self._tensors.append(copied)
                self._copies[index].append(copy)
            self._places[tensor] = Place(target, offset)
            self._pieces[target].append(Piece(tensor, 0, size))
            offset += size
            row += sum(part.rows for part in run)

    def _flat(self, target: int) -> list[Piece]:
        """The pieces of what was joined before in place of its own."""
        pieces: list[Piece] = []
        for piece in self._pieces[target]:
            pieces += self._flat(piece.tensor) if piece.tensor in self._pieces else [piece]
        return pieces

    def _credit(self, index: int) -> None:
        """What the call stood for is with the call that writes the last piece, where none copies."""
        if self._copies[index]:
            return
        call = self._program.calls[index]
        last = self._tensors[call.outputs[0]].pieces[-1].tensor
        for calls in (self._calls, *self._copies.values()):
            for at, writer in enumerate(calls):
                if writer is not None and last in writer.outputs:
                    calls[at] = replace(writer, origin=tuple(sorted({*writer.origin, *call.origin})))

    def _under(self, tensor: int) -> None:
        """The input that a call works on in place takes the place of its result, and so on before it."""
        while tensor in self._writers and (call := self._calls[self._writers[tensor]]) is not None:
            source = next((t for t in dict.fromkeys(call.inputs) if self._works_over(call, t, tensor)), None)
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
            and not any(
                source in other.inputs
                for calls in (self._calls, *self._copies.values())
                for other in calls
                if other is not None and other is not call
            )
        )

    def _resolved(self, tensor: int) -> Place:
        whole, offset = self._places[tensor]
        while whole in self._places:
            whole, more = self._places[whole]
            offset += more
        return Place(whole, offset)


def _copying(program: Program, call: Call, run: Sequence[_Part], row: int, target: int) -> tuple[Call, Activation]:
    """The call that copies neighbours to the new tensor `target`, and that. row: of the result where they begin."""
    whole, along_rows = program.tensors[call.outputs[0]], bool(call.fields["along_rows"])
    size, rows = sum(part.size for part in run), sum(part.rows for part in run) if along_rows else 1
    tensor = replace(
        whole,
        name=f"{whole.name}/copied{run[0].number}",
        shape=(size // whole.dtype.size,),
        rows=rows,
        row_bytes=size // rows,
        role="activation",
    )
    numbers = [at for at in range(len(_sizes(call))) if not _bits(call) >> at & 1]
    mine = [numbers.index(part.number) for part in run if part.tensor is not None]
    params = {param.name: param for param in call.params}
    copy = replace(
        call,
        kernel=f"concat_{len(mine)}",
        inputs=tuple(call.inputs[at] for at in mine),
        outputs=(target,),
        fields={
            **call.fields,
            "inputs": len(run),
            "constants": sum(1 << at for at, part in enumerate(run) if part.tensor is None),
            "out_pitch": tensor.row_bytes,
            "part": tuple(_sizes(call)[part.number] for part in run),
            "rows": rows,
        },
        params=tuple(
            Param(f"part{at}", params[f"part{part.number}"].data) for at, part in enumerate(run) if part.tensor is None
        ),
        windows=tuple(_rows_of(call, at, row, rows, along_rows) for at in mine),
        cuts=tuple(call.cuts[at] for at in mine) if call.cuts else (),
    )
    return copy, tensor


def _sizes(call: Call) -> tuple[int, ...]:
    sizes = call.fields["part"]
    assert isinstance(sizes, tuple)
    return sizes


def _rows_of(call: Call, position: int, row: int, rows: int, along_rows: bool) -> Window | None:
    window = call.windows[position] if position < len(call.windows) else None
    return window[row : row + rows] if window is not None and along_rows else window
