# SPDX-License-Identifier: Apache-2.0
"""Data movement with regular steps, all by one kernel (firmware/kernels/move.c).

Every such operator is a strided view of its input that the output holds in row-major order; NumPy's views compute the
strides. What is left is to split the view into rows of the output and to say which input rows each needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ingot.compiler.frontend.strided_slice import strided_slice_ranges
from ingot.compiler.graph import Graph, Operator
from ingot.compiler.kernels.program import Activation, Call
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.kernels.rows import Window

packs(move=1)

Array = npt.NDArray[Any]
_LOOPS = 8


class _Loop(NamedTuple):
    """One loop: how often, and the bytes between its positions in the input and in the output."""

    times: int
    source: int
    target: int


class _Rows(NamedTuple):
    """How output row y is found: see firmware/kernels/move.h. pitch: bytes of an input row there. whole: the input is
    not walked row by row; its rows there are bytes."""

    pitch: int
    start: int
    step: int
    inner_step: int
    div: int
    first_byte: int
    phase: int
    subrows: int
    whole: bool = False


def one_type_and_scale(graph: Graph, op: Operator) -> bool:
    """Input and outputs have one type and, when quantized, one scale and zero point."""
    source = graph.tensors[data_input(op)]
    targets = [graph.tensors[t] for t in op.outputs]
    return all(
        t.dtype is source.dtype and (source.quant is None or source.quant.same(t.quant) or source.quant.per_channel)
        for t in targets
    )


def steps_are_constant(graph: Graph, op: Operator) -> bool:
    """Everything but the data (begin, size, permutation, axis, ...) is constant."""
    arguments = (t for position, t in enumerate(op.inputs) if position != _data_position(op))
    return all(t is None or graph.tensors[t].is_constant for t in arguments)


def no_new_axes(graph: Graph, op: Operator) -> bool:
    """STRIDED_SLICE has no ellipsis mask and no new-axis mask."""
    return not op.attrs.get("ellipsis_mask") and not op.attrs.get("new_axis_mask")


def movable(graph: Graph, op: Operator) -> bool:
    """At most eight dimensions move apart, tiled ones counting twice; dimensions that stay together count as one."""
    for position in range(len(op.outputs)):
        view = _view(graph, op, position)
        if len(_merge(_loops(view))) > _LOOPS:
            return False
    return True


def data_input(op: Operator) -> int:
    """The tensor whose elements are moved."""
    tensor = op.inputs[_data_position(op)]
    assert tensor is not None
    return tensor


def _data_position(op: Operator) -> int:
    return 1 if op.kind == "SPLIT" else 0


_CONSTRAINTS = (one_type_and_scale, steps_are_constant, no_new_axes, movable)


@lowers(
    "TRANSPOSE", "REVERSE_V2", "SLICE", "STRIDED_SLICE", "TILE", "BROADCAST_TO", "SPACE_TO_DEPTH", "DEPTH_TO_SPACE",
    constraints=_CONSTRAINTS,
)  # fmt: skip
def lower_move(site: Site) -> Call:
    """One call of ingot_move_rows()."""
    return _call(site, 0)


@lowers("SPLIT", constraints=_CONSTRAINTS, data=(1,))
@lowers("SPLIT_V", "UNPACK", constraints=_CONSTRAINTS)
def lower_split(site: Site) -> tuple[Call, ...]:
    """One call of ingot_move_rows() for every output."""
    return tuple(_call(site, position) for position in range(len(site.op.outputs)))


def _call(site: Site, output: int) -> Call:
    source_position = _data_position(site.op)
    source, target = site.rows_in(source_position), site.rows_out(output)
    view = _view(site.graph, site.op, output)
    rows, loops, subrow_out = _split_rows(view, source, target)
    loops = _merge(loops)
    element = source.dtype.size
    run = element
    if loops and loops[-1].source == loops[-1].target == element:
        run = loops.pop().times * element
    while len(loops) < _LOOPS:
        loops.insert(0, _Loop(1, 0, 0))
    return Call(
        kernel="move_rows",
        descriptor="move",
        inputs=(source_position,),
        outputs=(output,),
        fields={
            "in_pitch": rows.pitch,
            "out_pitch": target.row_bytes,
            "row_start": rows.start,
            "row_step": rows.step,
            "row_inner_step": rows.inner_step,
            "row_div": rows.div,
            "start": rows.first_byte,
            "phase": rows.phase,
            "subrows": rows.subrows,
            "subrow_out": subrow_out,
            "run": run,
            "element": element,
            "count": tuple(loop.times for loop in loops),
            "in_stride": tuple(loop.source for loop in loops),
            "out_stride": tuple(loop.target for loop in loops),
        },
        windows=(_window(rows, source, target),),
        same_from=view.offset if _is_range(view) else -1,
    )


def _window(rows: _Rows, source: Activation, target: Activation) -> Window | None:
    if rows.whole or source.rows == 1:
        return None
    y = np.arange(target.rows)
    first = rows.start + y // rows.div * rows.step + y % rows.div * rows.inner_step
    if (np.diff(first) < 0).any():
        return None
    return np.stack([first, first + rows.subrows - 1], axis=1).astype(np.int32)


# Views -------------------------------------------------------------------------------------------------------------


class _View(NamedTuple):
    """A strided view: extents and byte strides of its dimensions, byte offset of its first element, element size."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    element: int


