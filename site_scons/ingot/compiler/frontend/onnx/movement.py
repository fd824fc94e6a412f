# SPDX-License-Identifier: Apache-2.0
"""Operators that only move or rename numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ingot.compiler.frontend.onnx.proto import Node
from ingot.compiler.frontend.onnx.reading import Reading, Result, ints, option, reads
from ingot.compiler.frontend.onnx.values import (
    Constant,
    Shape,
    Value,
    flattened_columns,
    order_after_reshape,
    same_order,
    transposed,
)

_PASSED_ON = ("QuantizeLinear", "DequantizeLinear", "Identity")


@reads("Identity", "Dropout")
def identity(reading: Reading, node: Node) -> Sequence[Result]:
    return [reading.get(node, 0)]


@reads("Transpose")
def transpose(reading: Reading, node: Node) -> Sequence[Result]:
    """A renaming of axes; bytes move where an operator wants them in another order."""
    source = reading.get(node, 0)
    rank = len(source.shape)
    axes = tuple(reading.axis(node, int(a), rank) for a in option(node, "perm", tuple(range(rank))[::-1]))
    if sorted(axes) != list(range(rank)):
        raise reading.error(node, f"its perm is {list(axes)}.")
    return [source.transposed(axes) if isinstance(source, Constant) else transposed(source, axes)]


@reads("Reshape")
def reshape(reading: Reading, node: Node) -> Sequence[Result]:
    source = reading.get(node, 0)
    wanted = reading.integers(node, 1, "the shape")
    if not option(node, "allowzero", 0):
        wanted = [source.shape[i] if n == 0 and i < len(source.shape) else n for i, n in enumerate(wanted)]
    known = math.prod(n for n in wanted if n != -1)
    if wanted.count(-1) == 1 and known and math.prod(source.shape) % known == 0:
        wanted = [math.prod(source.shape) // known if n == -1 else n for n in wanted]
    return [_shaped(reading, node, source, tuple(wanted))]


@reads("Flatten")
def flatten(reading: Reading, node: Node) -> Sequence[Result]:
    source = reading.get(node, 0)
    axis = int(option(node, "axis", 1))
    axis = axis + len(source.shape) if axis < 0 else axis
    return [_shaped(reading, node, source, (math.prod(source.shape[:axis]), math.prod(source.shape[axis:])))]


@reads("Squeeze")
def squeeze(reading: Reading, node: Node) -> Sequence[Result]:
    source = reading.get(node, 0)
    rank, axes = len(source.shape), reading.list_of(node, "axes", 1)
    gone = {axis for axis, n in enumerate(source.shape) if n == 1}
    if axes is not None:
        gone = {reading.axis(node, axis, rank) for axis in axes}
    return [_shaped(reading, node, source, tuple(n for axis, n in enumerate(source.shape) if axis not in gone))]


@reads("Unsqueeze")
def unsqueeze(reading: Reading, node: Node) -> Sequence[Result]:
    source = reading.get(node, 0)
    axes = reading.list_of(node, "axes", 1) or []
    rank = len(source.shape) + len(axes)
    new = {reading.axis(node, axis, rank) for axis in axes}
    extents = iter(source.shape)
    return [_shaped(reading, node, source, tuple(1 if axis in new else next(extents) for axis in range(rank)))]


def _shaped(reading: Reading, node: Node, source: Result, shape: Shape) -> Result:
    if math.prod(shape) != math.prod(source.shape):
        raise reading.error(node, f"{list(source.shape)} cannot become {list(shape)}.")
    if isinstance(source, Constant):
        quant = source.quant
        if quant is not None and quant.per_channel:
            return Constant(source.real().reshape(shape))
        return Constant(source.data.reshape(shape), quant)
    if order_after_reshape(source, shape) is None and _only_for_weights(reading, node, shape):
        tensor = reading.builder.result(
            "RESHAPE", (source.tensor, reading.builder.constant(ints(shape))), shape, (0, 1)
        )
        return Value(tensor.tensor, shape, (0, 1), flattened_columns(source))
    return reading.builder.reshaped(source, shape)


def _only_for_weights(reading: Reading, node: Node, shape: Shape) -> bool:
    """Whether only matrices of weights, which can be turned instead, see the order of the vector."""
    if len(shape) != 2 or shape[0] != 1:
        return False
    names, seen = [node.outputs[0]], False
    while names:
        name = names.pop()
        if name in reading.outputs:
            return False
        for reader in reading.consumers.get(name, ()):
            if reader.kind in _PASSED_ON:
                names += reader.outputs[:1]
            elif reader.kind in ("Gemm", "MatMul") and reader.inputs[0] == name:
                seen = True
            else:
                return False
    return seen


@reads("Concat")
def concat(reading: Reading, node: Node) -> Sequence[Result]:
    sources = [reading.value(node, position) for position in range(len(node.inputs))]
    rank = len(sources[0].shape)
    axis = reading.axis(node, int(option(node, "axis", 0)), rank)
    order = next((s.order for s in sources if s.order != same_order(rank)), sources[0].order)
    parts = [reading.builder.ordered(source, order) for source in sources]
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    attrs = {"axis": order.index(axis), "activation": "NONE"}
    inputs = [part.tensor for part in parts]
    return [reading.builder.result("CONCATENATION", inputs, tuple(shape), order, attrs, node.outputs[0])]


@reads("Slice")
def slice_(reading: Reading, node: Node) -> Sequence[Result]:
    source = reading.value(node)
    rank = len(source.shape)
    starts, ends = (reading.integers(node, i, what) for i, what in ((1, "starts"), (2, "ends")))
    axes = reading.integers(node, 3, "axes") if node.has(3) else list(range(len(starts)))
    steps = reading.integers(node, 4, "steps") if node.has(4) else [1] * len(starts)
    begin, extent = [0] * rank, list(source.shape)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        if step != 1:
            raise reading.error(node, f"its steps are {steps}; only 1 is known.")
        axis = reading.axis(node, axis, rank)
        first, last, _ = slice(start, end).indices(source.shape[axis])
        begin[axis], extent[axis] = first, max(last - first, 0)
    return [_part(reading, node.outputs[0], source, begin, extent)]


@reads("Split")
def split(reading: Reading, node: Node) -> Sequence[Result]:
    source = reading.value(node)
    axis = reading.axis(node, int(option(node, "axis", 0)), len(source.shape))
    sizes = reading.list_of(node, "split", 1)
    if sizes is None:
        count = len(node.outputs)
        each = -(-source.shape[axis] // count)
        sizes = [each] * (count - 1) + [source.shape[axis] - each * (count - 1)]
    if sum(sizes) != source.shape[axis] or len(sizes) != len(node.outputs):
        raise reading.error(node, f"its parts {sizes} do not fit {source.shape[axis]} elements.")
    parts, first = [], 0
    for size, name in zip(sizes, node.outputs, strict=True):
        begin, extent = [0] * len(source.shape), list(source.shape)
        begin[axis], extent[axis] = first, size
        first += size
        parts.append(_part(reading, name, source, begin, extent))
    return parts


def _part(reading: Reading, name: str, source: Value, begin: Sequence[int], extent: Sequence[int]) -> Value:
    starts, sizes = (reading.builder.constant(ints([x[axis] for axis in source.order])) for x in (begin, extent))
    return reading.builder.result("SLICE", (source.tensor, starts, sizes), tuple(extent), source.order, name=name)


@reads("Pad")
def pad(reading: Reading, node: Node) -> Sequence[Result]:
    """PAD with zeros, PADV2 with another number."""
    source = reading.value(node)
    rank = len(source.shape)
    value = float(reading.constant(node, 2, "the value").real().reshape(-1)[0]) if node.has(2) else 0.0
    mode = option(node, "mode", "constant")
    if mode != "constant":
        raise reading.error(node, f"its mode is {mode}.", "Pad with a number.")
    pads = reading.list_of(node, "pads", 1) or []
    axes = reading.integers(node, 3, "axes") if node.has(3) else list(range(rank))
    if len(pads) != 2 * len(axes) or min(pads, default=0) < 0:
        raise reading.error(node, f"its pads are {pads}.")
    amounts = np.zeros((rank, 2), np.int32)
    for i, axis in enumerate(axes):
        amounts[reading.axis(node, axis, rank)] = pads[i], pads[len(axes) + i]
    shape = tuple(int(n + a + b) for n, (a, b) in zip(source.shape, amounts, strict=True))
    kind, inputs = "PAD", [source.tensor, reading.builder.constant(amounts[list(source.order)])]
    if value != 0.0:
        kind = "PADV2"
        inputs.append(reading.builder.constant(np.array(value, np.float32), name=f"{node.outputs[0]}/value"))
    return [reading.builder.result(kind, inputs, shape, source.order, name=node.outputs[0])]
