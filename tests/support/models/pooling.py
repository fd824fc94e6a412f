# SPDX-License-Identifier: Apache-2.0
"""Models of one AVERAGE_POOL_2D or MAX_POOL_2D."""

from __future__ import annotations

from support import tflite_builder
from support.models.dense import ACTIVATIONS
from support.models.draw import Draw

_SCALES: dict[str, tuple[float | None, ...]] = {"int8": (0.02, 0.1), "int16": (0.02, 0.0003), "float32": (None,)}


def pool(d: Draw, kind: str, dtype: str = "int8") -> bytes:
    """Random windows, strides, paddings and activations."""
    kernel = (d.integer(1, 5), d.integer(1, 5))
    padding = d.choice(("SAME", "VALID"))
    least = kernel if padding == "VALID" else (1, 1)
    channels = d.choice((1, 3, 16, 20, 33))
    wide = d.choice((0, 0, 40))
    shape = (d.choice((1, 1, 2)), least[0] + d.integer(0, 5), least[1] + d.integer(0, 5) + wide, channels)
    return tflite_builder.pool(
        kind,
        shape,
        kernel,
        (d.integer(1, 3), d.integer(1, 3)),
        padding,
        d.choice(ACTIVATIONS if dtype == "float32" else ("NONE", "RELU", "RELU6")),
        dtype,
        d.choice(_SCALES[dtype]),
        d.choice((-128, 0, 90)) if dtype == "int8" else 0,
    )
