# SPDX-License-Identifier: Apache-2.0
"""RESHAPE, SQUEEZE and EXPAND_DIMS against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models.movement import view
from support.models.trials import for_each_kind


@for_each_kind(view, ("RESHAPE", "SQUEEZE", "EXPAND_DIMS"), examples=10)
def test_view(kind: str, model: bytes) -> None:
    """Extents and axes that are given as negative numbers, or not at all."""
    check(model)
