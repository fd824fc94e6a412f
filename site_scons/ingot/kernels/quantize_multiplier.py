"""Real multipliers as LiteRT stores them: a Q0.31 number and a power of two."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt


def quantize_multiplier(real: float) -> tuple[int, int]:
    """(multiplier, shift) with real ~ multiplier * 2^(shift - 31), multiplier in [2^30, 2^31) or 0.

    LiteRT's QuantizeMultiplier (kernels/internal/quantization_util.cc): frexp in double, rounded half away from zero.
    """
    if real == 0.0:
        return 0, 0
    mantissa, shift = math.frexp(real)
    scaled = mantissa * (1 << 31)
    fixed = math.floor(abs(scaled) + 0.5) * (1 if scaled >= 0 else -1)
    if fixed == 1 << 31:
        fixed //= 2
        shift += 1
    if shift < -31:
        return 0, 0
    if shift > 30:
        return (1 << 31) - 1, 30
    return fixed, shift


def quantize_multipliers(reals: Iterable[float]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The multipliers and shifts of several real numbers."""
    pairs = [quantize_multiplier(real) for real in reals]
    array = np.asarray(pairs, np.int64).reshape(-1, 2).astype(np.int32)
    return array[:, 0].copy(), array[:, 1].copy()
