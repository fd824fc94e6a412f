# SPDX-License-Identifier: Apache-2.0
"""MIRROR_PAD against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import movement
from support.models.trials import for_each


@for_each(movement.mirror_pad)
def test_mirror_pad(model: bytes) -> None:
    """Both modes, up to five dimensions."""
    check(model)
