# SPDX-License-Identifier: Apache-2.0
"""MIRROR_PAD (firmware/kernels/mirror_pad.c)."""

from __future__ import annotations

import math

import numpy as np

from ingot.compiler.graph import Graph, Operator
from ingot.compiler.kernels.pad import pad_rank, pad_types, paddings_are_constant
from ingot.compiler.kernels.program import Activation, Call
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.kernels.rows import Window

packs(mirror_pad=1)

_LEVELS = 5


def mirror_fits(graph: Graph, op: Operator) -> bool:
    """No padding is longer than what it mirrors."""
    source, pads = graph.tensors[op.inputs[0] or 0], graph.tensors[op.inputs[1] or 0].data
    edge = int(op.attrs.get("mode") == "REFLECT")
    return pads is not None and all(
        int(max(p)) <= n - edge for p, n in zip(pads.reshape(-1, 2), source.shape, strict=True)
    )


@lowers("MIRROR_PAD", constraints=(paddings_are_constant, pad_rank, pad_types, mirror_fits))
def lower_mirror_pad(site: Site) -> Call:
    """ingot_mirror_pad_rows(), row by row."""
    source, target = site.rows_in(0), site.rows_out()
    shape, out_shape, size = site.input(0).shape, site.output().shape, site.input(0).dtype.size
    before = [int(p[0]) for p in np.asarray(site.input(1).data).reshape(-1, 2)]
    edge = int(site.op.attrs.get("mode") == "REFLECT")
    split = target.rows > 1
    first = 2 if split else 0
    top, in_rows = (before[1], shape[1]) if split else (0, 1)
    run = size
    last = len(shape)
    while last > first and shape[last - 1] == out_shape[last - 1]:
        last -= 1
        run *= shape[last]
    levels = range(first, last)
    fill = _LEVELS - len(levels)
    return Call(
        kernel="mirror_pad_rows",
        descriptor="mirror_pad",
        inputs=(0,),
        outputs=(0,),
        fields={
            "top": top,
            "in_rows": in_rows,
            "in_pitch": math.prod(shape[first:]) * size,
            "out_pitch": target.row_bytes,
            "run": run,
            "before": (0,) * fill + tuple(before[i] for i in levels),
            "size": (1,) * fill + tuple(shape[i] for i in levels),
            "extent": (1,) * fill + tuple(out_shape[i] for i in levels),
            "in_step": (0,) * fill + tuple(math.prod(shape[i + 1 :]) * size for i in levels),
            "out_step": (0,) * fill + tuple(math.prod(out_shape[i + 1 :]) * size for i in levels),
            "skip_edge": edge,
        },
        windows=(_window(source, target, top, in_rows) if split else None,),
    )


def _window(source: Activation, target: Activation, top: int, rows: int) -> Window | None:
    """None where the image is mirrored at the top or bottom: those rows run backwards."""
    if source.rows != rows or top or target.rows != rows:
        return None
    row = np.arange(rows, dtype=np.int32)
    return np.stack([row, row], axis=1)
