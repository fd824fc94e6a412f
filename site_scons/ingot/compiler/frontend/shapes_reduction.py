# SPDX-License-Identifier: Apache-2.0
"""The shapes that reductions along axes make."""

from __future__ import annotations

from ingot.compiler.frontend.arguments import Args, Result
from ingot.compiler.frontend.mismatch import Mismatch


def normal_axes(values: list[int], rank: int) -> list[int]:
    if any(not -rank <= v < rank for v in values):
        raise Mismatch(f"an axis among {values} does not exist in {rank} dimensions")
    return [v % rank for v in values]


def single_axis(axes: list[int], rank: int) -> int:
    """The axis of an operator that has one. Raises Mismatch."""
    if len(axes) != 1:
        raise Mismatch(f"its axis is {axes}, not one number")
    return normal_axes(axes, rank)[0]


def reduce(args: Args) -> Result:
    axes = args.values(1)
    if axes is None:
        return [None]
    shape = args.shape()
    gone = set(normal_axes(axes, len(shape))) if shape else set()
    if args.op.attrs.get("keep_dims"):
        return [tuple(1 if i in gone else n for i, n in enumerate(shape))]
    return [tuple(n for i, n in enumerate(shape) if i not in gone)]


def arg(args: Args) -> Result:
    axes = args.values(1)
    if axes is None:
        return [None]
    gone = single_axis(axes, len(args.shape()))
    return [tuple(n for i, n in enumerate(args.shape()) if i != gone)]
