# SPDX-License-Identifier: Apache-2.0
"""Real multipliers as LiteRT stores them: a Q0.31 number and a power of two."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ingot.compiler.passes.fixed_point import quantize_multiplier

__all__ = ["quantize_multiplier", "quantize_multipliers"]


def quantize_multipliers(reals: Iterable[float]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The multipliers and shifts of several real numbers."""
    pairs = [quantize_multiplier(real) for real in reals]
    array = np.asarray(pairs, np.int64).reshape(-1, 2).astype(np.int32)
    return array[:, 0].copy(), array[:, 1].copy()
