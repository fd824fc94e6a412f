# SPDX-License-Identifier: Apache-2.0
"""PAD and PADV2 against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import movement
from support.models.trials import for_each


@for_each(movement.pad, examples=60)
def test_pad(model: bytes) -> None:
    """Up to five dimensions, all types, without the passes that fold it."""
    check(model, optimized=False)
