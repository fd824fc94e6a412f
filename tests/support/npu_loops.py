# SPDX-License-Identifier: Apache-2.0
"""What the NPU's units compute, by loops and plain formulas; and a CONVACC's registers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from support.npu_build import registers

Array = npt.NDArray[Any]


def by_loops(frame: Array, kernels: Array, stride: tuple[int, int] = (1, 1)) -> Array:
    """(rows, columns, kernels) of a frame that is padded already."""
    count, rows, columns, _ = kernels.shape
    height = (frame.shape[0] - rows) // stride[0] + 1
    width = (frame.shape[1] - columns) // stride[1] + 1
    out = np.zeros((height, width, count), np.int64)
    for y in range(height):
        for x in range(width):
            window = frame[y * stride[0] :, x * stride[1] :][:rows, :columns]
            for k in range(count):
                out[y, x, k] = int((window.astype(np.int64) * kernels[k]).sum())
    return out


def held(values: Array, size: int = 2) -> Array:
    """Inside so many bytes."""
    return np.clip(values, -(1 << (8 * size - 1)), (1 << (8 * size - 1)) - 1)


def shifted(values: Array, shift: int) -> Array:
    """Rounded, halves away from zero."""
    half = (1 << shift) >> 1
    return np.where(values < 0, -((-values + half) >> shift), (values + half) >> shift)


def convacc(height: int, width: int, depth: int, count: int, rows: int, columns: int, **fields: int) -> Any:
    """Registers of a CONVACC without crop."""
    sizes = {"KW": columns, "KH": rows, "BTCDEPTH": depth, "NR": count, "W": width * depth, "H": height}
    crops = {"RCROP": width * depth - 1, "BCROP": height - 1}
    return registers("CONVACC", **(sizes | crops | fields))
