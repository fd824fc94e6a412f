# SPDX-License-Identifier: Apache-2.0
"""Element-wise operators on float32 arrays: one IEEE operation a step, the same on every machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import Operator

Floats = npt.NDArray[Any]

RELU_BOUNDS: dict[str, tuple[float | None, float | None]] = {
    "NONE": (None, None),
    "RELU": (0.0, None),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
    "RELU_0_TO_1": (0.0, 1.0),
}
BINARY = ("ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM")


def float_function(op: Operator, values: list[Floats]) -> Floats:
    """The operator on arrays that broadcast, fused activation included."""
    with np.errstate(all="ignore"):
        x = values[0]
        if op.kind in BINARY:
            functions: dict[str, Callable[[Floats, Floats], Floats]] = {
                "ADD": np.add,
                "SUB": np.subtract,
                "MUL": np.multiply,
                "DIV": np.divide,
                "MAXIMUM": _maximum,
                "MINIMUM": _minimum,
            }
            y = functions[op.kind](x, values[1])
        elif op.kind in RELU_BOUNDS:
            return _clamped(x, op.kind)
        elif op.kind == "LEAKY_RELU":
            y = np.where(x > 0, x, x * np.float32(op.attrs.get("alpha", 0.0)))
        else:
            y = {"ABS": np.abs, "NEG": np.negative, "SQUARE": np.square, "SQRT": np.sqrt}[op.kind](x)
        return _clamped(np.asarray(y, np.float32), op.attrs.get("activation", "NONE"))


def _maximum(a: Floats, b: Floats) -> Floats:
    """The second where neither is larger (a NaN, zeros of two signs), as in LiteRT's kernels/maximum_minimum.cc."""
    return np.where(a > b, a, b)


def _minimum(a: Floats, b: Floats) -> Floats:
    return np.where(a < b, a, b)


def _clamped(x: Floats, activation: str) -> Floats:
    """NaN and -0.0 stay what they are."""
    low, high = RELU_BOUNDS[activation]
    if low is not None:
        x = np.where(x < low, np.float32(low), x)
    return x if high is None else np.where(x > high, np.float32(high), x)
