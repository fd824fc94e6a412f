# SPDX-License-Identifier: Apache-2.0
"""PAD and PADV2 that no pass could fold into another operator (firmware/kernels/pad.c)."""

from __future__ import annotations

import math

import numpy as np

from ingot.compiler.graph import Graph, Operator
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.kernels.rows import row_window

packs(pad=1)

_LEVELS = 5


def paddings_are_constant(graph: Graph, op: Operator) -> bool:
    """The paddings, and PADV2's value, are constant and not negative."""
    constants = [graph.tensors[t] for t in op.inputs[1:] if t is not None]
    if not constants or any(t.data is None for t in constants):
        return False
    return bool((np.asarray(constants[0].data) >= 0).all())


def pad_rank(graph: Graph, op: Operator) -> bool:
    """At most five dimensions."""
    return len(graph.tensors[op.inputs[0] or 0].shape) <= 5


def pad_types(graph: Graph, op: Operator) -> bool:
    """Input and output have one type of at most four bytes and, when quantized, one scale."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    return (
        source.dtype is target.dtype
        and source.dtype.size <= 4
        and (source.quant is None or source.quant.same(target.quant))
    )


@lowers("PAD", "PADV2", constraints=(paddings_are_constant, pad_rank, pad_types))
def lower_pad(site: Site) -> Call:
    """ingot_pad_rows(), row by row. PAD fills with the output's zero point, PADV2 with its third input."""
    source, target = site.rows_in(0), site.rows_out()
    shape, size = site.input(0).shape, site.input(0).dtype.size
    pads = [(int(a), int(b)) for a, b in np.asarray(site.input(1).data).reshape(-1, 2)]
    split = target.rows > 1 or (len(shape) == 4 and target.shape[:2] == (1, 1))
    inner, inner_pads = (shape[2:], pads[2:]) if split else (shape, pads)
    top, in_rows = (pads[1][0], shape[1]) if split else (0, 1)
    loops = _levels(inner, inner_pads, size)
    in_pitch = math.prod(inner) * size
    return Call(
        kernel="pad_rows",
        descriptor="pad",
        inputs=(0,),
        outputs=(0,),
        fields={
            "in_rows": in_rows,
            "top": top,
            "in_pitch": in_pitch,
            "out_pitch": target.row_bytes,
            "before": tuple(b for b, _, _ in loops),
            "size": tuple(n for _, n, _ in loops),
            "after": tuple(a for _, _, a in loops),
            "step": _steps(loops),
        },
        params=(Param("pattern", _pattern(site)),),
        windows=(row_window(source, target, in_rows, lambda y: (y - top, y - top)) if split else None,),
    )


def _levels(shape: tuple[int, ...], pads: list[tuple[int, int]], size: int) -> list[tuple[int, int, int]]:
    """Five (before, size, after), outermost first, last in bytes; a dimension without padding joins the next outer."""
    loops = [(before, extent, after) for extent, (before, after) in zip(shape, pads, strict=True)]
    loops.append((0, size, 0))
    merged: list[tuple[int, int, int]] = []
    for before, extent, after in loops:
        if merged and before == after == 0:
            outer_before, outer, outer_after = merged[-1]
            merged[-1] = (outer_before * extent, outer * extent, outer_after * extent)
        else:
            merged.append((before, extent, after))
    while len(merged) < _LEVELS:
        merged.insert(0, (0, 1, 0))
    return merged


def _steps(loops: list[tuple[int, int, int]]) -> tuple[int, ...]:
    """Bytes of one position of each level in the output."""
    steps = [1]
    for before, extent, after in reversed(loops[1:]):
        steps.insert(0, steps[0] * (before + extent + after))
    return tuple(steps)


def _pattern(site: Site) -> np.ndarray:
    """The fill value, repeated to four bytes."""
    dtype = site.output().dtype
    if site.op.kind == "PADV2":
        value = np.asarray(site.input(2).data).reshape(-1)[:1].astype(dtype.numpy)
    else:
        zero = site.output().zero_point if site.output().quant is not None else 0
        value = np.asarray([zero]).astype(dtype.numpy)
    return np.frombuffer(np.tile(value, -(-4 // dtype.size)).tobytes(), np.uint32)
