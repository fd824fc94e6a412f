# SPDX-License-Identifier: Apache-2.0
"""Seeded inputs for verification and benchmarks: the same values on every machine and with every NumPy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Spec = tuple[tuple[int, ...], str]
"""Shape and NumPy type name of one input."""

FLOAT_RANGE = (-1.0, 1.0)
"""Range of float inputs where the caller knows none: that of the benchmark's generator."""


def random_inputs(
    specs: Sequence[Spec], seed: int, ranges: Sequence[tuple[float, float] | None] | None = None
) -> list[npt.NDArray[Any]]:
    """One array an input: integers over their whole type, floats uniform over their range.

    ranges: per input, the half-open range of a float input; None for FLOAT_RANGE.
    Only raw PCG64 words are used, which NumPy keeps stable over versions (its distributions it does not).
    """
    words = np.random.PCG64(np.random.SeedSequence(seed))
    arrays = []
    for position, (shape, dtype) in enumerate(specs):
        count = math.prod(shape)
        kind = np.dtype(dtype)
        if kind.kind == "f":
            low, high = (ranges[position] if ranges else None) or FLOAT_RANGE
            unit = (words.random_raw(count) >> np.uint64(40)).astype(np.float64) / 2.0**24
            flat = (low + unit * (high - low)).astype(kind)
        elif kind.kind == "b":
            flat = (words.random_raw(count) >> np.uint64(63)).astype(kind)
        else:
            raw = words.random_raw(count).astype("<u8").view(np.uint8).reshape(-1, 8)
            flat = np.ascontiguousarray(raw[:, : kind.itemsize]).view(kind.newbyteorder("<")).astype(kind)
        arrays.append(flat.reshape(shape))
    return arrays


def bench_inputs(specs: Sequence[Spec], state: int = 0x12345678) -> list[npt.NDArray[Any]]:
    """The inputs of the public benchmark: xorshift32, one step an element, over all inputs in turn.

    int8 and uint8 take the top byte; floats are ((int)(x >> 8) - 0x800000) / 8388608, in [-1, 1). Other integer types
    take the top bits of the word; int64 the whole word.
    """
    arrays = []
    for shape, dtype in specs:
        kind = np.dtype(dtype)
        values = np.empty(math.prod(shape), np.uint32)
        for i in range(values.size):
            state ^= (state << 13) & 0xFFFFFFFF
            state ^= state >> 17
            state ^= (state << 5) & 0xFFFFFFFF
            values[i] = state
        if kind.kind == "f":
            flat = (((values >> 8).astype(np.int64) - 0x800000) / 8388608.0).astype(kind)
        elif kind.kind == "b":
            flat = (values >> 31).astype(kind)
        else:
            flat = (values >> (32 - 8 * min(kind.itemsize, 4))).astype(kind)
        arrays.append(flat.reshape(shape))
    return arrays
