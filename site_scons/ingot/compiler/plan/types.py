# SPDX-License-Identifier: Apache-2.0
"""Where every activation lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Placement:
    """One tensor's (or ring's, or scratch's) place.

    pool: name of the pool (or of the virtual pool that spans contiguous ones); "" for a user-allocated input or output.
    offset, size: bytes from the pool's base.
    first, last: first and last region (inclusive) in which the bytes must survive.
    ring: rows kept, 0 for a whole tensor.
    """

    tensor: int
    pool: str
    offset: int
    size: int
    first: int
    last: int
    ring: int = 0


@dataclass(frozen=True)
class Plan:
    """All placements, with the figures that say how good they are.

    placements: tensor index -> placement.
    scratch: call index -> placement of its scratch.
    peak: highest used byte count over all pools (sum of the pools' used ranges).
    lower_bound: the schedule's; peak == lower_bound means optimal.
    used: pool name -> bytes from the base to the highest used byte, rounded up to the alignment of buffers.
    """

    placements: Mapping[int, Placement]
    scratch: Mapping[int, Placement]
    peak: int
    lower_bound: int
    used: Mapping[str, int]
