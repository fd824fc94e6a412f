# SPDX-License-Identifier: Apache-2.0
"""Operators of two inputs, with broadcasting and constants."""

from __future__ import annotations

import numpy as np

from support.models.draw import Draw, image, numbers, quantization
from support.tflite_builder import Builder

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def _broadcastable(d: Draw, full: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts to `full`: extents of 1, leading dimensions left out."""
    extents = tuple(n if d.integer(0, 2) else 1 for n in full)
    return extents[d.integer(0, 3) :] if d.integer(0, 1) else extents


def binary(d: Draw, kind: str, dtype: str) -> bytes:
    """ADD, SUB, MUL, SQUARED_DIFFERENCE."""
    b, full = Builder(), image(d)
    shapes = d.choice(
        [
            (full, full),
            (full, _broadcastable(d, full)),
            (_broadcastable(d, full), full),
            (_broadcastable(d, full), _broadcastable(d, full)),
        ]
    )
    out = np.broadcast_shapes(*shapes)
    constant = d.choice([None, None, 0, 1])
    inputs = []
    for i, one in enumerate(shapes):
        q = quantization(d, dtype)
        inputs.append(b.constant(numbers(d, one, dtype), *q) if constant == i else b.input(one, dtype, *q))
    target = b.tensor(out, dtype, *quantization(d, dtype))
    options = {}
    if kind in ("ADD", "SUB", "MUL"):
        options["fused_activation_function"] = d.choice(ACTIVATIONS)
    if kind in ("ADD", "SUB") and dtype == "int16":
        options["pot_scale_int16"] = False
    b.operator(kind, inputs, [target], **options)
    return b.finish([target])


def power_of_two_sum(d: Draw, kind: str) -> bytes:
    """ADD or SUB of int16 with scales that are powers of two: at least one input has the output's scale."""
    b, one = Builder(), image(d)
    finer = d.integer(0, 4)
    scales = [2.0**-11, 2.0 ** -(11 + finer)]
    if d.integer(0, 1):
        scales.reverse()
    inputs = [b.input(one, "int16", s) for s in scales]
    target = b.tensor(one, "int16", 2.0**-11)
    b.operator(kind, inputs, [target], pot_scale_int16=True, fused_activation_function=d.choice(ACTIVATIONS))
    return b.finish([target])


def extreme(d: Draw, kind: str, dtype: str) -> bytes:
    """MAXIMUM and MINIMUM: one scale for all."""
    b, full, q = Builder(), image(d), quantization(d, dtype)
    other = tuple(n if d.integer(0, 2) else 1 for n in full)
    inputs = [
        b.input(full, dtype, *q),
        b.constant(numbers(d, other, dtype), *q) if d.integer(0, 1) else b.input(other, dtype, *q),
    ]
    if d.integer(0, 1):
        inputs.reverse()
    target = b.tensor(full, dtype, *q)
    b.operator(kind, inputs, [target])
    return b.finish([target])


def prelu(d: Draw, dtype: str) -> bytes:
    """PRELU with slopes for each channel, for all, or for each element."""
    b, full = Builder(), image(d)
    slopes = d.choice([(1, 1, 1, full[3]), (1, 1, full[3]), (1, 1, 1, 1), full[1:]])
    x = b.input(full, dtype, *quantization(d, dtype))
    q = quantization(d, dtype)
    alpha = b.constant(numbers(d, slopes, dtype), *q) if d.integer(0, 3) else b.input(slopes, dtype, *q)
    target = b.tensor(full, dtype, *quantization(d, dtype))
    b.operator("PRELU", [x, alpha], [target])
    return b.finish([target])
