# SPDX-License-Identifier: Apache-2.0
"""The measures of an output, against figures computed by hand."""

import numpy as np
import pytest

from ingot.device.protocol.measures import measure


def test_by_hand() -> None:
    found = measure(np.array([0, 10, -6], np.int8), np.array([2, 10, -2], np.int8), 0.5, 0)
    assert not found.equal and found.agrees
    assert found.worst == 2.0 and found.mae == 1.0
    assert found.rmse == pytest.approx((5 / 3) ** 0.5)
    assert found.cosine == pytest.approx((5 * 5 + 3) / (34**0.5 * 27**0.5))


def test_equal_and_opposite() -> None:
    one = np.array([[1.0, -2.0]], np.float32)
    assert measure(one, one).equal and measure(one, one).cosine == pytest.approx(1)
    assert measure(one, -one).cosine == pytest.approx(-1) and not measure(one, -one).agrees
    assert measure(one * 0, one * 0).cosine == 1.0
