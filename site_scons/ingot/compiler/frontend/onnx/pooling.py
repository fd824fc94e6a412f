# SPDX-License-Identifier: Apache-2.0
"""Poolings and means."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.compiler.frontend.onnx.proto import Node
from ingot.compiler.frontend.onnx.reading import Reading, Result, ints, option, reads
from ingot.compiler.frontend.onnx.values import Value, channels_last
from ingot.compiler.frontend.onnx.windows import image_of, window_attrs


@reads("MaxPool", "AveragePool")
def pool(reading: Reading, node: Node) -> Sequence[Result]:
    if len(node.outputs) > 1 and node.outputs[1]:
        raise reading.error(node, "its indices are used.")
    image, rank = image_of(reading, node, reading.value(node))
    window = tuple(int(n) for n in option(node, "kernel_shape", ()))
    window = (1, *window) if rank == 3 else window
    if len(window) != 2:
        raise reading.error(node, f"its kernel_shape is {list(window)}.")
    attrs, extents = window_attrs(reading, node, image.shape, window, dilated=False)
    attrs |= {"filter_h": window[0], "filter_w": window[1], "activation": "NONE"}
    if node.kind == "AveragePool":
        padded = any(attrs[f"pad_{side}"] for side in ("top", "bottom", "left", "right"))
        attrs["include_pad"] = bool(option(node, "count_include_pad", 0)) and padded
    shape = (*image.shape[:2], *extents)
    kind = "MAX_POOL_2D" if node.kind == "MaxPool" else "AVERAGE_POOL_2D"
    result = reading.builder.result(kind, (image.tensor,), shape, channels_last(4), attrs, node.outputs[0])
    return [reading.builder.reshaped(result, (*shape[:2], shape[3]))] if rank == 3 else [result]


@reads("GlobalAveragePool", "GlobalMaxPool")
def global_pool(reading: Reading, node: Node) -> Sequence[Result]:
    source = reading.value(node)
    kind = "MEAN" if node.kind == "GlobalAveragePool" else "REDUCE_MAX"
    return [_reduce(reading, node, source, kind, list(range(2, len(source.shape))), keep=True)]


@reads("ReduceMean")
def reduce_mean(reading: Reading, node: Node) -> Sequence[Result]:
    source = reading.value(node)
    axes = reading.list_of(node, "axes", 1)
    if axes is None or (not axes and not option(node, "noop_with_empty_axes", 0)):
        axes = list(range(len(source.shape)))
    return [_reduce(reading, node, source, "MEAN", axes, keep=bool(option(node, "keepdims", 1)))]


def _reduce(reading: Reading, node: Node, source: Value, kind: str, axes: Sequence[int], *, keep: bool) -> Value:
    rank = len(source.shape)
    reduced = {reading.axis(node, axis, rank) for axis in axes}
    stored = sorted(source.stored_axis(axis) for axis in reduced)
    shape = tuple(1 if axis in reduced else n for axis, n in enumerate(source.shape))
    order = source.order
    if not keep:
        kept = [axis for axis in range(rank) if axis not in reduced]
        shape = tuple(source.shape[axis] for axis in kept)
        order = tuple(kept.index(axis) for axis in source.order if axis not in reduced)
    inputs = (source.tensor, reading.builder.constant(ints(stored)))
    return reading.builder.result(kind, inputs, shape, order, {"keep_dims": keep}, node.outputs[0])
