# SPDX-License-Identifier: Apache-2.0
"""The shapes that operators make which move data: pieces, joins, new views of the same elements."""

from __future__ import annotations

import math

import numpy as np

from ingot.compiler.frontend.arguments import Args, Result
from ingot.compiler.frontend.mismatch import Mismatch
from ingot.compiler.frontend.shapes_reduction import normal_axes, single_axis
from ingot.compiler.frontend.strided_slice import strided_slice_shape
from ingot.compiler.graph import DType


def pairs_of(args: Args, position: int, rank: int) -> list[tuple[int, int]] | None:
    values = args.values(position)
    if values is None:
        return None
    if len(values) != 2 * rank or any(v < 0 for v in values):
        raise Mismatch(f"its paddings {values} are not {rank} pairs of counts")
    return list(zip(values[::2], values[1::2], strict=True))


def pad(args: Args) -> Result:
    shape = args.shape()
    pairs = pairs_of(args, 1, len(shape))
    if pairs is None:
        return [None]
    if args.op.kind == "MIRROR_PAD":
        reach = 0 if args.op.attrs.get("mode") == "SYMMETRIC" else 1
        if any(max(pair) > n - reach for pair, n in zip(pairs, shape, strict=True)):
            raise Mismatch(f"its paddings {pairs} are larger than the input {list(shape)}")
    return [tuple(n + before + after for n, (before, after) in zip(shape, pairs, strict=True))]


