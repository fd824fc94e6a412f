# SPDX-License-Identifier: Apache-2.0
"""A call that joins tensors, as ranges of its result: which may be made in their places, and what copies the others."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from ingot.compiler.kernels.program import Activation, Call, Param, Program
from ingot.compiler.kernels.rows import Window


@dataclass(frozen=True)
class Part:
    """One input of a call that joins. tensor: None for a constant. number: among all inputs. size: bytes. rows: of the
    result. placed: whether it is made in its place."""

    tensor: int | None
    number: int
    size: int
    rows: int
    placed: bool


def joins(program: Program, call: Call, outside: Container[int]) -> bool:
    """Whether the call writes each input to one range of its result, which may have tensors in it."""
    if call.descriptor != "concat" or call.fields["groups"] != 1:
        return False
    target = program.tensors[call.outputs[0]]
    return bool((call.fields["along_rows"] or target.rows == 1) and call.outputs[0] not in outside and not target.spare)


def parts_of(
    program: Program, call: Call, writers: Mapping[int, int], taken: Container[int], outside: Container[int]
) -> list[Part]:
    target, along_rows = program.tensors[call.outputs[0]], call.fields["along_rows"]
    sizes = call.fields["part"]
    assert isinstance(sizes, tuple)
    tensors = iter(call.inputs)
    parts: list[Part] = []
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
            Part(tensor, number, size * target.row_bytes if along_rows else size, size if along_rows else 1, placed)
        )
    return parts


def _bits(call: Call) -> int:
    constants = call.fields["constants"]
    assert isinstance(constants, int)
    return constants


def runs_of(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts with a place one by one, neighbours without one together. A call copies activations: where it would have
    constants only, it copies the part behind them, too, or the one before."""
    runs: list[list[Part]] = []
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
            return runs_of([replace(p, placed=p.placed and p.number != other) for p in parts])
    return runs


def copying(program: Program, call: Call, run: Sequence[Part], row: int, target: int) -> tuple[Call, Activation]:
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
