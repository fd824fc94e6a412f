# SPDX-License-Identifier: Apache-2.0
"""Selections, and operators that choose, place or order elements by indexes."""

from __future__ import annotations

import numpy as np

from support.models.draw import Draw, image, numbers, quantization, shape
from support.tflite_builder import Builder

TYPES = ("int8", "int16", "float32", "int32")


def select(d: Draw, kind: str) -> bytes:
    """Constants among the three inputs; SELECT_V2 broadcasts."""
    b, full, dtype = Builder(), image(d, 4, 5, 9), d.choice(("int8", "float32", "int32", "int16"))
    q = quantization(d, dtype)

    def narrow() -> tuple[int, ...]:
        return tuple(n if d.integer(0, 2) else 1 for n in full)[d.choice((0, 0, 2)) :]

    shapes = [full, full, full]
    if kind == "SELECT_V2":
        shapes[d.integer(0, 2)] = narrow()
        shapes[d.integer(0, 2)] = narrow()
        full = tuple(int(n) for n in np.broadcast_shapes(*shapes))
    elif d.integer(0, 2) == 0:
        shapes[0] = (full[0],)
    constant = d.choice((None, None, 0, 1, 2))
    inputs = []
    for position, one in enumerate(shapes):
        if position == 0:
            truths = np.random.default_rng(d.integer(0, 999)).integers(0, 2, one).astype(bool)
            inputs.append(b.constant(truths) if constant == 0 else b.input(one, "bool"))
        else:
            inputs.append(b.constant(numbers(d, one, dtype), *q) if constant == position else b.input(one, dtype, *q))
    target = b.tensor(full, dtype, *q)
    b.operator(kind, inputs, [target])
    return b.finish([target])


def gather_nd(d: Draw) -> bytes:
    b, source, dtype = Builder(), shape(d, (2, 3, 4)), d.choice(TYPES)
    q, depth = quantization(d, dtype), d.integer(1, len(source))
    lead = tuple(d.integer(1, 3) for _ in range(d.integer(0, 2)))
    random = np.random.default_rng(d.integer(0, 9999))
    indexes = np.stack([random.integers(0, n, lead) for n in source[:depth]], axis=-1).astype(np.int32)
    data = b.input(source, dtype, *q)
    target = b.tensor((*lead, *source[depth:]), dtype, *q)
    b.operator("GATHER_ND", [data, b.constant(indexes)], [target])
    return b.finish([target])


def scatter_nd(d: Draw) -> bytes:
    b, full, dtype = Builder(), shape(d, (1, 2, 3, 4)), d.choice(("int8", "float32", "int32"))
    depth, q = d.integer(1, len(full)), quantization(d, dtype) if dtype == "int8" else (None, 0)
    lead = tuple(d.integer(1, 4) for _ in range(d.integer(1, 2)))
    random = np.random.default_rng(d.integer(0, 9999))
    indexes = np.stack([random.integers(0, n, lead) for n in full[:depth]], axis=-1).astype(np.int32)
    target = b.tensor(full, dtype, *q)
    updates = b.input((*lead, *full[depth:]), dtype, *q)
    b.operator("SCATTER_ND", [b.constant(indexes), updates, b.constant(np.array(full, np.int32))], [target])
    return b.finish([target])


def top_k(d: Draw) -> bytes:
    b, source, dtype = Builder(), shape(d, (1, 2, 3)), d.choice(("int8", "uint8", "float32", "int32", "int16"))
    source = (*source[:-1], d.integer(1, 40))
    count, q = d.integer(1, source[-1]), quantization(d, dtype)
    x = b.input(source, dtype, *q)
    values, indexes = b.tensor((*source[:-1], count), dtype, *q), b.tensor((*source[:-1], count), "int32")
    b.operator("TOPK_V2", [x, b.constant(np.array(count, np.int32))], [values, indexes])
    return b.finish([values, indexes])


