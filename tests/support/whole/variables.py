# SPDX-License-Identifier: Apache-2.0
"""State in resource variables, between other operators of a model."""

from __future__ import annotations

import numpy as np

from support.models.draw import numbers
from support.whole.maker import Maker

TYPES = ("int8", "int8", "int16", "float32", "int32", "uint8")


def stream(m: Maker, kind: str) -> None:
    """A variable is read, joined with a tensor, and what is newest of both is assigned; sometimes read again."""
    d, x = m.draw, m.source(TYPES, (4, 3))
    kept = d.integer(1, 5)
    held = (x.shape[0], kept, *x.shape[2:])
    name = f"state{len(m.builder._operators)}"
    start = np.full(held, x.quant[1], x.dtype) if d.integer(0, 2) else numbers(d, held, x.dtype)
    m.builder.initialize(**{name: (start, *x.quant)})
    handle = m.builder.variable(name)
    [old] = m.emit("READ_VARIABLE", [handle], [(held, x.dtype, x.quant)])
    total = (x.shape[0], kept + x.shape[1], *x.shape[2:])
    parts = [x, old] if m.rarely(6) else [old, x]
    [joined] = m.emit("CONCATENATION", parts, [(total, x.dtype, x.quant)], axis=1)
    begin = [0, d.choice([x.shape[1], x.shape[1], 0]), *[0] * (len(held) - 2)]
    [cut] = m.emit("SLICE", [joined, m.ints(begin), m.ints(held)], [(held, x.dtype, x.quant)])
    m.builder.operator("ASSIGN_VARIABLE", [handle, d.choice([cut, cut, cut, old]).id], [])
    if m.rarely(4):
        m.emit("READ_VARIABLE", [handle], [(held, x.dtype, x.quant)])