def _view(graph: Graph, op: Operator, output: int) -> _View:
    """What output number `output` holds, as a view of the input."""
    tensor = graph.tensors[data_input(op)]
    # One element, repeated: NumPy only has to calculate with the strides of a tensor of this shape.
    strides = [math.prod(tensor.shape[i + 1 :]) * tensor.dtype.size for i in range(len(tensor.shape))]
    base = np.lib.stride_tricks.as_strided(np.empty(1, tensor.dtype.numpy), tensor.shape, strides, writeable=False)
    view = _VIEWS[op.kind](graph, op, base, output)
    offset = view.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    assert 0 <= offset < base.nbytes, f"{op.kind} gave a copy"
    return _View(view.shape, view.strides, offset, tensor.dtype.size)


def _is_range(view: _View) -> bool:
    """Whether the elements follow one another as they do in the input."""
    step = view.element
    for extent, stride in zip(reversed(view.shape), reversed(view.strides), strict=True):
        if extent != 1 and stride != step:
            return False
        step *= extent
    return True


def _values(graph: Graph, op: Operator, position: int) -> list[int]:
    tensor = op.inputs[position]
    assert tensor is not None
    return [int(v) for v in np.asarray(graph.tensors[tensor].data).ravel()]


def _part(base: Array, *index: slice | int) -> Array:
    """Always a view: without the ellipsis NumPy would copy a single element."""
    part: Array = base[(*index, ...)]
    return part


def _transpose(graph: Graph, op: Operator, base: Array, output: int) -> Array:
    return base.transpose(_values(graph, op, 1))


def _reverse(graph: Graph, op: Operator, base: Array, output: int) -> Array:
    return np.flip(base, tuple(axis % base.ndim for axis in _values(graph, op, 1)))


def _slice(graph: Graph, op: Operator, base: Array, output: int) -> Array:
    extents = graph.tensors[op.outputs[0]].shape
    begins = _values(graph, op, 1)
    return _part(base, *(slice(b, b + n) for b, n in zip(begins, extents, strict=True)))


def _strided_slice(graph: Graph, op: Operator, base: Array, output: int) -> Array:
    begin, end, steps = (_values(graph, op, i) for i in (1, 2, 3))
    ranges = strided_slice_ranges(base.shape, begin, end, steps, op)
    return _part(base, *(_as_slice(r) for r in ranges))


def _as_slice(taken: range) -> slice:
    stop = taken.start + len(taken) * taken.step
    return slice(taken.start, stop if stop >= 0 else None, taken.step)


def _split(graph: Graph, op: Operator, base: Array, output: int) -> Array:
    axis = _values(graph, op, 0 if op.kind == "SPLIT" else 2)[0] % base.ndim
    extents = [graph.tensors[t].shape[axis] for t in op.outputs]
    start = sum(extents[:output])
    return _part(base, *(slice(None),) * axis, slice(start, start + extents[output]))


def _unpack(graph: Graph, op: Operator, base: Array, output: int) -> Array:
    axis = int(op.attrs.get("axis", 0)) % base.ndim
    return _part(base, *(slice(None),) * axis, output)


def _tile(graph: Graph, op: Operator, base: Array, output: int) -> Array:
    times = _values(graph, op, 1)
    apart = base[tuple(index for _ in base.shape for index in (None, slice(None)))]
    extents = [n for pair in zip(times, base.shape, strict=True) for n in pair]
    return np.broadcast_to(apart, extents)


def _broadcast_to(graph: Graph, op: Operator, base: Array, output: int) -> Array:
    return np.broadcast_to(base, graph.tensors[op.outputs[0]].shape)


