# SPDX-License-Identifier: Apache-2.0
"""What of a board's memory the NPU's programs may use."""

from __future__ import annotations

from dataclasses import dataclass

from ingot.base.errors import IngotError
from ingot.board.board import Board
from ingot.board.mpool import Mpool, Pool

#: The memory that only chips with the NPU have.
CACHE = "npucache"
#: The score of the NPU's own memories (ingot.board.mpool.score).
BEST = 94


@dataclass(frozen=True)
class NpuTarget:
    """ram: first address, and the one behind the last, of the NPU's own memories. flash: where weights begin."""

    ram: tuple[int, int]
    flash: int


def target_of(board: Board, pools: Mpool) -> NpuTarget:
    """The memories of a board. Raises IngotError for one without the NPU, or without pools for it."""
    if CACHE not in {region.name for region in board.regions}:
        raise IngotError(
            f"{board.title} has no Neural-ART NPU", where=str(board.path), remedy="Take a board with an STM32N6."
        )
    placed = sorted((pool for pool in pools.enabled if pool.base is not None), key=lambda pool: pool.range.start)
    ram = _first_run([pool for pool in placed if pool.writable and pool.score == BEST])
    flash = next((pool.range.start for pool in placed if not pool.writable), None)
    if ram is None or flash is None:
        raise IngotError(
            "it has no pool of the NPU's memories with high throughput and low latency, or none that is read only",
            where=str(pools.path),
            remedy="Take the pools of boards/n6dk as an example.",
        )
    return NpuTarget(ram, flash)


def _first_run(pools: list[Pool]) -> tuple[int, int] | None:
    """The pools that follow each other without a gap, from the first on."""
    if not pools:
        return None
    start, end = pools[0].range.start, pools[0].range.end
    for pool in pools[1:]:
        if pool.range.start == end:
            end = pool.range.end
    return start, end
