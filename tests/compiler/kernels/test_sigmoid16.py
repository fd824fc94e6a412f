# SPDX-License-Identifier: Apache-2.0
"""LOGISTIC and TANH of int16 against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import nonlinear
from support.models.trials import for_each


@for_each(lambda d: nonlinear.sigmoid16(d, "LOGISTIC"))
def test_logistic(model: bytes) -> None:
    """Scales that are powers of two, and others."""
    check(model)


@for_each(lambda d: nonlinear.sigmoid16(d, "TANH"))
def test_tanh(model: bytes) -> None:
    """Scales that are powers of two, and others."""
    check(model)
