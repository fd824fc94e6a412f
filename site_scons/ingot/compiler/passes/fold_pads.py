# SPDX-License-Identifier: Apache-2.0
"""A spatial PAD becomes padding of the convolution or pooling behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.passes.rewrite import constant_ints, joined, same_quantization, with_operators

CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")
_SIDES = ("pad_top", "pad_bottom", "pad_left", "pad_right")


def fold_pads(graph: Graph) -> Graph:
    """The graph with convolutions reading the unpadded tensor; PADs that nobody reads any more are left for
    remove_dead.
    """
    producers = graph.producers()
    operators: list[Operator | None] = [_folded(graph, op, producers) for op in graph.operators]
    if all(a is b for a, b in zip(operators, graph.operators, strict=True)):
        return graph
    return with_operators(graph, operators)


def _folded(graph: Graph, op: Operator, producers: Mapping[int, int]) -> Operator:
    padded = op.inputs[0] if op.inputs else None
    if op.kind not in (*CONVOLUTIONS, "MAX_POOL_2D") or padded is None or padded not in producers:
        return op
    pad = graph.operators[producers[padded]]
    sides = _spatial_sides(graph, pad)
    if sides is None:
        return op
    new = {name: op.attrs[name] + extra for name, extra in zip(_SIDES, sides, strict=True)}
    source = pad.inputs[0]
    assert source is not None
    if op.kind == "MAX_POOL_2D":
        # Pooling ignores its padding, PAD compares zeros: the same where nothing is below zero and no window is
        # padding only; of float32 the zeros may differ in sign. (AVERAGE_POOL_2D divides by what is inside, so a PAD
        # before it never folds.)
        reach = (op.attrs["filter_h"] - 1, op.attrs["filter_w"] - 1)
        if graph.tensors[source].dtype is DType.FLOAT32 or not _never_negative(graph, source, producers):
            return op
    else:
        weights = op.inputs[1]
        assert weights is not None
        height, width = graph.tensors[weights].shape[1:3]
        reach = ((height - 1) * op.attrs["dilation_h"], (width - 1) * op.attrs["dilation_w"])
    # Kernels expect that every window meets the image.
    if max(new["pad_top"], new["pad_bottom"]) > reach[0] or max(new["pad_left"], new["pad_right"]) > reach[1]:
        return op
    return replace(op, inputs=(source, *op.inputs[1:]), attrs={**op.attrs, **new}, origin=joined(pad, op))


def _spatial_sides(graph: Graph, pad: Operator) -> tuple[int, int, int, int] | None:
    """(top, bottom, left, right) of a PAD with zeros around the image; None for any other operator."""
    if pad.kind not in ("PAD", "PADV2") or pad.inputs[0] is None:
        return None
    source, output = graph.tensors[pad.inputs[0]], graph.tensors[pad.outputs[0]]
    amounts = constant_ints(graph, pad, 1)
    if amounts is None or len(source.shape) != 4 or any(amounts[:2] + amounts[6:]):
        return None
    # LiteRT refuses a quantized PAD whose sides have different parameters, so that this does not depend on values.
    if not same_quantization(source, output):
        return None
    if pad.kind == "PADV2":
        value = None if pad.inputs[2] is None else graph.tensors[pad.inputs[2]].data
        zero = output.zero_point if output.quant is not None else 0
        # Looks at a value, but one that means 0.0 in every quantization of the same model.
        if value is None or value.size != 1 or value.ravel()[0] != zero:
            return None
    top, bottom, left, right = amounts[2:6]
    return top, bottom, left, right


def _never_negative(graph: Graph, tensor: int, producers: Mapping[int, int]) -> bool:
    """Whether the tensor comes out of a fused RELU or RELU6, seen from the graph's structure only."""
    while tensor in producers:
        op = graph.operators[producers[tensor]]
        if op.attrs.get("activation") in ("RELU", "RELU6"):
            return True
        if op.kind not in ("MAX_POOL_2D", "PAD", "view") or op.inputs[0] is None:
            return False
        if not same_quantization(graph.tensors[op.inputs[0]], graph.tensors[tensor]):
            return False
        tensor = op.inputs[0]
    return False
