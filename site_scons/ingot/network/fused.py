# SPDX-License-Identifier: Apache-2.0
"""What fusing saves: the rings of each fused region beside the whole tensors that never exist."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ingot.network.stai_format import to_stai
from ingot.network.types import Network, NetworkBuffer

UNFUSED = "with nothing fused and nothing overlaid"
"""What Network.unfused_peak is called in reports."""


@dataclass(frozen=True)
class Ring:
    """An inner tensor. kept, rows: rows of its ring, and of the tensor. size, whole: bytes of both."""

    name: str
    kept: int
    rows: int
    size: int
    whole: int


@dataclass(frozen=True)
class FusedRegion:
    """An epoch whose operators run row by row through rings."""

    epoch: int
    rings: tuple[Ring, ...]

    @property
    def size(self) -> int:
        """Bytes of its rings."""
        return sum(ring.size for ring in self.rings)

    @property
    def whole(self) -> int:
        """Bytes that the inner tensors would take as wholes."""
        return sum(ring.whole for ring in self.rings)


def fused_regions(network: Network) -> list[FusedRegion]:
    """The regions with rings, in their order; none where the compiler does not say."""
    rings: dict[int, list[Ring]] = {}
    for buffer in network.buffers:
        if buffer.ring_rows:
            rings.setdefault(buffer.epochs[0], []).append(_ring(buffer))
    return [FusedRegion(epoch, tuple(found)) for epoch, found in sorted(rings.items())]


def _ring(buffer: NetworkBuffer) -> Ring:
    whole = math.prod(buffer.shape) * to_stai(buffer.dtype)[1] // 8
    return Ring(buffer.name, buffer.ring_rows, whole * buffer.ring_rows // buffer.size, buffer.size, whole)
