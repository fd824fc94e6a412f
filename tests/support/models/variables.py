# SPDX-License-Identifier: Apache-2.0
"""Models that keep state in resource variables, as streaming layers do."""

from __future__ import annotations

import numpy as np

from support.models.draw import Draw, numbers, quantization
from support.tflite_builder import Builder

TYPES = ("int8", "int8", "int16", "float32", "int32", "uint8")


def stream(d: Draw) -> bytes:
    """One to three variables, read, joined with what came before them, cut and assigned; some twice, some crosswise."""
    b, dtype = Builder(), d.choice(TYPES)
    q = quantization(d, dtype)
    kept, new, width = d.integer(1, 6), d.integer(1, 3), d.integer(1, 9)
    image = bool(d.integer(0, 1))

    def shape(rows: int) -> tuple[int, ...]:
        return (1, rows, 1, width) if image else (1, rows, width)

    count = d.integer(1, 3)
    start = {
        f"v{i}": (np.full(shape(kept), q[1], dtype) if d.integer(0, 1) else numbers(d, shape(kept), dtype), *q)
        for i in range(count)
    }
    x = b.input(shape(new), dtype, *q)
    b.initialize(**start)
    handles = [b.variable(name) for name in start]
    early = d.integer(0, 1)
    old = [b.tensor(shape(kept), dtype, *q) for _ in handles]
    if early:
        for handle, value in zip(handles, old, strict=True):
            b.operator("READ_VARIABLE", [handle], [value])
    outputs, latest = [], []
    for i, handle in enumerate(handles):
        if not early:
            b.operator("READ_VARIABLE", [handle], [old[i]])
        joined = b.tensor(shape(kept + new), dtype, *q)
        b.operator("CONCATENATION", [old[i], x], [joined], axis=1)
        cut = b.tensor(shape(kept), dtype, *q)
        rank = len(shape(kept))
        begin = [0] * rank
        begin[1] = d.choice([new, new, 0])
        ends = list(shape(kept + new))
        ends[1] = begin[1] + kept
        b.operator(
            "STRIDED_SLICE",
            [joined, *(b.constant(np.array(v, np.int32)) for v in (begin, ends, [1] * rank))],
            [cut],
            begin_mask=0,
            end_mask=0,
        )
        if d.integer(0, 3) == 0:
            b.operator("ASSIGN_VARIABLE", [handle, old[d.integer(0, i)]], [])
        b.operator("ASSIGN_VARIABLE", [handle, cut], [])
        latest.append(cut)
        outputs.append(joined)
        if d.integer(0, 3) == 0:
            again = b.tensor(shape(kept), dtype, *q)
            b.operator("READ_VARIABLE", [handle], [again])
            outputs.append(again)
        if d.integer(0, 3) == 0:
            outputs.append(old[i])
    if count > 1 and early and d.integer(0, 1):  # what others held before this inference
        for handle, value in zip(handles, old[1:] + old[:1], strict=True):
            b.operator("ASSIGN_VARIABLE", [handle, value], [])
    return b.finish(list(dict.fromkeys(outputs)))
