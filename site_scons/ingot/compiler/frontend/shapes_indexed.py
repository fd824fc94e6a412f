# SPDX-License-Identifier: Apache-2.0
"""The shapes of operators that choose or place elements by indexes."""

from __future__ import annotations

from ingot.compiler.frontend.arguments import Args, Result
from ingot.compiler.frontend.mismatch import Mismatch
from ingot.compiler.frontend.shapes_reduction import normal_axes, single_axis


def reverse(args: Args) -> Result:
    axes, shape = args.values(1), args.shape()
    if axes is not None and len(set(normal_axes(axes, len(shape)))) < len(axes):
        raise Mismatch(f"it turns an axis among {axes} twice")
    return [shape]


def cumsum(args: Args) -> Result:
    axes, shape = args.values(1), args.shape()
    if axes is not None:
        single_axis(axes, len(shape))
    return [shape]


def reverse_sequence(args: Args) -> Result:
    shape, lengths = args.shape(), args.shape(1)
    places = [int(args.op.attrs.get(name, 0)) for name in ("seq_dim", "batch_dim")]
    _, batch = normal_axes(places, len(shape))
    if lengths != (shape[batch],):
        raise Mismatch(f"its lengths {list(lengths)} do not fit axis {batch} of {list(shape)}")
    return [shape]


def dynamic_update_slice(args: Args) -> Result:
    shape, update, starts = args.shape(), args.shape(1), args.shape(2)
    fits = len(update) == len(shape) and all(part <= whole for part, whole in zip(update, shape, strict=False))
    if not fits or starts != (len(shape),):
        raise Mismatch(f"its update {list(update)} at {list(starts)} does not fit {list(shape)}")
    return [shape]


def gather_nd(args: Args) -> Result:
    shape, indexes = args.shape(), args.shape(1)
    if not indexes or indexes[-1] > len(shape):
        raise Mismatch(f"its indexes {list(indexes)} do not fit {len(shape)} dimensions")
    return [(*indexes[:-1], *shape[indexes[-1] :])]


def scatter_nd(args: Args) -> Result:
    shape, indexes, updates = args.values(2), args.shape(), args.shape(1)
    if shape is None:
        return [None]
    depth = indexes[-1] if indexes else 0
    if not indexes or depth > len(shape) or updates != (*indexes[:-1], *shape[depth:]):
        raise Mismatch(f"its indexes {list(indexes)} and updates {list(updates)} do not fit {shape}")
    return [tuple(shape)]


def top_k(args: Args) -> Result:
    shape, count = args.shape(), args.values(1)
    if not shape:
        raise Mismatch("its input has no dimension")
    if count is None or len(count) != 1:
        return [None, None]
    if not 0 <= count[0] <= shape[-1]:
        raise Mismatch(f"it takes {count[0]} of {shape[-1]} numbers")
    return [(*shape[:-1], count[0])] * 2


def one_hot(args: Args) -> Result:
    depth, indexes = args.values(1), args.shape()
    if depth is None or len(depth) != 1:
        return [None]
    axis = int(args.op.attrs.get("axis", -1))
    at = len(indexes) if axis == -1 else axis
    if not 0 <= at <= len(indexes) or depth[0] < 0:
        raise Mismatch(f"axis {axis} and depth {depth[0]} do not fit {list(indexes)}")
    return [(*indexes[:at], depth[0], *indexes[at:])]


def embedding_lookup(args: Args) -> Result:
    return [(*args.shape(0), *args.shape(1)[1:])]