def one_hot(d: Draw) -> bytes:
    b, source, dtype = Builder(), shape(d, (1, 2, 3), 4), d.choice(("float32", "int32", "int8", "bool"))
    depth, axis = d.integer(1, 7), d.integer(-1, len(source))
    axis = -1 if axis == len(source) else axis
    at = len(source) if axis == -1 else axis
    on, off = (np.array(v).astype(dtype) for v in ((1, 0) if dtype == "bool" else (d.integer(1, 9), d.integer(-9, 0))))
    chosen = np.random.default_rng(d.integer(0, 99)).integers(-1, depth + 1, source).astype(np.int32)
    target = b.tensor((*source[:at], depth, *source[at:]), dtype)
    last = b.constant(np.array(len(source), np.int32))
    indexes = b.tensor(source, "int32")
    if d.integer(0, 1):
        b.operator("ARG_MAX", [b.input((*source, depth), "int8", 0.1), last], [indexes], output_type="int32")
    else:
        b.operator("ADD", [b.input(source, "int32"), b.constant(chosen)], [indexes])
    b.operator(
        "ONE_HOT",
        [indexes, b.constant(np.array(depth, np.int32)), b.constant(on), b.constant(off)],
        [target],
        axis=axis,
    )
    return b.finish([target])


def cumsum(d: Draw) -> bytes:
    b, source, dtype = Builder(), shape(d, (1, 2, 3, 4)), d.choice(("float32", "int32"))
    axis = d.integer(-len(source), len(source) - 1)
    target = b.tensor(source, dtype)
    options = {"exclusive": bool(d.integer(0, 1)), "reverse": bool(d.integer(0, 1))}
    b.operator("CUMSUM", [b.input(source, dtype), b.constant(np.array(axis, np.int32))], [target], **options)
    return b.finish([target])


def reverse(d: Draw) -> bytes:
    b, source, dtype = Builder(), shape(d, (1, 2, 3, 4)), d.choice(TYPES)
    q, axis = quantization(d, dtype), d.integer(0, len(source) - 1)
    target = b.tensor(source, dtype, *q)
    b.operator("REVERSE_V2", [b.input(source, dtype, *q), b.constant(np.array([axis], np.int32))], [target])
    return b.finish([target])


def reverse_sequence(d: Draw) -> bytes:
    b, source, dtype = Builder(), shape(d, (2, 3, 4)), d.choice(("float32", "int32", "int16"))
    steps = d.integer(0, len(source) - 1)
    batch = d.choice([i for i in range(len(source)) if i != steps])
    q = quantization(d, dtype)
    lengths = np.random.default_rng(d.integer(0, 99)).integers(0, source[steps] + 1, source[batch]).astype(np.int32)
    target = b.tensor(source, dtype, *q)
    b.operator(
        "REVERSE_SEQUENCE", [b.input(source, dtype, *q), b.constant(lengths)], [target], seq_dim=steps, batch_dim=batch
    )
    return b.finish([target])


def update_slice(d: Draw) -> bytes:
    b, source, dtype = Builder(), shape(d, (1, 2, 3, 4)), d.choice(("int8", "float32", "int32"))
    q = quantization(d, dtype)
    small = tuple(d.integer(1, n) for n in source)
    start = b.constant(np.array([d.integer(-1, n + 1) for n in source], np.int32))
    target = b.tensor(source, dtype, *q)
    update = b.constant(numbers(d, small, dtype), *q) if d.integer(0, 2) == 0 else b.input(small, dtype, *q)
    b.operator("DYNAMIC_UPDATE_SLICE", [b.input(source, dtype, *q), update, start], [target])
    return b.finish([target])


def embedding(d: Draw) -> bytes:
    b, dtype = Builder(), d.choice(("float32", "int8"))
    rows, width, count = d.integer(1, 9), d.integer(1, 9), d.integer(1, 5)
    q = quantization(d, dtype)
    chosen = b.tensor((count,), "int32")
    last = b.constant(np.array(1, np.int32))
    b.operator("ARG_MAX", [b.input((count, rows), "int8", 0.1), last], [chosen], output_type="int32")
    target = b.tensor((count, width), dtype, *q)
    b.operator("EMBEDDING_LOOKUP", [chosen, b.constant(numbers(d, (rows, width), dtype), *q)], [target])
    return b.finish([target])


def fill(d: Draw) -> bytes:
    """A FILL whose value is computed, and ZEROS_LIKE of a computed tensor."""
    b, full, dtype = Builder(), shape(d, (1, 2, 3, 4)), d.choice(("float32", "int32"))
    value, target = b.input((), dtype), b.tensor(full, dtype)
    b.operator("FILL", [b.constant(np.array(full, np.int32)), value], [target])
    zeros, total = b.tensor(full, dtype), b.tensor(full, dtype)
    b.operator("ZEROS_LIKE", [target], [zeros])
    b.operator("MAXIMUM", [target, zeros], [total])
    return b.finish([target, total])
