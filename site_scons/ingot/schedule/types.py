"""In what order, and how many rows at a time, the calls of a program run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Step(NamedTuple):
    """Produce `count` rows, from output row `row` upwards, of the region's call number `call` (position in the region)."""

    call: int
    row: int
    count: int


@dataclass(frozen=True)
class Region:
    """Calls that run fused: one software epoch.

    calls: indexes into Program.calls.
    steps: the row schedule. A region of one call is one step over all its rows.
    rings: tensor -> rows kept, for tensors that are produced and consumed wholly inside. Row y is in slot y mod rows.
    reverse: rows run bottom-up (each step's rows still ascend; steps come from the last row to the first).
    """

    calls: tuple[int, ...]
    steps: tuple[Step, ...]
    rings: Mapping[int, int] = field(default_factory=dict)
    reverse: bool = False


@dataclass(frozen=True)
class Schedule:
    """Regions in execution order.

    lower_bound: bytes below which no placement of this schedule's buffers can go (largest sum of live bytes).
    """

    regions: tuple[Region, ...]
    lower_bound: int
