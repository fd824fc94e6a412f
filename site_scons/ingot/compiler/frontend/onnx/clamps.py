# SPDX-License-Identifier: Apache-2.0
"""Relu and Clip behind an operator, which become the least and the largest number that it gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingot.compiler.even.formulas import quantize
from ingot.compiler.graph import Operator, Tensor


def bounds_of(op: Operator, tensors: Sequence[Tensor]) -> tuple[float, float] | None:
    """What a clamp lets through; None where the operator is none."""
    if op.kind == "RELU":
        return 0.0, np.inf
    if op.kind not in ("MAXIMUM", "MINIMUM"):
        return None
    data = [tensors[t].data for t in op.inputs if t is not None]
    constants = [d for d in data if d is not None and d.size == 1]
    if len(constants) != 1 or len(data) != 2:
        return None
    bound = float(constants[0].reshape(-1)[0])
    return (bound, np.inf) if op.kind == "MAXIMUM" else (-np.inf, bound)


def clamps_of(bounds: tuple[float, float], output: Tensor) -> tuple[int, int]:
    """The bounds as stored numbers of the output; those of its type where a bound is infinite."""
    limits = np.iinfo(output.dtype.numpy)
    low, high = (
        int(quantize(np.float32(bound), output.scale, output.zero_point, output.dtype))
        if np.isfinite(bound)
        else int(limit)
        for bound, limit in zip(bounds, (limits.min, limits.max), strict=True)
    )
    return low, high
