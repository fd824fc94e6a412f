# SPDX-License-Identifier: Apache-2.0
"""Packing plain buffers (no overlays) below a fixed capacity: complete, and fast enough for the hardest known cases.

The search is search.c, which describes it, compiled by the host's compiler once and cached.

No single order between equal offsets suits all problems, so several take turns, with a limit of nodes that grows from
round to round (as in Moffitt, "MiniMalloc", ASPLOS 2023). No clock is read: the same input gives the same result.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.base.host_cc import build

from .sections import sections_of

FLAGS = ("-std=c11", "-O3", "-fPIC", "-shared", "-Wall")

ROUNDS = 7

ORDERS = (("LA", True), ("TO", False), ("TWA", False), ("TAL", False))
"""Keys, the largest first: T fullest section, A area, L length of life, W sections spanned, O neighbours; and whether
parts that become independent are ordered anew by T. Chosen on the public instances of minimalloc."""

_FIRST_LIMIT = 4
"""Nodes per buffer in the first round; each further round has _GROWTH times as many."""

_GROWTH = 3

_LARGEST = 1 << 29
"""Capacities, in units of the sizes' common divisor, that the C search can count with."""

_NONE, _FOUND, _STOPPED = 0, 1, 2


@dataclass(frozen=True)
class Packing:
    """What a search found.

    offsets: one a buffer, or None. proved: there is none. nodes: placements tried.
    """

    offsets: list[int] | None
    proved: bool
    nodes: int


def pack_below(sizes: Sequence[int], spans: Sequence[tuple[int, int]], capacity: int, rounds: int = ROUNDS) -> Packing:
    """Searches offsets with a peak of at most `capacity`.

    sizes: bytes; an empty buffer lies at 0. spans: first and last (inclusive) time of each buffer.
    rounds: how often every order has its turn before the search gives up.
    Raises IngotError when the machine has no C compiler, and for a capacity that the search cannot count with.
    """
    if not sizes:
        return Packing([], False, 0)
    if not all(sizes):
        taken = [i for i, size in enumerate(sizes) if size]
        packing = pack_below([sizes[i] for i in taken], [spans[i] for i in taken], capacity, rounds)
        where = dict(zip(taken, packing.offsets or [], strict=False))
        offsets = None if packing.offsets is None else [where.get(i, 0) for i in range(len(sizes))]
        return Packing(offsets, packing.proved, packing.nodes)
    unit = gcd(*sizes)
    if capacity // unit >= _LARGEST:
        raise IngotError(f"a capacity of {capacity:,} bytes, in units of {unit}, is above what the search counts with")
    return _take_turns(sizes, spans, capacity, unit, rounds)


def _take_turns(
    sizes: Sequence[int], spans: Sequence[tuple[int, int]], capacity: int, unit: int, rounds: int
) -> Packing:
    table = sections_of(sizes, spans)
    if max(table.totals) > capacity:
        return Packing(None, True, 0)
    nodes = 0
    limit = _FIRST_LIMIT * len(sizes)
    for _ in range(rounds):
        for keys, renew in ORDERS:
            order = table.order(keys)
            outcome, used, placed = _search(
                [sizes[i] // unit for i in order],
                [table.spans[i] for i in order],
                len(table.totals),
                capacity // unit,
                renew,
                limit,
            )
            nodes += used
            if outcome == _FOUND:
                offsets = [0] * len(sizes)
                for item, at in zip(order, placed, strict=True):
                    offsets[item] = at * unit
                return Packing(offsets, False, nodes)
            if outcome == _NONE:
                return Packing(None, True, nodes)
        limit *= _GROWTH
    return Packing(None, False, nodes)


def _search(
    sizes: list[int], spans: list[tuple[int, int]], sections: int, capacity: int, renew: bool, limit: int
) -> tuple[int, int, list[int]]:
    """One attempt of search.c: outcome, nodes, offsets. spans: sections [first, last)."""
    count = len(sizes)
    numbers = ctypes.c_int32 * count
    offsets = numbers()
    nodes = ctypes.c_int64(limit)
    first, last = numbers(*(a for a, _ in spans)), numbers(*(b for _, b in spans))
    outcome = _library().ingot_pack(
        count, sections, capacity, int(renew), numbers(*sizes), first, last, ctypes.byref(nodes), offsets
    )
    if outcome not in (_NONE, _FOUND, _STOPPED):
        raise IngotError(f"no memory to pack {count} buffers", remedy="Close other programs.")
    return outcome, nodes.value, list(offsets)


@functools.cache
def _library() -> Any:
    return ctypes.CDLL(str(build([Path(__file__).with_name("search.c")], FLAGS, ".so")))
