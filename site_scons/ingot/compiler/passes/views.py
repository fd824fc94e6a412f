# SPDX-License-Identifier: Apache-2.0
"""Operators that change no byte become "view": the output is the input's memory under another shape.

RESHAPE, SQUEEZE and EXPAND_DIMS always are; others are when their shapes and constant arguments make them so (a
TRANSPOSE that moves extents of 1 only, a PAD by nothing, a SLICE of everything, a resize to the same size, ...).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ingot.compiler.frontend.strided_slice import strided_slice_ranges
from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.graph.arithmetic import is_even
from ingot.compiler.passes.rewrite import constant_ints, same_quantization, with_operators


def make_views(graph: Graph) -> Graph:
    """The graph with every such operator as a "view" of its one activation."""
    operators: list[Operator | None] = []
    for op in graph.operators:
        viewed = _viewed(graph, op)
        if viewed is None:
            operators.append(op)
        else:
            operators.append(replace(op, kind="view", inputs=(viewed,), attrs={}))
    if all(a is b for a, b in zip(operators, graph.operators, strict=True)):
        return graph
    return with_operators(graph, operators)


def _viewed(graph: Graph, op: Operator) -> int | None:
    """The tensor whose bytes are the operator's only output; None when it does something."""
    test = _TESTS.get(op.kind)
    if test is None or len(op.outputs) != 1 or is_even(op):
        return None
    position = 1 if op.kind == "SPLIT" else 0
    source = op.inputs[position]
    if source is None:
        return None
    tensor, output = graph.tensors[source], graph.tensors[op.outputs[0]]
    if tensor.elements != output.elements or tensor.dtype is not output.dtype:
        return None
    return source if test(graph, op) else None


def _always(graph: Graph, op: Operator) -> bool:
    return True


def _same_shape(graph: Graph, op: Operator) -> bool:
    t = op.inputs[0]
    return t is not None and graph.tensors[t].shape == graph.tensors[op.outputs[0]].shape


def _same_integers(graph: Graph, op: Operator) -> bool:
    """Not of float32: zero times a neighbour is added there, which changes -0.0 and what is next to infinity."""
    return _same_shape(graph, op) and graph.tensors[op.outputs[0]].dtype is not DType.FLOAT32


def _transpose(graph: Graph, op: Operator) -> bool:
    order = constant_ints(graph, op, 1)
    t = op.inputs[0]
    if order is None or t is None:
        return False
    shape = graph.tensors[t].shape
    moved = [i % len(shape) for i in order if shape[i] != 1]
    return moved == sorted(moved)


def _one_input(graph: Graph, op: Operator) -> bool:
    if len(op.inputs) != 1 or op.attrs.get("activation", "NONE") != "NONE":
        return False
    # LiteRT rescales uint8 inputs of CONCATENATION; equal parameters are the converter's rule, not a coincidence.
    return op.inputs[0] is not None and same_quantization(graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]])


def _forward_slice(graph: Graph, op: Operator) -> bool:
    begin, end, strides = (constant_ints(graph, op, i) for i in (1, 2, 3))
    if begin is None or end is None or strides is None or op.inputs[0] is None:
        return False
    ranges = strided_slice_ranges(graph.tensors[op.inputs[0]].shape, begin, end, strides, op)
    return all(r.step > 0 or len(r) <= 1 for r in ranges)


def _cast(graph: Graph, op: Operator) -> bool:
    t = op.inputs[0]
    return t is not None and graph.tensors[t].dtype is graph.tensors[op.outputs[0]].dtype


def _quantize(graph: Graph, op: Operator) -> bool:
    # This looks at quantization: a QUANTIZE between equal parameters exists only where a constraint made them equal,
    # which retraining does not undo.
    t = op.inputs[0]
    return t is not None and same_quantization(graph.tensors[t], graph.tensors[op.outputs[0]])


def _trivial_pool(graph: Graph, op: Operator) -> bool:
    attrs = op.attrs
    if graph.tensors[op.outputs[0]].dtype is DType.FLOAT32:
        return False  # the average of -0.0 is 0.0, the largest of -inf is finite
    return attrs["filter_h"] == attrs["filter_w"] == 1 and attrs["activation"] == "NONE" and _same_shape(graph, op)


_TESTS: dict[str, Callable[[Graph, Operator], bool]] = {
    "RESHAPE": _always,
    "SQUEEZE": _always,
    "EXPAND_DIMS": _always,
    "READ_VARIABLE": _always,
    "TRANSPOSE": _transpose,
    "PACK": _one_input,
    "CONCATENATION": _one_input,
    "SPLIT": _always,
    "SPLIT_V": _always,
    "UNPACK": _always,
    "SLICE": _always,
    "STRIDED_SLICE": _forward_slice,
    "PAD": _same_shape,
    "PADV2": _same_shape,
    "MIRROR_PAD": _same_shape,
    "TILE": _same_shape,
    "BROADCAST_TO": _same_shape,
    "RESIZE_BILINEAR": _same_integers,
    "RESIZE_NEAREST_NEIGHBOR": _same_shape,
    "SPACE_TO_DEPTH": _same_shape,
    "DEPTH_TO_SPACE": _same_shape,
    "CAST": _cast,
    "QUANTIZE": _quantize,
    "MAX_POOL_2D": _trivial_pool,
    "AVERAGE_POOL_2D": _trivial_pool,
}
