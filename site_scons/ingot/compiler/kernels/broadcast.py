# SPDX-License-Identifier: Apache-2.0
"""Element-wise operators of two inputs: broadcasting, constant operands (firmware/kernels/binary.h)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import Graph, Operator
from ingot.compiler.kernels.program import Activation, Call, Param
from ingot.compiler.kernels.registry import Site
from ingot.compiler.kernels.rows import Window, one_row, same_rows

_LOOPS = 4
_LONG_RUN = 96  # elements beyond which the cost of starting a run does not matter
Fields = dict[str, int | tuple[int, ...]]


def fits_broadcast(graph: Graph, op: Operator) -> bool:
    """The inputs broadcast over at most five dimensions; neighbours that broadcast alike count as one."""
    a, b, out = (graph.tensors[t].shape for t in (*op.inputs[:2], op.outputs[0]) if t is not None)
    return len(_merged(_strides(a, out), _strides(b, out), out)) <= _LOOPS + 1


def lower_binary(site: Site, kernel: str, params: Sequence[Param], *, reversed_kernel: str | None) -> Call:
    """One call of ingot_<kernel>() or, with a constant operand, of ingot_<kernel>_const().

    params: the operator's parameters with input 0 first; the constant operand is appended.
    reversed_kernel: the kernel that takes its operands the other way round, for a constant input 0; `kernel` itself
    where their order does not matter to any bit of the result, None where input 0 is never constant.
    The caller passes `params` already in the order of `operand_order(site)`.
    """
    first, second = operand_order(site)
    target = site.rows_out()
    swapped = first == 1
    name = reversed_kernel if swapped else kernel
    assert name is not None
    constant = site.input(second).is_constant
    fields = _fields(site, first, second, target)
    blocks = list(params)
    if constant:
        name += "_const"
        operand, fields = _repeated(np.asarray(site.input(second).data).ravel(), fields)
        blocks.append(Param("operand", _readable(operand)))
    sources = (first,) if constant else (first, second)
    inplace = tuple(
        i
        for i, position in enumerate(sources)
        if site.input(position).shape == site.output().shape and site.input(position).dtype == site.output().dtype
    )
    return Call(
        kernel=name,
        descriptor="binary",
        inputs=sources,
        outputs=(0,),
        fields=fields,
        params=tuple(blocks),
        windows=tuple(_window(site, position, target) for position in sources),
        inplace=inplace,
    )


def _readable(operand: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The operand with 16 bytes behind it, which kernels may read."""
    return np.concatenate([operand, np.zeros(16 // operand.itemsize, operand.dtype)])


def _repeated(operand: npt.NDArray[Any], fields: Fields) -> tuple[npt.NDArray[Any], Fields]:
    """A vector that every run of a row repeats is stored several times, so that runs are long enough to be quick."""
    count, strides, others = (list(_numbers(fields, name)) for name in ("count", "in0_stride", "in1_stride"))
    run = int(operand.size)
    alone = fields["run"] == run > 1 and fields["in0_step"] == fields["in1_step"] == 1
    if not alone or any(others) or fields["in1_pitch"] or strides[-1] != run or run >= _LONG_RUN:
        return operand, fields
    times = next((k for k in range(1, count[-1] + 1) if count[-1] % k == 0 and k * run >= _LONG_RUN), count[-1])
    count[-1] //= times
    strides[-1] *= times
    changed: Fields = {"run": run * times, "count": tuple(count), "in0_stride": tuple(strides)}
    return np.tile(operand, times), {**fields, **changed}


def _numbers(fields: Fields, name: str) -> tuple[int, ...]:
    value = fields[name]
    return value if isinstance(value, tuple) else (value,)


def operand_order(site: Site) -> tuple[int, int]:
    """Positions of the kernel's operands: a constant one comes second."""
    return (1, 0) if site.input(0).is_constant else (0, 1)


def _window(site: Site, position: int, target: Activation) -> Window | None:
    source, out = site.rows_in(position), site.output().shape
    if site.input(position).shape == out:
        return same_rows(source, target)
    if target.rows > 1 and _strides(tuple(site.input(position).shape), tuple(out))[1]:
        return same_rows(source, target)
    return one_row(source, target)


def _strides(shape: tuple[int, ...], out: tuple[int, ...]) -> list[int]:
    """Element strides of a tensor of `shape` along the dimensions of `out`; 0 where it is broadcast."""
    padded = (1,) * (len(out) - len(shape)) + tuple(shape)
    return [0 if padded[i] == 1 and out[i] != 1 else math.prod(padded[i + 1 :]) for i in range(len(out))]


def _merged(a: list[int], b: list[int], out: Sequence[int]) -> list[tuple[int, int, int]]:
    """(extent, stride of a, stride of b), outermost first, with neighbours joined wherever both inputs allow it."""
    loops: list[tuple[int, int, int]] = []
    for extent, sa, sb in zip(out, a, b, strict=True):
        if extent == 1:
            continue
        if loops:
            outer, oa, ob = loops[-1]
            if oa == sa * extent and ob == sb * extent:
                loops[-1] = (outer * extent, sa, sb)
                continue
        loops.append((extent, sa, sb))
    return loops or [(1, 1, 1)]


def _fields(site: Site, first: int, second: int, target: Activation) -> Fields:
    out = tuple(site.output().shape)
    a, b = (_strides(tuple(site.input(position).shape), out) for position in (first, second))
    split = target.rows > 1
    pitches = (a[1], b[1], math.prod(out[2:])) if split else (0, 0, 0)
    inner = slice(2, None) if split else slice(None)
    loops = _merged(a[inner], b[inner], out[inner])
    run = loops.pop()
    if not split:
        pitches = (math.prod(out),) * 3
    while len(loops) < _LOOPS:
        loops.insert(0, (1, 0, 0))
    return {
        "run": run[0],
        "in0_pitch": pitches[0],
        "in1_pitch": pitches[1],
        "out_pitch": pitches[2],
        "count": tuple(n for n, _, _ in loops),
        "in0_stride": tuple(s for _, s, _ in loops),
        "in1_stride": tuple(s for _, _, s in loops),
        "in0_step": run[1],
        "in1_step": run[2],
    }
