# SPDX-License-Identifier: Apache-2.0
"""L2_NORMALIZATION against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import nonlinear
from support.models.trials import for_each


@for_each(lambda d: nonlinear.l2_normalization(d, "int8"))
def test_int8(model: bytes) -> None:
    """1 to 200 numbers."""
    check(model)


@for_each(lambda d: nonlinear.l2_normalization(d, "float32"))
def test_float32(model: bytes) -> None:
    """1 to 200 numbers."""
    check(model)
