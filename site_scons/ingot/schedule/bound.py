"""How few bytes a schedule can do with, whatever the placement."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.schedule.buffers import Buffer
from ingot.schedule.packing import load_bound


def lower_bound(buffers: Sequence[Buffer]) -> int:
    """The largest sum of bytes that must survive together."""
    return load_bound([b.size for b in buffers], [(b.first, b.last) for b in buffers])
