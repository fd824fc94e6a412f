# SPDX-License-Identifier: Apache-2.0
"""CONCATENATION and PACK against LiteRT's reference kernels."""

from __future__ import annotations

import pytest

from ingot.compiler.compile import CompileOptions
from ingot.compiler.schedule import choice
from support.differential import check, check_network
from support.models import movement
from support.models.heads import two_heads
from support.models.trials import for_each
from support.tflite_builder import Builder


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


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["CONCATENATION", "PACK"])
def test_one_image_several_times(kind: str) -> None:
    """Each place reads its rows again: a ring that holds only what the last place needs would have lost them."""
    b = Builder()
    x, other = (b.input((1, 5, 3, 8), "int8", 0.1, -3) for _ in range(2))
    inner = b.tensor((1, 5, 3, 8), "int8", 0.1, -3)
    b.operator("MAXIMUM", [x, other], [inner])
    parts = [inner, other, inner, inner]
    if kind == "PACK":
        y = b.tensor((4, 1, 5, 3, 8), "int8", 0.1, -3)
        b.operator(kind, parts, [y], axis=0, values_count=4)
    else:
        y = b.tensor((1, 20, 3, 8), "int8", 0.1, -3)
        b.operator(kind, parts, [y], axis=1)
    model = b.finish([y])
    check(model)
    check_network(model, CompileOptions(optimize="ram"))


@pytest.mark.parametrize(
    ("options", "copied", "placed"),
    [
        (CompileOptions(), 11_632, 10_448),
        (CompileOptions(optimize="ram"), 11_632, 10_448),
        (CompileOptions(fuse=False), 18_816, 11_216),
    ],
    ids=["balanced", "ram", "unfused"],
)
def test_two_heads(options: CompileOptions, copied: int, placed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is made where it belongs in the result: no CONCATENATION is left."""
    network = check_network(two_heads(), options)
    assert network.peak == placed
    assert not any(kernel.startswith("concat") for kernel in network.kernels)
    epochs = [layer.epoch for layer in network.layers if layer.kind == "CONCATENATION"]
    assert len(epochs) == 2 and min(epochs) > 0
    monkeypatch.setattr(choice, "with_places", lambda program, *_: program)
    assert check_network(two_heads(), options).peak == copied
