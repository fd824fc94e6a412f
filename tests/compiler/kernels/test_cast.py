# SPDX-License-Identifier: Apache-2.0
"""CAST against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import movement
from support.models.trials import for_each


@for_each(movement.cast, examples=60)
def test_cast(model: bytes) -> None:
    """All pairs of types."""
    check(model)
