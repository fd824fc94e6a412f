# SPDX-License-Identifier: Apache-2.0
"""Comparisons, truths, divisions, selections: element-wise operators beyond sums and products."""

from __future__ import annotations

import numpy as np

from support.models.draw import Draw, image, numbers, quantization
from support.tflite_builder import Builder

COMPARISONS = ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")
DIVISIONS = ("DIV", "FLOOR_DIV", "FLOOR_MOD", "POW")


def _narrow(d: Draw, full: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n if d.integer(0, 2) else 1 for n in full)


def _data(d: Draw, shape: tuple[int, ...], dtype: str, kind: str) -> np.ndarray:
    """Constants: of few numbers, so that equal ones occur; none is zero where one divides by it."""
    random = np.random.default_rng(d.integer(0, 1 << 30))
    if dtype == "bool":
        return random.integers(0, 2, shape).astype(bool)
    if kind in DIVISIONS:
        data = random.choice([-7, -3, -2, 1, 2, 5, 8], shape)  # of -1 and the lowest number LiteRT dies
        return (data / 2 if dtype == "float32" else data).astype(dtype)
    return numbers(d, shape, dtype) if d.integer(0, 1) else random.integers(0, 4, shape).astype(dtype)


def pair(d: Draw, kind: str, dtype: str) -> bytes:
    """Both operands of one shape, or one broadcast; the second one constant where an int32 is divided by it."""
    b, full = Builder(), image(d, 4, 5, 12)
    shapes = [full, d.choice((full, _narrow(d, full), (full[3],)))]
    whole = kind in DIVISIONS and dtype == "int32"
    constant = 1 if whole else d.choice((None, None, 0, 1))
    if constant != 1 and d.integer(0, 1):
        shapes.reverse()
    inputs = []
    for position, shape in enumerate(shapes):
        q = (None, 0)
        if dtype in ("int8", "uint8"):  # LiteRT ends the process for larger scales
            q = quantization(d, dtype)
            q = (min(q[0] or 0.5, 0.9), q[1])
        if position == constant:
            inputs.append(b.constant(_data(d, shape, dtype, kind), *q))
        else:
            inputs.append(b.input(shape, dtype, *q))
    target = b.tensor(full, "bool" if kind in (*COMPARISONS, "LOGICAL_AND", "LOGICAL_OR") else dtype)
    options = {"fused_activation_function": d.choice(("NONE", "RELU", "RELU6"))} if kind == "DIV" else {}
    b.operator(kind, inputs, [target], **options)
    return b.finish([target])


def logical_not(d: Draw) -> bytes:
    b, one = Builder(), image(d)
    target = b.tensor(one, "bool")
    b.operator("LOGICAL_NOT", [b.input(one, "bool")], [target])
    return b.finish([target])


def any_or_all(d: Draw, kind: str) -> bytes:
    b, one = Builder(), image(d)
    axes = [a for a in range(4) if d.integer(0, 1)] or [3]
    keep = bool(d.integer(0, 1))
    target = b.tensor([1 if a in axes else n for a, n in enumerate(one) if keep or a not in axes], "bool")
    b.operator(kind, [b.input(one, "bool"), b.constant(np.array(axes, np.int32))], [target], keep_dims=keep)
    return b.finish([target])


def function16(d: Draw, kind: str) -> bytes:
    """EXP, LOG, RSQRT, SQRT of int16; the last two of absolute values, as LiteRT stops at others."""
    b, one = Builder(), image(d)
    scales = [d.choice((2.0**-12, 0.001, 0.0003, d.real(1e-5, 1e-2))) for _ in range(2)]
    x, y = b.input(one, "int16", scales[0]), b.tensor(one, "int16", scales[1])
    if kind in ("RSQRT", "SQRT"):
        size = b.tensor(one, "int16", scales[0])
        b.operator("ABS", [x], [size])
        x = size
    b.operator(kind, [x], [y])
    return b.finish([y])


def rescaled16(d: Draw, kind: str) -> bytes:
    """LEAKY_RELU, RELU and their like of int16."""
    b, one = Builder(), image(d)
    scales = [d.choice((2.0**-12, 0.001, 0.0003, d.real(1e-5, 1e-2))) for _ in range(2)]
    if d.integer(0, 3) == 0:
        scales[1] = scales[0]
    target = b.tensor(one, "int16", scales[1])
    options = {"alpha": d.choice((0.1, 0.0, 1.5, -0.3, d.real(-2, 2)))} if kind == "LEAKY_RELU" else {}
    b.operator(kind, [b.input(one, "int16", scales[0])], [target], **options)
    return b.finish([target])
