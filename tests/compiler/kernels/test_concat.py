"""CONCATENATION and PACK against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import movement
from support.models.trials import for_each


@for_each(movement.concatenation)
def test_concatenation(model: bytes) -> None:
    """Any axis, up to 16 inputs, some constant."""
    check(model)


@for_each(movement.heads)
def test_flat_images(model: bytes) -> None:
    """Each has rows of its own; those of the output are pieces of them."""
    check(model)


@for_each(movement.pack)
def test_pack(model: bytes) -> None:
    """A new axis anywhere."""
    check(model)


@for_each(movement.concatenation)
def test_concatenation_unoptimized(model: bytes) -> None:
    """Without the passes that make a view of a single input."""
    check(model, optimized=False)


@for_each(movement.pack)
def test_pack_unoptimized(model: bytes) -> None:
    """Without the passes that make a view of a single input."""
    check(model, optimized=False)
