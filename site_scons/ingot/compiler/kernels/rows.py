# SPDX-License-Identifier: Apache-2.0
"""Row windows: which input rows an output row needs, for the schedule (`Call.windows`)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ingot.compiler.kernels.program import Activation

Window = npt.NDArray[np.int32]

MAX_ROWS = 0xFFFF
"""The most rows that a region counts (ingot.compiler.emit.step_table). A call of more runs as a whole."""


def same_rows(source: Activation, target: Activation) -> Window | None:
    """Output row y reads input row y. None (all of it) when the two tensors are not split alike."""
    if source.rows != target.rows:
        return None
    return each_row(target.rows)


def each_row(rows: int) -> Window:
    """Step y reads row y: of calls that fold so many rows."""
    return np.stack([np.arange(rows, dtype=np.int32)] * 2, axis=1)


def one_row(source: Activation, target: Activation) -> Window | None:
    """Every output row reads the single row of an input that is broadcast over rows."""
    return np.zeros((target.rows, 2), np.int32) if source.rows == 1 else None


def row_window(
    source: Activation, target: Activation, height: int, first_last: Callable[[int], tuple[int, int]]
) -> Window | None:
    """Output row y reads the input rows first_last(y), clipped to the image.

    height: rows of the input image. None when either tensor is not split into its image rows.
    """
    if source.rows != height or (target.rows == 1 and height > 1 and not _single(target)):
        return None
    pairs = [first_last(y) for y in range(target.rows)]
    return np.clip(np.asarray(pairs, np.int32).reshape(-1, 2), 0, height - 1)


def _single(target: Activation) -> bool:
    """Whether one row is all the image has."""
    return len(target.shape) == 4 and target.shape[0] == 1 and target.shape[1] == 1


def image_rows(activation: Activation) -> int:
    """Rows of the image that one row of the schedule stands for: 1, or all of them where the tensor is not split.

    For an N-d tensor that is no image (N > 1, rank other than 4) it is 1: such a tensor is one row as a whole.
    """
    shape = activation.shape
    if len(shape) == 4 and shape[0] == 1 and activation.rows != shape[1]:
        return shape[1]
    return 1
