# SPDX-License-Identifier: Apache-2.0
"""What is known of a region's tensors, and what its row schedule is (ingot.compiler.schedule.rows makes it)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from ingot.compiler.schedule.types import Step


@dataclass(frozen=True)
class RegionTensors:
    """The tensors of a region by what becomes of them.

    dying: whole, there before the region, and not needed behind it. born: whole, made here, needed behind it.
    inner: made here and read only here.
    """

    dying: frozenset[int]
    born: frozenset[int]
    inner: frozenset[int]


@dataclass
class RowPlan:
    """The row schedule of a region.

    rings: inner tensor -> rows kept; a tensor that is kept whole is not listed. aliases: tensor -> the tensor of this
    region (or dying) whose memory it takes over, resolved.
    overlays: (dying, born), both resolved -> forbidden open interval of start(born) - start(dying), in bytes.
    raw: (call, row, count) in the order of execution, rows counted in the region's direction; a call that only runs
        whole has one row.
    heights: rows of each call's outputs. whole: whether it only runs whole. inside: whether nothing it writes may
        overlay something that dies.
    room: rows that each call may make at once: those of its smallest ring.
    """

    raw: list[tuple[int, int, int]]
    heights: list[int]
    whole: list[bool]
    inside: list[bool]
    room: list[int]
    rings: dict[int, int] = field(default_factory=dict)
    aliases: dict[int, int] = field(default_factory=dict)
    overlays: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    reverse: bool = False

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Steps in the tensors' row numbers; neighbouring steps of one call become one where no overlay minds."""
        steps: list[Step] = []
        for k, y, n in self.raw:
            total = self.heights[k]
            if self.whole[k]:
                n = total
            row = total - y - n if self.reverse else y
            # Rows that nobody reads are made in whole grains; together they may be more than the ring holds.
            if steps and self.inside[k] and steps[-1].call == k and steps[-1].count + n <= self.room[k]:
                last = steps.pop()
                row, n = min(row, last.row), n + last.count
            steps.append(Step(k, row, n))
        return tuple(steps)
