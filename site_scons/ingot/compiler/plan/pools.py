# SPDX-License-Identifier: Apache-2.0
"""The pools a plan may use, and the contiguous ones that may serve as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingot.compiler.schedule.buffers import ALIGNMENT


@dataclass(frozen=True)
class PlanPool:
    """A range of memory the plan may use.

    base: address, or None for a pool whose address is known at run time only.
    score: higher is better; see ingot.board for how it follows from a pool's properties.
    subpools: names of the real pools it spans, lowest address first; empty for a real pool.
    """

    name: str
    base: int | None
    size: int
    score: int = 0
    subpools: tuple[str, ...] = ()


def contiguous_runs(pools: Sequence[PlanPool]) -> list[list[PlanPool]]:
    """Groups of at least two pools of which each begins where the one before ends, lowest address first."""
    real = sorted((p for p in pools if p.base is not None and p.size and not p.subpools), key=lambda p: p.base or 0)
    runs: list[list[PlanPool]] = []
    for pool in real:
        before = runs[-1][-1] if runs else None
        if before is not None and before.base is not None and before.base + before.size == pool.base:
            runs[-1].append(pool)
        else:
            runs.append([pool])
    return [run for run in runs if len(run) > 1]


def span(pools: Sequence[PlanPool]) -> PlanPool:
    """The virtual pool over contiguous pools; its score is the mean, weighted by size. One pool stays as it is."""
    if len(pools) == 1:
        return pools[0]
    size = sum(p.size for p in pools)
    score = sum(p.size * p.score for p in pools) // size
    name = "_".join(p.name for p in pools)
    return PlanPool(name, pools[0].base, size, score, tuple(p.name for p in pools))


def candidates(pools: Sequence[PlanPool]) -> list[PlanPool]:
    """Every real pool and every virtual one over neighbours, the best first.

    Best: the highest score, then the fewest real pools, then the order given.
    """
    found = [p for p in pools if p.size]
    for run in contiguous_runs(pools):
        found += [span(run[i:j]) for i in range(len(run)) for j in range(i + 2, len(run) + 1)]
    rank = {pool.name: at for at, pool in enumerate(found)}
    return sorted(found, key=lambda p: (-p.score, len(p.subpools), rank[p.name]))


def usable(pool: PlanPool, pools: Sequence[PlanPool]) -> int:
    """Bytes of the pool that buffers may take.

    Kernels may read up to 15 bytes past a tensor, and these must be mapped: the last ALIGNMENT bytes stay free unless
    another pool follows directly.
    """
    if pool.base is not None and any(p.base == pool.base + pool.size for p in pools if p.size):
        return pool.size
    return max(pool.size - ALIGNMENT, 0)
