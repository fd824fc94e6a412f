# SPDX-License-Identifier: Apache-2.0
"""Where something fits in one block, for many placements of the same tensors at once: a placement a row.

begins: (placements, tensors) int64 byte offsets. sizes: bytes of each tensor, one a column. goal: bytes of the block.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.int64]


def touching(
    begins: Array, forbidden: Sequence[tuple[int, int]], size: int, goal: int, most: int
) -> tuple[Array, Array]:
    """At most so many offsets a placement at which an item touches a neighbour or an end of the block, and breaks
    nothing; of more, the lowest and the highest. Rows of `begins`, ascending, and an offset for each.

    forbidden: of each tensor, the open interval of the item's offset minus the tensor's.
    """
    top = (goal - size) // 16 * 16
    low = begins + np.asarray([low for low, _ in forbidden], np.int64)
    high = begins + np.asarray([high for _, high in forbidden], np.int64)
    ends = np.broadcast_to(np.asarray([0, top], np.int64), (len(begins), 2))
    tried = np.sort(np.concatenate([ends, low, high], axis=1), axis=1)
    good = (tried >= 0) & (tried <= top)
    good[:, 1:] &= tried[:, 1:] != tried[:, :-1]
    for column in range(begins.shape[1]):
        good &= (tried <= low[:, column, None]) | (tried >= high[:, column, None])
    number = np.cumsum(good, axis=1)
    good &= (number <= most - most // 2) | (number > number[:, -1:] - most // 2)
    rows, columns = np.nonzero(good)
    return rows, tried[rows, columns]


def fit(begins: Array, sizes: Array, wanted: Sequence[int], goal: int) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Puts pieces of the wanted sizes into the gaps, one after the other, each as low as it fits: (placements, pieces)
    offsets, and of each placement whether all of them end within the block."""
    busy, ends = begins, begins + sizes
    offsets = np.zeros((len(begins), len(wanted)), np.int64)
    fits = np.ones(len(begins), np.bool_)
    for piece, size in enumerate(wanted):
        gaps, below = _gaps(busy, ends)
        enough = gaps >= size
        first = np.argmax(enough, axis=1)
        last = below.shape[1] - 1
        first[~enough.any(axis=1)] = last
        at = np.take_along_axis(below, first[:, None], axis=1)
        fits &= at[:, 0] + size <= goal
        offsets[:, piece] = at[:, 0]
        busy, ends = np.concatenate([busy, at], axis=1), np.concatenate([ends, at + size], axis=1)
    return offsets, fits


def _gaps(begins: Array, ends: Array) -> tuple[Array, Array]:
    """Free bytes below each tensor in ascending order, and where they begin; the last begins behind all tensors, and
    has no bytes."""
    order = np.argsort(begins, axis=1, kind="stable")
    start = np.zeros((len(begins), begins.shape[1] + 1), np.int64)
    start[:, 1:] = np.maximum.accumulate(np.take_along_axis(ends, order, axis=1), axis=1)
    start = np.maximum(start, 0)
    gaps = np.take_along_axis(begins, order, axis=1) - start[:, :-1]
    return np.concatenate([gaps, np.zeros((len(begins), 1), np.int64)], axis=1), start


def quality(begins: Array, sizes: Array, goal: int) -> tuple[Array, Array]:
    """Of each placement the bytes of the largest gap, and how far its tensors are from the nearer end, added up."""
    gaps, start = _gaps(begins, begins + sizes)
    gaps[:, -1] = goal - start[:, -1]
    return np.maximum(gaps.max(axis=1), 0), np.minimum(begins, goal - begins - sizes).sum(axis=1)
