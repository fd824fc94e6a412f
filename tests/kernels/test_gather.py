"""GATHER against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import movement
from support.models.trials import for_each


@for_each(movement.gather)
def test_gather(model: bytes) -> None:
    """Any axis, with batches."""
    check(model)
