# SPDX-License-Identifier: Apache-2.0
"""PRELU against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import elementwise
from support.models.trials import for_each


@for_each(lambda d: elementwise.prelu(d, "int8"))
def test_int8(model: bytes) -> None:
    """Slopes for each channel, element, or one."""
    check(model)


@for_each(lambda d: elementwise.prelu(d, "float32"))
def test_float32(model: bytes) -> None:
    """Slopes for each channel, element, or one."""
    check(model)
