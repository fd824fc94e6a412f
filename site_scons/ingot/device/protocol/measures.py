# SPDX-License-Identifier: Apache-2.0
"""How far outputs are from the reference's, in the measures that people know. Arrays are compared as real numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Measures:
    """rmse, mae, worst: in real units (quantized values times their scale). cosine: 1 for the same direction.

    agrees: the largest value is at the same place. equal: every byte is.
    """

    equal: bool
    rmse: float
    mae: float
    worst: float
    cosine: float
    agrees: bool


def measure(expected: Array, found: Array, scale: float = 1.0, zero_point: int = 0) -> Measures:
    """The measures of one output. scale, zero_point: of quantized values."""
    import numpy as np

    want = (expected.astype(np.float64) - zero_point).reshape(-1) * (scale or 1.0)
    got = (found.astype(np.float64) - zero_point).reshape(-1) * (scale or 1.0)
    error = np.abs(want - got)
    lengths = float(np.linalg.norm(want) * np.linalg.norm(got))
    same = expected.tobytes() == found.tobytes()
    return Measures(
        equal=same,
        rmse=float(np.sqrt(np.mean(error**2))) if error.size else 0.0,
        mae=float(error.mean()) if error.size else 0.0,
        worst=float(error.max()) if error.size else 0.0,
        cosine=float(want @ got) / lengths if lengths else float(np.array_equal(want, got)),
        agrees=not error.size or int(want.argmax()) == int(got.argmax()),
    )
