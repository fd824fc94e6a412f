# SPDX-License-Identifier: Apache-2.0
"""Functions of one byte as tables of parabolas: near for every scale, and always as large."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.st.npu.codegen.functions import fitted
from ingot.st.npu.codegen.layers import Refusal


def sigmoid(scale: float, zero: int) -> np.ndarray:
    real = np.clip((np.arange(-128, 128) - zero) * scale, -40, 40)
    return np.clip(np.round(256 / (1 + np.exp(-real)) - 128), -128, 127).astype(np.int64)


@pytest.mark.parametrize(("scale", "zero"), [(0.004, -128), (0.1, 3), (0.6, 0), (1.0, 77), (8.0, -60)])
def test_any_scale_is_near_and_writes_the_same_words(scale: float, zero: int) -> None:
    """So a retrained model's program has the same size: what is steep has more pieces, of the 64 that there are."""
    made, off = fitted(sigmoid(scale, zero))
    assert off <= 1
    assert set(made.words) == set(fitted(sigmoid(0.05, 0))[0].words)


def test_what_is_steep_everywhere_is_refused() -> None:
    saw = np.where(np.arange(256) % 2, 127, -128).astype(np.int64)
    with pytest.raises(Refusal, match="too steep"):
        fitted(saw)
