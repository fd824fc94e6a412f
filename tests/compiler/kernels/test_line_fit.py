# SPDX-License-Identifier: Apache-2.0
"""Linear formulas in place of several roundings."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.compiler.kernels.line_fit import CODES, line_through


@pytest.mark.parametrize("slopes", [(0.5, 0.5), (0.5, -0.25), (1.75, 0.001), (1 / 3, 2 / 3), (40.0, 30.0)])
@pytest.mark.parametrize("start", [0.0, -128.0, 17.0])
def test_the_line_gives_every_result(slopes: tuple[float, float], start: float) -> None:
    """Ties away from zero before the zero point, which no exact slope gives; sums of 32 bits."""
    value = CODES[:, None] * slopes[0] + CODES * slopes[1]
    wanted = np.clip(np.sign(value) * np.floor(np.abs(value) + 0.5) + start, -128, 100).astype(np.int64)
    line = line_through(wanted, slopes, start + 0.5, (-128, 100))
    assert line is not None
    sums = CODES[:, None] * line.slope0 + CODES * line.slope1 + line.start
    assert np.array_equal(np.clip(sums >> line.shift, -128, 100), wanted)
    assert np.abs(sums).max() < 1 << 31


def test_results_on_no_line_have_none() -> None:
    wanted = np.broadcast_to(CODES * CODES % 100, (256, 256))
    assert line_through(wanted, (0.0, 0.5), 0.0, (-128, 127)) is None
