"""Packing problems whose answer is known."""

from __future__ import annotations

import random

from ingot.compiler.packing.problem import disjoint_problem, respects

Buffers = tuple[list[int], list[tuple[int, int]]]


def cut(seed: int, pieces: int, time: int = 24, capacity: int = 256) -> Buffers:
    """A full rectangle of time and memory, cut into pieces at random: they fit without a byte to spare."""
    source = random.Random(seed)
    parts = [(0, time, 0, capacity)]
    while len(parts) < pieces:
        part = parts.pop(source.randrange(len(parts)))
        t0, t1, a0, a1 = part
        if source.random() < 0.5 and t1 - t0 > 1:
            at = source.randint(t0 + 1, t1 - 1)
            parts += [(t0, at, a0, a1), (at, t1, a0, a1)]
        elif a1 - a0 > 1:
            at = source.randint(a0 + 1, a1 - 1)
            parts += [(t0, t1, a0, at), (t0, t1, at, a1)]
        else:
            parts.append(part)
    source.shuffle(parts)
    return [a1 - a0 for _, _, a0, a1 in parts], [(t0, t1 - 1) for t0, t1, _, _ in parts]


def valid(buffers: Buffers, offsets: list[int], capacity: int) -> bool:
    sizes, spans = buffers
    inside = all(o >= 0 and o + s <= capacity for o, s in zip(offsets, sizes, strict=True))
    return inside and respects(disjoint_problem(sizes, spans), offsets)
