# SPDX-License-Identifier: Apache-2.0
"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import movement
from support.models.trials import for_each


@for_each(movement.space_to_batch)
def test_space_to_batch(model: bytes) -> None:
    """With padding."""
    check(model)


@for_each(movement.batch_to_space)
def test_batch_to_space(model: bytes) -> None:
    """With crops."""
    check(model)
