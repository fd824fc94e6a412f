# SPDX-License-Identifier: Apache-2.0
"""Operators that only move numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from support.models.draw import Draw, image, numbers, quantization, shape
from support.tflite_builder import Builder

Shape = Sequence[int]
TYPES = ("int8", "int8", "int16", "float32", "int32")


def _model(
    d: Draw,
    kind: str,
    source: Shape,
    targets: Sequence[Shape],
    constants: Sequence[Any] = (),
    types: Sequence[str] = TYPES,
    **options: Any,
) -> bytes:
    """One operator with one data input and int32 constants behind it."""
    b, dtype = Builder(), d.choice(types)
    q = quantization(d, dtype)
    inputs = [b.input(source, dtype, *q), *(b.constant(np.array(c, np.int32)) for c in constants)]
    outputs = [b.tensor(t, dtype, *q) for t in targets]
    b.operator(kind, inputs, outputs, **options)
    return b.finish(outputs)


def transpose(d: Draw) -> bytes:
    source = shape(d)
    order: list[int] = []
    for _ in source:
        order.append(d.choice([i for i in range(len(source)) if i not in order]))
    return _model(d, "TRANSPOSE", source, [[source[i] for i in order]], [order])


def slice_(d: Draw) -> bytes:
    source = shape(d)
    begin = [d.integer(0, n - 1) for n in source]
    size = [d.integer(1, n - b) for n, b in zip(source, begin, strict=True)]
    return _model(d, "SLICE", source, [size], [begin, size])


def strided_slice(d: Draw) -> bytes:
    """STRIDED_SLICE with masks, negative steps and indexes beyond the ends; never empty."""
    source = shape(d)
    steps = [d.choice([1, 1, 2, 3, -1, -2]) for _ in source]
    begin, end = [d.integer(-n, n - 1) for n in source], [d.integer(-n - 1, n + 1) for n in source]
    masks = [d.integer(0, 31), d.integer(0, 31)]
    shrink = d.choice([0, 0, 1 << d.integer(0, len(source) - 1)])
    target = []
    for i, n in enumerate(source):
        if shrink >> i & 1:
            steps[i], begin[i] = 1, d.integer(0, n - 1)
            masks[0] &= ~(1 << i)
            continue
        taken = slice(None if masks[0] >> i & 1 else begin[i], None if masks[1] >> i & 1 else end[i], steps[i])
        count = len(range(*taken.indices(n)))
        if count == 0:
            steps[i], count = 1, n
            masks = [mask | 1 << i for mask in masks]
        target.append(count)
    return _model(
        d,
        "STRIDED_SLICE",
        source,
        [target],
        [begin, end, steps],
        begin_mask=masks[0],
        end_mask=masks[1],
        shrink_axis_mask=shrink,
    )


def split(d: Draw) -> bytes:
    source, parts = list(shape(d)), d.integer(1, 4)
    axis = d.integer(0, len(source) - 1)
    target = list(source)
    source[axis] *= parts
    b, dtype = Builder(), d.choice(TYPES)
    q = quantization(d, dtype)
    where = b.constant(np.array(d.choice([axis, axis - len(source)]), np.int32))
    x = b.input(source, dtype, *q)
    outputs = [b.tensor(target, dtype, *q) for _ in range(parts)]
    b.operator("SPLIT", [where, x], outputs, num_splits=parts)
    return b.finish(outputs)


def split_v(d: Draw) -> bytes:
    source = list(shape(d))
    axis, sizes = d.integer(0, len(source) - 1), [d.integer(1, 4) for _ in range(d.integer(1, 3))]
    source[axis] = sum(sizes)
    targets = [[*source[:axis], n, *source[axis + 1 :]] for n in sizes]
    return _model(d, "SPLIT_V", source, targets, [sizes, axis], num_splits=len(sizes))


def unpack(d: Draw) -> bytes:
    source = list(shape(d, (1, 2, 3, 4, 5)))
    axis = d.integer(0, len(source) - 1)
    target = source[:axis] + source[axis + 1 :]
    return _model(d, "UNPACK", source, [target] * source[axis], num=source[axis], axis=axis)


def tile(d: Draw) -> bytes:
    source = shape(d, (4, 4, 3, 2))
    times = [d.choice([1, 1, 2, 3]) for _ in source]
    return _model(d, "TILE", source, [[a * b for a, b in zip(source, times, strict=True)]], [times])


def broadcast_to(d: Draw) -> bytes:
    target = shape(d, (4, 3, 2))
    return _model(d, "BROADCAST_TO", [n if d.integer(0, 1) else 1 for n in target], [target], [target])


def space_to_depth(d: Draw) -> bytes:
    big, small, block = _blocks(d)
    return _model(d, "SPACE_TO_DEPTH", big, [small], types=("int8", "float32"), block_size=block)


def depth_to_space(d: Draw) -> bytes:
    big, small, block = _blocks(d)
    return _model(d, "DEPTH_TO_SPACE", small, [big], types=("int8", "float32"), block_size=block)


def _blocks(d: Draw) -> tuple[Shape, Shape, int]:
    block, n = d.integer(1, 3), d.choice([1, 1, 2])
    h, w, c = (d.integer(1, 4) for _ in range(3))
    return (n, h * block, w * block, c), (n, h, w, c * block * block), block


def concatenation(d: Draw) -> bytes:
    """Up to 16 inputs along any axis, some of them constant."""
    base = list(shape(d))
    axis = d.integer(0, len(base) - 1)
    extents = [d.integer(1, 4) for _ in range(d.choice([1, 2, 2, 3, 5, 16]))]
    parts = [[*base[:axis], n, *base[axis + 1 :]] for n in extents]
    target = [*base[:axis], sum(extents), *base[axis + 1 :]]
    return _joined(d, "CONCATENATION", parts, target, axis=axis)


def heads(d: Draw) -> bytes:
    """Images of different sizes and one number of channels, as flat tensors one after the other; some constant."""
    b, dtype, channels = Builder(), d.choice(TYPES), d.integer(1, 4)
    q, inputs, total = quantization(d, dtype), [], 0
    for number in range(d.choice([2, 2, 3, 5])):
        source = (*image(d)[:3], channels)
        flat = (1, source[1] * source[2], channels)
        total += flat[1]
        if number and not d.integer(0, 4):
            inputs.append(b.constant(numbers(d, flat, dtype), *q))
            continue
        inputs.append(b.tensor(flat, dtype, *q))
        b.operator("RESHAPE", [b.input(source, dtype, *q), b.constant(np.array(flat, np.int32))], inputs[-1:])
    output = b.tensor((1, total, channels), dtype, *q)
    b.operator("CONCATENATION", inputs, [output], axis=1)
    return b.finish([output])


def pack(d: Draw) -> bytes:
    base, count = list(shape(d, (4, 4, 3, 2, 1))), d.choice([1, 2, 2, 3, 5, 16])
    axis = d.integer(0, len(base))
    target = [*base[:axis], count, *base[axis:]]
    return _joined(d, "PACK", [base] * count, target, axis=axis, values_count=count)


def _joined(d: Draw, kind: str, parts: Sequence[Shape], target: Shape, **options: Any) -> bytes:
    b, dtype = Builder(), d.choice(TYPES)
    q = quantization(d, dtype)
    constant = [not d.integer(0, 4) for _ in parts]
    constant[-1] = False
    inputs = [
        b.constant(numbers(d, part, dtype), *q) if fixed else b.input(part, dtype, *q)
        for part, fixed in zip(parts, constant, strict=True)
    ]
    output = b.tensor(target, dtype, *q)
    b.operator(kind, inputs, [output], **options)
    return b.finish([output])


def pad(d: Draw) -> bytes:
    """PAD and PADV2 of up to five dimensions."""
    source = d.choice([image(d), shape(d)])
    pads = [[d.choice([0, 0, 1, 2]) for _ in range(2)] for _ in source]
    if len(source) == 4 and d.integer(0, 3):
        pads[0] = [0, 0]
    b, dtype = Builder(), d.choice(["int8", "int8", "int16", "float32"])
    q = quantization(d, dtype)
    inputs = [b.input(source, dtype, *q), b.constant(np.array(pads, np.int32))]
    kind = d.choice(["PAD", "PADV2"])
    if kind == "PADV2":
        inputs.append(b.constant(np.array([d.integer(-100, 100)], dtype), *q))
    target = b.tensor([n + sum(p) for n, p in zip(source, pads, strict=True)], dtype, *q)
    b.operator(kind, inputs, [target])
    return b.finish([target])


def mirror_pad(d: Draw) -> bytes:
    source = shape(d)
    mode = d.choice(["REFLECT", "SYMMETRIC"])
    edge = int(mode == "REFLECT")
    pads = [[d.integer(0, min(3, n - edge)) for _ in range(2)] for n in source]
    if len(source) == 4 and d.integer(0, 2):
        pads[0] = [0, 0]
    target = [n + sum(p) for n, p in zip(source, pads, strict=True)]
    return _model(d, "MIRROR_PAD", source, [target], [pads], types=("int8", "float32", "int32"), mode=mode)


def space_to_batch(d: Draw) -> bytes:
    """SPACE_TO_BATCH_ND with padding, of three and four dimensions."""
    small, blocks, edges, big = _batches(d)
    return _model(d, "SPACE_TO_BATCH_ND", big, [small], [blocks, edges], types=("int8", "float32"))


def batch_to_space(d: Draw) -> bytes:
    """BATCH_TO_SPACE_ND with crops, of three and four dimensions."""
    small, blocks, edges, big = _batches(d)
    return _model(d, "BATCH_TO_SPACE_ND", small, [big], [blocks, edges], types=("int8", "float32"))


def _batches(d: Draw) -> tuple[Shape, list[int], list[list[int]], Shape]:
    """(many small images, blocks, padding or crops, few large images)."""
    spatial = d.choice([1, 2, 2])
    blocks = [d.integer(1, 3) for _ in range(spatial)]
    extents = [d.integer(1, 4) for _ in range(spatial)]
    edges = []
    for block, extent in zip(blocks, extents, strict=True):
        before = d.integer(0, min(2, block * extent - 1))
        edges.append([before, d.integer(0, min(2, block * extent - 1 - before))])
    n, c = d.choice([1, 1, 2]), d.integer(1, 5)
    wide = [b * e - sum(edge) for b, e, edge in zip(blocks, extents, edges, strict=True)]
    return (n * int(np.prod(blocks)), *extents, c), blocks, edges, (n, *wide, c)


def gather(d: Draw, *, computed_indexes: bool = False) -> bytes:
    """GATHER along any axis, with and without batches. Computed indexes (of ARG_MAX, which keeps them inside the axis)
    choose from an input or from a constant table.
    """
    source = shape(d)
    axis = d.integer(0, len(source) - 1)
    batch_dims = d.integer(0, axis) if d.integer(0, 2) == 0 else 0
    indexes = (*source[:batch_dims], *(d.integer(1, 4) for _ in range(d.integer(0, 2))))
    target = (*source[:axis], *indexes[batch_dims:], *source[axis + 1 :])
    b, dtype = Builder(), d.choice(TYPES)
    q = quantization(d, dtype)
    if computed_indexes:
        chosen = b.tensor(indexes, "int32")
        last = b.constant(np.array(len(indexes), np.int32))
        b.operator("ARG_MAX", [b.input((*indexes, source[axis]), "int8", 0.1), last], [chosen], output_type="int32")
        table = d.choice([True, True, False])
        data = b.constant(numbers(d, source, dtype), *q) if table else b.input(source, dtype, *q)
    else:
        values = np.random.default_rng(d.integer(0, 9999)).integers(0, source[axis], indexes).astype(np.int32)
        data, chosen = b.input(source, dtype, *q), b.constant(values)
    out = b.tensor(target, dtype, *q)
    b.operator("GATHER", [data, chosen], [out], axis=axis, batch_dims=batch_dims)
    return b.finish([out])


def cast(d: Draw) -> bytes:
    """CAST between all types but from float32 beyond the target's range."""
    b, one = Builder(), image(d)
    types = [d.choice(["int8", "uint8", "int16", "int32", "float32", "int64", "bool"]) for _ in range(2)]
    out = b.tensor(one, types[1])
    b.operator("CAST", [b.input(one, types[0])], [out], in_data_type=types[0], out_data_type=types[1])
    return b.finish([out])


def view(d: Draw, kind: str) -> bytes:
    """RESHAPE, SQUEEZE, EXPAND_DIMS: the same bytes under another shape."""
    source = list(shape(d, (2, 3, 4)))
    if kind == "EXPAND_DIMS":
        axis = d.integer(0, len(source))
        target = [*source[:axis], 1, *source[axis:]]
        return _model(d, kind, source, [target], [d.choice([axis, axis - len(target)])])
    if kind == "SQUEEZE":
        ones = [i for i in range(len(source)) if d.integer(0, 1)] or [0]
        source = [1 if i in ones else n + 1 for i, n in enumerate(source)]
        target = [n for i, n in enumerate(source) if i not in ones]
        return _model(d, kind, source, [target], squeeze_dims=d.choice([ones, []]))
    target = [source[0] * source[1], *source[2:]][:: d.choice([1, -1])]
    given = [-1 if i == 0 and d.integer(0, 1) else n for i, n in enumerate(target)]
    return _model(d, kind, source, [target], [given])