def reshape(args: Args) -> Result:
    """The shape is the second input, else the option; one extent of -1 is what the others leave (LiteRT's reshape.cc).

    A shape of [0] is that of a scalar in files of old converters.
    """
    count, extents = math.prod(args.shape()), args.values(1)
    if extents is None and args.tensor(1) is None:
        extents = list(args.op.attrs.get("new_shape", ())) or None
        if extents == [0]:
            extents = []
    if extents is None:
        if args.output().elements != count:
            raise Mismatch(f"{list(args.shape())} does not have as many elements as {list(args.output().shape)}")
        return [None]
    free, rest = extents.count(-1), math.prod(n for n in extents if n != -1)
    if free == 1 and rest > 0:
        extents = [count // rest if n == -1 else n for n in extents]
    if free > 1 or min(extents, default=0) < 0 or math.prod(extents) != count:
        raise Mismatch(f"{list(args.shape())} does not have as many elements as {extents}")
    return [tuple(extents)]


def squeeze(args: Args) -> Result:
    """Without the named axes, which must have one element; without all such axes when none is named."""
    shape = args.shape()
    gone = set(normal_axes(list(args.op.attrs.get("squeeze_dims", ())), len(shape)))
    if any(shape[axis] != 1 for axis in gone):
        raise Mismatch(f"it squeezes the axes {sorted(gone)} of {list(shape)}, which have more than one element")
    return [tuple(n for axis, n in enumerate(shape) if not (axis in gone if gone else n == 1))]


def expand_dims(args: Args) -> Result:
    axes = args.values(1)
    if axes is None:
        if args.output().elements != math.prod(args.shape()):
            raise Mismatch(f"{list(args.shape())} does not have as many elements as {list(args.output().shape)}")
        return [None]
    rank = len(args.shape()) + 1
    axis = single_axis(axes, rank)
    shape = list(args.shape())
    shape.insert(axis, 1)
    return [tuple(shape)]


def shape(args: Args) -> Result:
    return [(len(args.shape()),)]


def rank(args: Args) -> Result:
    return [()]


def concatenation(args: Args) -> Result:
    axis, first = args.op.attrs["axis"], args.shape()
    for position in range(len(args)):
        shape = args.shape(position)
        if shape[:axis] != first[:axis] or shape[axis + 1 :] != first[axis + 1 :] or len(shape) != len(first):
            raise Mismatch(f"its inputs {list(first)} and {list(shape)} differ outside axis {axis}")
    return [(*first[:axis], sum(args.shape(i)[axis] for i in range(len(args))), *first[axis + 1 :])]


def pack(args: Args) -> Result:
    first = args.shape()
    if any(args.shape(i) != first for i in range(len(args))):
        raise Mismatch("its inputs differ in shape")
    axis = args.op.attrs["axis"]
    return [(*first[:axis], len(args), *first[axis:])]


def unpack(args: Args) -> Result:
    axis, shape = args.op.attrs["axis"], args.shape()
    if shape[axis] != len(args.op.outputs):
        raise Mismatch(f"it unpacks {shape[axis]} parts into {len(args.op.outputs)} outputs")
    return [shape[:axis] + shape[axis + 1 :]] * len(args.op.outputs)


def split(args: Args) -> Result:
    axes, shape = args.values(0), args.shape(1)
    if axes is None:
        return [None] * len(args.op.outputs)
    axis = single_axis(axes, len(shape))
    parts = len(args.op.outputs)
    if shape[axis] % parts:
        raise Mismatch(f"an extent of {shape[axis]} does not split into {parts} equal parts")
    return [(*shape[:axis], shape[axis] // parts, *shape[axis + 1 :])] * parts


def split_v(args: Args) -> Result:
    sizes, axes, shape = args.values(1), args.values(2), args.shape()
    parts = len(args.op.outputs)
    if sizes is None or axes is None:
        return [None] * parts
    axis = single_axis(axes, len(shape))
    rest = shape[axis] - sum(s for s in sizes if s != -1)
    sizes = [rest if s == -1 else s for s in sizes]
    if len(sizes) != parts or sum(sizes) != shape[axis] or min(sizes) < 0:
        raise Mismatch(f"an extent of {shape[axis]} does not split into {sizes}")
    return [(*shape[:axis], s, *shape[axis + 1 :]) for s in sizes]


def slice_(args: Args) -> Result:
    begin, size, shape = args.values(1), args.values(2), args.shape()
    if begin is None or size is None:
        return [None]
    if not len(begin) == len(size) == len(shape):
        raise Mismatch(f"its begin and size do not fit {len(shape)} dimensions")
    result = tuple(n - b if s == -1 else s for n, b, s in zip(shape, begin, size, strict=True))
    if any(b < 0 or s < 0 or b + s > n for n, b, s in zip(shape, begin, result, strict=True)):
        raise Mismatch(f"its slice from {begin} of size {size} is outside {list(shape)}")
    return [result]


def strided_slice(args: Args) -> Result:
    begin, end, strides = (args.values(i) for i in (1, 2, 3))
    if begin is None or end is None or strides is None:
        return [None]
    return [strided_slice_shape(args.shape(), begin, end, strides, args.op)]


def gather(args: Args) -> Result:
    axis, batch = args.op.attrs.get("axis", 0), args.op.attrs.get("batch_dims", 0)
    shape, indexes = args.shape(0), args.shape(1)
    if shape[:batch] != indexes[:batch]:
        raise Mismatch(f"its batches {list(shape[:batch])} and {list(indexes[:batch])} differ")
    values = args.values(1)
    if values is not None and any(not 0 <= v < shape[axis] for v in values):
        raise Mismatch(f"an index is outside the extent {shape[axis]}")
    return [(*shape[:axis], *indexes[batch:], *shape[axis + 1 :])]


def tile(args: Args) -> Result:
    multiples, shape = args.values(1), args.shape()
    if multiples is None:
        return [None]
    if len(multiples) != len(shape) or any(m < 0 for m in multiples):
        raise Mismatch(f"its multiples {multiples} do not fit {len(shape)} dimensions")
    return [tuple(n * m for n, m in zip(shape, multiples, strict=True))]


def fill(args: Args) -> Result:
    shape = args.values(0)
    if shape is not None and any(n < 0 for n in shape):
        raise Mismatch(f"it fills a negative shape {shape}")
    return [None if shape is None else tuple(shape)]


def broadcast_to(args: Args) -> Result:
    shape = args.values(1)
    if shape is None:
        return [None]
    try:
        fits = min(shape, default=0) >= 0 and np.broadcast_shapes(args.shape(), tuple(shape)) == tuple(shape)
    except ValueError:
        fits = False
    if not fits:
        raise Mismatch(f"its input {list(args.shape())} does not broadcast to {shape}")
    return [tuple(shape)]


def range_(args: Args) -> Result:
    tensors = [args.tensor(i) for i in range(3)]
    if any(t is None or t.dtype is DType.FLOAT32 or t.elements != 1 for t in tensors):
        return [None]
    values = [args.values(i) for i in range(3)]
    if any(v is None for v in values):
        return [None]
    start, limit, step = (v[0] for v in values if v)
    if step == 0:
        raise Mismatch("its step is 0")
    return [(max(-(-(limit - start) // step), 0),)]


def transpose(args: Args) -> Result:
    order, shape = args.values(1), args.shape()
    if order is None:
        return [None]
    order = normal_axes(order, len(shape))
    if sorted(order) != list(range(len(shape))):
        raise Mismatch(f"{order} is no permutation of {len(shape)} axes")
    return [tuple(shape[i] for i in order)]
