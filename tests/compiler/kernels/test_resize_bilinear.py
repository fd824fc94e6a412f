# SPDX-License-Identifier: Apache-2.0
"""RESIZE_BILINEAR against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import nonlinear
from support.models.trials import for_each


@for_each(lambda d: nonlinear.resize_bilinear(d, "int8"), examples=60)
def test_int8(model: bytes) -> None:
    """Three variants, several batches."""
    check(model)


@for_each(lambda d: nonlinear.resize_bilinear(d, "float32"))
def test_float32(model: bytes) -> None:
    """Equal to the bit."""
    check(model)
