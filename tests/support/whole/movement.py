# SPDX-License-Identifier: Apache-2.0
"""Operators that only move numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from support.whole.maker import Impossible, Maker, Value

TYPES = ("int8", "int8", "int8", "int16", "float32", "int32", "uint8", "bool")


def _data(m: Maker, ranks: tuple[int, ...] = (4, 4, 4, 3, 2, 1, 5)) -> Value:
    return m.source(("int64",) if m.rarely(60) else TYPES, ranks)


def transpose(m: Maker, kind: str) -> None:
    x, order = _data(m, (4, 4, 3, 2, 5, 6, 1)), []
    for _ in x.shape:
        order.append(m.draw.choice([i for i in range(len(x.shape)) if i not in order]))
    given = [a - len(order) if m.rarely(30) else a for a in order]
    m.move(kind, [x, m.ints(given)], [[x.shape[i] for i in order]])


def slice_(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m)
    begin = [d.integer(0, n - 1) for n in x.shape]
    size = [d.integer(1, n - b) for n, b in zip(x.shape, begin, strict=True)]
    given = [-1 if s == n - b and d.integer(0, 1) else s for n, b, s in zip(x.shape, begin, size, strict=True)]
    m.move(kind, [x, m.ints(begin), m.ints(given)], [size])


def strided_slice(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m)
    used = len(x.shape) if not m.rarely(8) else d.integer(1, max(len(x.shape), 1))
    begin, end, steps, target = [], [], [], []
    masks = {"begin": d.integer(0, 31) & d.integer(0, 31), "end": d.integer(0, 31) & d.integer(0, 31), "shrink": 0}
    for i, n in enumerate(x.shape):
        if i >= used:
            target.append(n)
            continue
        begin.append(d.integer(-n - 1, n))
        end.append(d.integer(-n - 1, n + 1))
        steps.append(d.choice([1, 1, 1, 2, 3, -1, -2]))
        if m.rarely(6):
            masks["shrink"] |= 1 << i
            begin[i], steps[i] = d.integer(-n, n - 1), 1
            end[i] = begin[i] + 1 if begin[i] != -1 else n
            masks["begin"] &= ~(1 << i)
            continue
        taken = slice(
            None if masks["begin"] >> i & 1 else begin[i], None if masks["end"] >> i & 1 else end[i], steps[i]
        )
        count = len(range(*taken.indices(n)))
        if count == 0:
            begin[i], end[i], steps[i], count = 0, n, 1, n
            masks["begin"] &= ~(1 << i)
            masks["end"] &= ~(1 << i)
        target.append(count)
    options: dict[str, Any] = {f"{name}_mask": value for name, value in masks.items() if name != "shrink"}
    options["shrink_axis_mask"] = masks["shrink"]
    if m.rarely(30):
        options[d.choice(["ellipsis_mask", "new_axis_mask"])] = d.integer(1, 3)
    m.move(kind, [x, m.ints(begin), m.ints(end), m.ints(steps)], [target], **options)


def split(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m)
    axis = _axis(m, x)
    parts = d.choice([n for n in (1, 2, 3, 4) if x.shape[axis] % n == 0])
    target = [n // parts if i == axis else n for i, n in enumerate(x.shape)]
    given = d.choice([axis, axis - len(x.shape)])
    m.move(kind, [m.ints(given), x], [target] * parts, num_splits=parts)


def split_v(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m)
    axis, sizes = _axis(m, x), []
    left = x.shape[axis]
    while left and len(sizes) < 4:
        sizes.append(d.integer(1, left) if len(sizes) < 3 else left)
        left -= sizes[-1]
    given = list(sizes)
    if m.rarely(4):
        given[d.integer(0, len(given) - 1)] = -1
    targets = [[n if i == axis else e for i, e in enumerate(x.shape)] for n in sizes]
    where = d.choice([axis, axis - len(x.shape)])
    m.move(kind, [x, m.ints(given), m.ints(where)], targets, num_splits=len(sizes))


def _axis(m: Maker, x: Value) -> int:
    if not x.shape:
        raise Impossible
    return m.draw.integer(0, len(x.shape) - 1)


def unpack(m: Maker, kind: str) -> None:
    x = _data(m)
    axis = _axis(m, x)
    if x.shape[axis] > 8:
        raise Impossible
    target = x.shape[:axis] + x.shape[axis + 1 :]
    given = m.draw.choice([axis, axis - len(x.shape)])
    m.move(kind, [x], [target] * x.shape[axis], num=x.shape[axis], axis=given)


def tile(m: Maker, kind: str) -> None:
    x = _data(m)
    times = [m.draw.choice([1, 1, 2, 3]) for _ in x.shape]
    m.move(kind, [x, m.ints(times)], [[a * b for a, b in zip(x.shape, times, strict=True)]])


def broadcast_to(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m, (4, 3, 2, 1))
    target = [n if n > 1 else d.integer(1, 4) for n in x.shape]
    if len(target) < 5 and d.integer(0, 2) == 0:
        target.insert(0, d.integer(1, 3))
    m.move(kind, [x, m.ints(target)], [target])


def depth_space(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(("int8", "float32", "int32") if m.draw.integer(0, 6) else TYPES, (4,))
    n, h, w, c = x.shape
    if kind == "SPACE_TO_DEPTH":
        block = d.choice([k for k in (1, 2, 3, 4) if h % k == 0 and w % k == 0])
        target = (n, h // block, w // block, c * block * block)
    else:
        block = d.choice([k for k in (1, 2, 3, 4) if c % (k * k) == 0])
        target = (n, h * block, w * block, c // (block * block))
    m.move(kind, [x], [target], block_size=block)


def space_to_batch(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m, (4, 4, 3))
    blocks, pads, out = [], [], []
    for extent in x.shape[1:-1]:
        block = d.integer(1, 3)
        before = d.integer(0, 2)
        after = -(extent + before) % block
        blocks.append(block)
        pads.append([before, after])
        out.append((extent + before + after) // block)
    target = (x.shape[0] * int(np.prod(blocks)), *out, x.shape[-1])
    m.move(kind, [x, m.ints(blocks), m.ints(pads)], [target])


def batch_to_space(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m, (4, 4, 3))
    blocks, crops, out, left = [], [], [], x.shape[0]
    for extent in x.shape[1:-1]:
        block = d.choice([k for k in (1, 2, 3) if left % k == 0])
        left //= block
        crop = [d.integer(0, min(1, block * extent - 1)), 0]
        blocks.append(block)
        crops.append(crop)
        out.append(extent * block - sum(crop))
    m.move(kind, [x, m.ints(blocks), m.ints(crops)], [(left, *out, x.shape[-1])])


def concatenation(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m)
    axis, parts = _axis(m, x), [x]
    for _ in range(d.choice([0, 1, 1, 1, 2, 4])):
        extent = d.integer(1, 4)
        shape = tuple(extent if i == axis else n for i, n in enumerate(x.shape))
        alike = None if m.rarely(12) else x.quant
        parts.append(m.partner(x, [shape, x.shape], alike))
    d_axis = d.choice([axis, axis - len(x.shape)])
    total = [sum(p.shape[axis] for p in parts) if i == axis else n for i, n in enumerate(x.shape)]
    options: dict[str, Any] = {"fused_activation_function": "RELU"} if m.rarely(30) else {}
    if d.integer(0, 1):
        parts.reverse()
    m.emit(kind, parts, [(total, x.dtype, x.quant)], axis=d_axis, **options)


def pack(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m, (4, 3, 2, 1, 0))
    parts = [x, *(m.partner(x, [x.shape], x.quant) for _ in range(d.choice([0, 1, 1, 2, 3])))]
    axis = d.integer(0, len(x.shape))
    target = [*x.shape[:axis], len(parts), *x.shape[axis:]]
    given = d.choice([axis, axis - len(target)])
    m.emit(kind, parts, [(target, x.dtype, x.quant)], axis=given, values_count=len(parts))


def pad(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m)
    options: dict[str, Any] = {}
    if kind == "MIRROR_PAD":
        options["mode"] = d.choice(["REFLECT", "SYMMETRIC"])
        edge = int(options["mode"] == "REFLECT")
        pads = [[d.integer(0, min(2, n - edge)) for _ in range(2)] for n in x.shape]
    else:
        pads = [[d.choice([0, 0, 1, 2]) for _ in range(2)] for _ in x.shape]
    argument = m.constant(np.array(pads, np.int64 if m.rarely(15) else np.int32).reshape(-1, 2))
    inputs = [x, argument]
    if kind == "PADV2":
        quant = m.quant(x.dtype) if m.rarely(15) else x.quant
        inputs.append(m.constant(np.array(d.integer(0, 100), x.dtype).reshape(d.choice([(), (1,)])), quant))
    m.move(kind, inputs, [[n + sum(p) for n, p in zip(x.shape, pads, strict=True)]], **options)


def gather(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m)
    axis = _axis(m, x)
    batch = d.integer(0, axis) if m.rarely(4) else 0
    shape = (*x.shape[:batch], *(d.integer(1, 4) for _ in range(d.integer(0, 2))))
    target = (*x.shape[:axis], *shape[batch:], *x.shape[axis + 1 :])
    if m.rarely(5):
        scores = m.input((*shape, x.shape[axis]), "int8", (0.1, 0))
        [indexes] = m.emit("ARG_MAX", [scores, m.ints(len(shape))], [(shape, "int32", (None, 0))], output_type="int32")
    else:
        values = np.random.default_rng(d.integer(0, 9999)).integers(0, x.shape[axis], shape)
        indexes = m.constant(values.astype(np.int64 if m.rarely(15) else np.int32))
    given = d.choice([axis, axis, axis - len(x.shape)])
    m.move(kind, [x, indexes], [target], axis=given, batch_dims=batch)


def resize(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m, (4,))
    n, h, w, c = x.shape
    size = d.choice([(2 * h, 2 * w), (d.integer(1, 9), d.integer(1, 9)), (h, w), (1, 1)])
    align, half = d.choice([(False, False), (True, False), (False, True), (m.rarely(10), True)])
    m.move(kind, [x, m.ints(size)], [(n, *size, c)], align_corners=align, half_pixel_centers=half)


def view(m: Maker, kind: str) -> None:
    d, x = m.draw, _data(m, (4, 3, 2, 1, 5))
    if kind == "EXPAND_DIMS":
        axis = d.integer(0, len(x.shape))
        target = [*x.shape[:axis], 1, *x.shape[axis:]]
        m.move(kind, [x, m.ints(d.choice([axis, axis - len(target), [axis]]))], [target])
    elif kind == "SQUEEZE":
        ones = [i for i, n in enumerate(x.shape) if n == 1]
        chosen = [i for i in ones if d.integer(0, 1)]
        dims = [i - len(x.shape) if m.rarely(5) else i for i in chosen]
        gone = chosen or ones
        m.move(kind, [x], [[n for i, n in enumerate(x.shape) if i not in gone]], squeeze_dims=dims)
    else:
        left, target = int(np.prod(x.shape)), []
        for _ in range(d.integer(0, 4)):
            target.append(d.choice([n for n in (1, 2, 3, 4, 5) if left % n == 0]))
            left //= target[-1]
        target.append(left)
        given = list(target)
        if d.integer(0, 2) == 0:
            given[d.integer(0, len(given) - 1)] = -1
        if m.rarely(8):
            m.move(kind, [x], [target], new_shape=given)
        else:
            m.move(kind, [x, m.ints(given)], [target], **({"new_shape": given} if d.integer(0, 1) else {}))
