# SPDX-License-Identifier: Apache-2.0
"""Selections, and operators that choose, place, order or add up elements by indexes."""

from __future__ import annotations

import numpy as np

from support.models.draw import numbers
from support.whole.maker import Impossible, Maker, Value

TYPES = ("int8", "int8", "int16", "float32", "int32", "uint8")
NUMBERS = ("float32", "float32", "int32")


def _random(m: Maker) -> np.random.Generator:
    return np.random.default_rng(m.draw.integer(0, 9999))


def _axis(m: Maker, x: Value) -> int:
    if not x.shape:
        raise Impossible
    return m.draw.integer(0, len(x.shape) - 1)


def _chosen(m: Maker, shape: tuple[int, ...], count: int) -> Value:
    """Indexes below `count`: constant, or computed of scores."""
    if m.draw.integer(0, 1):
        return m.constant(_random(m).integers(0, count, shape).astype(np.int32))
    scores = m.input((*shape, count), "int8", (0.1, 0))
    [indexes] = m.emit("ARG_MAX", [scores, m.ints(len(shape))], [(shape, "int32", (None, 0))], output_type="int32")
    return indexes


def select(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(TYPES)
    narrow = tuple(n if d.integer(0, 2) else 1 for n in x.shape)
    other = m.partner(x, [x.shape, narrow] if kind == "SELECT_V2" or m.rarely(6) else [x.shape], x.quant)
    wanted = d.choice([x.shape, x.shape, narrow if kind == "SELECT_V2" else x.shape[:1]])
    truths = [v for v in m.values if v.dtype == "bool" and v.shape == wanted]
    if truths:
        truth = d.choice(truths)
    elif d.integer(0, 2) == 0:
        truth = m.constant(m.bools(wanted))
    else:
        truth = m.input(wanted, "bool", (None, 0))
    pair = [x, other] if d.integer(0, 1) else [other, x]
    m.emit(kind, [truth, *pair], [(x.shape, x.dtype, m.quant(x.dtype) if m.rarely(12) else x.quant)])


def gather_nd(m: Maker, kind: str) -> None:
    x = m.source(TYPES, (2, 3, 4))
    depth = m.draw.integer(1, len(x.shape))
    lead = tuple(m.draw.integer(1, 3) for _ in range(m.draw.integer(0, 2)))
    indexes = np.stack([_random(m).integers(0, n, lead) for n in x.shape[:depth]], axis=-1).astype(np.int32)
    m.move(kind, [x, m.constant(indexes)], [(*lead, *x.shape[depth:])])


def scatter_nd(m: Maker, kind: str) -> None:
    d, full = m.draw, m.shape((1, 2, 3, 4))
    depth = d.integer(1, len(full))
    lead = tuple(d.integer(1, 4) for _ in range(d.integer(1, 2)))
    indexes = np.stack([_random(m).integers(0, n, lead) for n in full[:depth]], axis=-1).astype(np.int32)
    dtype = d.choice(("int8", *NUMBERS))
    updates = m.input((*lead, *full[depth:]), dtype, m.quant(dtype))
    m.emit(kind, [m.constant(indexes), updates, m.ints(full)], [(full, dtype, updates.quant)])


def top_k(m: Maker, kind: str) -> None:
    x = m.source(TYPES, (1, 2, 3, 4))
    count = m.draw.integer(1, x.shape[-1])
    shape = (*x.shape[:-1], count)
    m.emit(kind, [x, m.ints(count)], [(shape, x.dtype, x.quant), (shape, "int32", (None, 0))])


def one_hot(m: Maker, kind: str) -> None:
    d, depth = m.draw, m.draw.integer(1, 7)
    indexes = _chosen(m, m.shape((1, 2, 3)), depth)
    axis = d.integer(-1, len(indexes.shape) - 1)
    at = len(indexes.shape) if axis == -1 else axis
    dtype = d.choice(("float32", "int32", "int8", "bool"))
    on, off = (m.constant(np.array(n).astype(dtype)) for n in (1 if dtype == "bool" else d.integer(1, 9), 0))
    target = (*indexes.shape[:at], depth, *indexes.shape[at:])
    m.emit(kind, [indexes, m.ints(depth), on, off], [(target, dtype, (None, 0))], axis=axis)


def cumsum(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(NUMBERS)
    axis = _axis(m, x)
    options = {"exclusive": bool(d.integer(0, 1)), "reverse": bool(d.integer(0, 1))}
    m.move(kind, [x, m.ints(d.choice([axis, axis - len(x.shape)]))], [x.shape], **options)


def reverse(m: Maker, kind: str) -> None:
    x = m.source((*TYPES, "bool"))
    m.move(kind, [x, m.ints([_axis(m, x)])], [x.shape])


def reverse_sequence(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(TYPES, (2, 3, 4))
    steps = _axis(m, x)
    batch = d.choice([i for i in range(len(x.shape)) if i != steps])
    lengths = m.constant(_random(m).integers(0, x.shape[steps] + 1, x.shape[batch]).astype(np.int32))
    m.move(kind, [x, lengths], [x.shape], seq_dim=steps, batch_dim=batch)


def update_slice(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source((*TYPES, "bool"))
    small = tuple(d.integer(1, n) for n in x.shape)
    start = m.ints([d.integer(-1, n + 1) for n in x.shape])
    m.move(kind, [x, m.partner(x, [small], x.quant), start], [x.shape])


def embedding(m: Maker, kind: str) -> None:
    d, dtype = m.draw, m.draw.choice(("float32", "int8"))
    rows, width = d.integer(1, 9), d.integer(1, 9)
    chosen, quant = _chosen(m, (d.integer(1, 5),), rows), m.quant(dtype)
    table = m.constant(numbers(d, (rows, width), dtype), quant)
    m.emit(kind, [chosen, table], [((*chosen.shape, width), dtype, quant)])