def _space_to_depth(graph: Graph, op: Operator, base: Array, output: int) -> Array:
    block = int(op.attrs["block_size"])
    n, h, w, c = base.shape
    return _apart(base, (n, h // block, block, w // block, block, c)).transpose(0, 1, 3, 2, 4, 5)


def _depth_to_space(graph: Graph, op: Operator, base: Array, output: int) -> Array:
    block = int(op.attrs["block_size"])
    n, h, w, c = base.shape
    return _apart(base, (n, h, w, block, block, c // (block * block))).transpose(0, 1, 3, 2, 4, 5)


def _apart(base: Array, shape: Sequence[int]) -> Array:
    """The contiguous tensor under another shape."""
    strides = [math.prod(shape[i + 1 :]) * base.itemsize for i in range(len(shape))]
    return np.lib.stride_tricks.as_strided(base, shape, strides, writeable=False)


_VIEWS: dict[str, Callable[[Graph, Operator, Array, int], Array]] = {
    "TRANSPOSE": _transpose,
    "REVERSE_V2": _reverse,
    "SLICE": _slice,
    "STRIDED_SLICE": _strided_slice,
    "SPLIT": _split,
    "SPLIT_V": _split,
    "UNPACK": _unpack,
    "TILE": _tile,
    "BROADCAST_TO": _broadcast_to,
    "SPACE_TO_DEPTH": _space_to_depth,
    "DEPTH_TO_SPACE": _depth_to_space,
}


# Rows --------------------------------------------------------------------------------------------------------------


def _loops(view: _View) -> list[_Loop]:
    """The view's dimensions as loops over a contiguous output."""
    step = view.element
    loops: list[_Loop] = []
    for extent, stride in zip(reversed(view.shape), reversed(view.strides), strict=True):
        loops.insert(0, _Loop(extent, stride, step))
        step *= extent
    return [loop for loop in loops if loop.times != 1]


def _merge(loops: list[_Loop]) -> list[_Loop]:
    """The same walk with neighbouring loops joined where they make equal steps."""
    merged: list[_Loop] = []
    for loop in loops:
        if merged:
            outer = merged[-1]
            if outer.source == loop.source * loop.times and outer.target == loop.target * loop.times:
                merged[-1] = _Loop(outer.times * loop.times, loop.source, loop.target)
                continue
        merged.append(loop)
    return merged


def _split_rows(view: _View, source: Activation, target: Activation) -> tuple[_Rows, list[_Loop], int]:
    """(rows, loops of one part, bytes between the parts of an output row)."""
    loops = _loops(view)
    outer, inner = _row_loops(loops, target)
    (_, major, _), (minor_count, minor, _) = outer
    pitch = source.row_bytes if source.rows > 1 else 0
    if pitch and major % pitch == 0 and _crossing(inner, pitch) <= 1:
        across = [loop for loop in inner if loop.source % pitch == 0 and loop.source]
        within = [loop for loop in inner if not across or loop is not across[0]]
        first_row, first_byte = divmod(view.offset, pitch)
        minor_is_row = minor % pitch == 0
        reach = sum((loop.times - 1) * loop.source for loop in within)
        reach += 0 if minor_is_row else (minor_count - 1) * minor
        stays = first_byte >= 0 and first_byte + reach + view.element <= pitch and minor >= 0
        if stays and all(loop.source >= 0 for loop in within):
            part = across[0] if across else _Loop(1, 0, 0)
            if part.times == 1 or part.source == pitch:
                rows = _Rows(
                    pitch,
                    first_row,
                    major // pitch,
                    minor // pitch if minor_is_row else 0,
                    minor_count,
                    first_byte,
                    0 if minor_is_row else minor,
                    part.times,
                )
                return rows, within, part.target
    # Rows of one byte: any step is possible.
    return _Rows(1, view.offset, major, minor, minor_count, 0, 0, 1, whole=True), inner, 0


def _crossing(loops: list[_Loop], pitch: int) -> int:
    """How many loops step over whole input rows."""
    return sum(1 for loop in loops if loop.source and loop.source % pitch == 0)


def _row_loops(loops: list[_Loop], target: Activation) -> tuple[tuple[_Loop, _Loop], list[_Loop]]:
    """The one or two outermost loops that make the output's rows, and those inside a row."""
    none = _Loop(1, 0, 0)
    if target.rows == 1:
        return (none, none), loops
    if loops[0].times == target.rows:
        return (loops[0], none), loops[1:]
    first, second = loops[0], loops[1] if len(loops) > 1 else none
    if first.times * second.times == target.rows:
        return (first, second), loops[2:]
    raise ValueError(f"a view of {loops} cannot be cut into {target.rows} rows")
