# SPDX-License-Identifier: Apache-2.0
"""Where random choices come from: hypothesis, or a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

T = TypeVar("T")


class Draw(Protocol):
    """A source of choices."""

    def choice(self, options: Sequence[T]) -> T: ...

    def integer(self, low: int, high: int) -> int: ...

    def real(self, low: float, high: float) -> float: ...


class Hypothesis:
    """Choices that hypothesis makes, repeats and shrinks; `made` keeps them for the report.

    They are taken from its engine: a strategy around each of them would take longer than compiling the model.
    """

    def __init__(self, data: st.DataObject) -> None:
        self._engine = data.conjecture_data
        self.made: list[float] = []

    def choice(self, options: Sequence[T]) -> T:
        return options[self.integer(0, len(options) - 1)]

    def integer(self, low: int, high: int) -> int:
        self.made.append(low if low == high else self._engine.draw_integer(low, high))
        return int(self.made[-1])

    def real(self, low: float, high: float) -> float:
        drawn = self._engine.draw_float(min_value=float(low), max_value=float(high), allow_nan=False)
        self.made.append(float(np.clip(np.float32(drawn), np.float32(low), np.float32(high))))
        return self.made[-1]


class Seeded:
    """The same choices for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def choice(self, options: Sequence[T]) -> T:
        return self._random.choice(options)

    def integer(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def real(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)


Quantized = tuple[float | None, int]


def scale(d: Draw) -> float:
    """A scale: often one of a few, so that equal ones and nice ratios occur."""
    return d.choice([0.05, 0.1, 0.025, 1 / 256, 0.0235, 0.37, d.real(2e-3, 2.0)])


def quantization(d: Draw, dtype: str) -> Quantized:
    """Scale and zero point of that type; extreme zero points occur."""
    if dtype == "int8":
        return scale(d), d.choice([-128, 127, 0, d.integer(-128, 127)])
    if dtype == "uint8":
        return scale(d), d.choice([0, 255, 128, d.integer(0, 255)])
    if dtype == "int16":
        return d.choice([scale(d) / 256, 2.0**-12, 2.0**-11]), 0
    return None, 0


def image(d: Draw, rows: int = 6, columns: int = 9, channels: int = 37) -> tuple[int, ...]:
    """(1, H, W, C)."""
    return 1, d.integer(1, rows), d.integer(1, columns), d.integer(1, channels)


def shape(d: Draw, ranks: Sequence[int] = (4, 4, 4, 3, 2, 5), most: int = 6) -> tuple[int, ...]:
    """Any shape; of those with four dimensions most have N = 1."""
    extents = [d.integer(1, most) for _ in range(d.choice(ranks))]
    if len(extents) == 4 and d.integer(0, 4):
        extents[0] = 1
    return tuple(extents)


def vectors(d: Draw, depth: int) -> tuple[tuple[int, ...], bool]:
    """(shape, keep_num_dims) of a FULLY_CONNECTED of that depth: two to four dimensions, of those with four mostly an
    image; where dimensions are not kept, the last one may be part of a vector only."""
    outer = [d.choice((1, 1, 2, 5)) for _ in range(d.choice((1, 1, 1, 2, 3, 3)))]
    if len(outer) == 3 and d.integer(0, 3):
        outer[0] = 1
    if d.choice((True, False)):
        return (*outer, depth), True
    part = d.choice([n for n in range(1, depth + 1) if depth % n == 0][-2:])
    return (*outer, depth // part, part) if len(outer) < 3 and part < depth else (*outer, depth), False


def numbers(d: Draw, shape: Sequence[int], dtype: str) -> npt.NDArray[Any]:
    """A constant array over the whole range of its type (a moderate one for int32 and float32)."""
    generator = np.random.default_rng(d.integer(0, 1 << 30))
    if dtype == "float32":
        return generator.normal(size=tuple(shape)).astype(np.float32)
    limits = np.iinfo(np.int16 if dtype in ("int32", "int64") else dtype)
    return generator.integers(limits.min, limits.max + 1, tuple(shape)).astype(dtype)
