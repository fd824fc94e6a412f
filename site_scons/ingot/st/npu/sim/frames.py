# SPDX-License-Identifier: Apache-2.0
"""What flows between units: a list of frames of integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.st.npu.routes import Link
from ingot.st.npu.sim.arithmetic import Ints, wrapped


@dataclass(frozen=True)
class Frames:
    """values: (different frames, elements), int32. order: which of them comes when, or None for each once, in order.

    element: bytes of an element. low, high: no value lies outside of them. free: values that were not held inside
    their bytes; who reads them takes them whole.
    """

    values: Ints
    element: int
    low: int
    high: int
    order: npt.NDArray[np.int64] | None = None
    free: bool = False

    @property
    def count(self) -> int:
        """Frames, repeated ones each time."""
        return len(self.values) if self.order is None else len(self.order)

    @property
    def size(self) -> int:
        """Elements of a frame."""
        return int(self.values.shape[1])

    def all(self) -> Ints:
        """(frames, elements)."""
        return self.values if self.order is None else self.values[self.order]

    def sequence(self) -> Ints:
        """All elements, one after the other."""
        return self.all().reshape(-1)

    def read(self, size: int, signed: bool) -> Ints:
        """The different frames as a unit reads them that takes the lowest `size` bytes of each element."""
        bits = 8 * size - int(signed)
        lowest = -(1 << bits) if signed else 0
        if self.free or (lowest <= self.low and self.high < 1 << bits):
            return self.values
        return wrapped(self.values, size, signed)

    def passed(self, link: Link) -> Frames:
        """The frames that a link lets through."""
        if link.kind == "all":
            return self
        frames = np.arange(self.count) if self.order is None else self.order
        if link.kind == "first":
            order = frames[: link.first]
        else:
            order = frames[np.arange(len(frames)) % (link.drop + link.keep) >= link.drop]
        return Frames(self.values, self.element, self.low, self.high, order, self.free)

    def cut(self, size: int, where: str) -> Frames:
        """The same elements in frames of another size. Raises IngotError where they are no whole frames."""
        if size == self.size:
            return self
        sequence = self.sequence()
        if not size or len(sequence) % size:
            raise IngotError(f"{len(sequence):,} elements are no frames of {size:,}", where=where)
        return Frames(sequence.reshape(-1, size), self.element, self.low, self.high, free=self.free)
