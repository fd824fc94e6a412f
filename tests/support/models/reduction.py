# SPDX-License-Identifier: Apache-2.0
"""Operators that reduce axes."""

from __future__ import annotations

import numpy as np

from support.models.draw import Draw, quantization, shape
from support.tflite_builder import Builder


def _axes(d: Draw, rank: int) -> list[int]:
    axes = [a for a in range(rank) if d.integer(0, 1)] or [d.integer(0, rank - 1)]
    return [a - rank if d.integer(0, 3) == 0 else a for a in axes]


def reduce(d: Draw, kind: str, dtype: str) -> bytes:
    """MEAN, SUM, REDUCE_MAX, REDUCE_MIN over any axes."""
    b, source = Builder(), shape(d, most=7)
    if d.integer(0, 2) == 0:
        source = (*source[:-1], d.integer(1, 40))
    axes, keep = _axes(d, len(source)), bool(d.integer(0, 1))
    gone = {a % len(source) for a in axes}
    target = [1 if a in gone else n for a, n in enumerate(source) if keep or a not in gone]
    q = quantization(d, dtype)
    x = b.input(source, dtype, *q)
    out = b.tensor(target, dtype, *(quantization(d, dtype) if kind in ("MEAN", "SUM") else q))
    b.operator(kind, [x, b.constant(np.array(axes, np.int32))], [out], keep_dims=keep)
    return b.finish([out])


def arg_extreme(d: Draw, kind: str) -> bytes:
    """ARG_MAX and ARG_MIN along any axis."""
    b, source, dtype = Builder(), shape(d, (2, 3, 4, 5)), d.choice(["int8", "uint8", "float32", "int32"])
    axis = d.integer(0, len(source) - 1)
    x = b.input(source, dtype, *quantization(d, dtype))
    index = d.choice(["int32", "int64"])
    out = b.tensor([n for a, n in enumerate(source) if a != axis], index)
    where = b.constant(np.array(d.choice([axis, axis - len(source)]), np.int32))
    b.operator(kind, [x, where], [out], output_type={"int32": 2, "int64": 4}[index])
    return b.finish([out])
