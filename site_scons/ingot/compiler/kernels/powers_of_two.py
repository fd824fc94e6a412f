# SPDX-License-Identifier: Apache-2.0
"""Scales that are powers of two, which some of LiteRT's int16 kernels treat apart."""

from __future__ import annotations

import math


def exact_log2(scale: float) -> int | None:
    """LiteRT's CheckedLog2: the rounded logarithm where it is within 0.001 of the true one."""
    log = math.log(scale) * (1.0 / math.log(2.0))
    rounded = math.floor(log + 0.5)
    return rounded if abs(log - rounded) < 1e-3 else None
