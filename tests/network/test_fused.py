# SPDX-License-Identifier: Apache-2.0
"""What fusing saves, from the description alone."""

from __future__ import annotations

from dataclasses import replace

from ingot.network.fused import FusedRegion, Ring, fused_regions
from ingot.network.types import Network, NetworkBuffer

BUFFERS = (
    NetworkBuffer("a", "ram", 0, 96, (1, 8, 4, 4), "int16", "activation", (3, 3), ring_rows=3),
    NetworkBuffer("b", "ram", 96, 32, (1, 4, 4, 4), "int8", "activation", (3, 3), ring_rows=2),
    NetworkBuffer("c", "ram", 128, 64, (1, 4, 4, 4), "int8", "activation", (1, 3)),
    NetworkBuffer("d", "ram", 0, 8, (1, 4, 8), "int8", "activation", (1, 1), ring_rows=1),
)
NETWORK = Network("network", "m", "", "builtin", "1", (), BUFFERS, (), (), ())


def test_rings_by_region() -> None:
    a, b = Ring("a", 3, 8, 96, 256), Ring("b", 2, 4, 32, 64)
    assert fused_regions(NETWORK) == [FusedRegion(1, (Ring("d", 1, 4, 8, 32),)), FusedRegion(3, (a, b))]
    assert [(region.size, region.whole) for region in fused_regions(NETWORK)] == [(8, 32), (128, 320)]


def test_whole_tensors_are_no_rings() -> None:
    assert fused_regions(replace(NETWORK, buffers=BUFFERS[2:3])) == []
