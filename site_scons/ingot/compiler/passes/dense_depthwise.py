# SPDX-License-Identifier: Apache-2.0
"""A DEPTHWISE_CONV_2D of one input channel is a CONV_2D: the dense kernel sums its taps sixteen at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ingot.compiler.graph import Graph, Operator, Quantization, Tensor
from ingot.compiler.graph.arithmetic import is_dynamic_range
from ingot.compiler.passes.rewrite import with_operators, with_tensor


def make_dense(graph: Graph) -> Graph:
    """The graph with every such operator as a CONV_2D, its weights turned from (1, h, w, out) to (out, h, w, 1)."""
    operators: list[Operator | None] = []
    for op in graph.operators:
        weights = _weights(graph, op)
        if weights is None:
            operators.append(op)
            continue
        graph, dense = with_tensor(graph, _turned(weights))
        attrs = {name: value for name, value in op.attrs.items() if name != "depth_multiplier"}
        operators.append(replace(op, kind="CONV_2D", inputs=(op.inputs[0], dense, *op.inputs[2:]), attrs=attrs))
    if all(a is b for a, b in zip(operators, graph.operators, strict=True)):
        return graph
    return with_operators(graph, operators)


def _weights(graph: Graph, op: Operator) -> Tensor | None:
    """The constant weights of a depthwise convolution of one channel, else None."""
    source, weights = (*op.inputs, None, None)[:2]
    if op.kind != "DEPTHWISE_CONV_2D" or source is None or weights is None or is_dynamic_range(graph, op):
        return None
    tensor = graph.tensors[weights]
    return tensor if graph.tensors[source].shape[3] == 1 and tensor.data is not None else None


def _turned(weights: Tensor) -> Tensor:
    assert weights.data is not None
    data = np.ascontiguousarray(weights.data.transpose(3, 1, 2, 0))
    quant = weights.quant and Quantization(weights.quant.scale, weights.quant.zero_point, 0)
    return replace(weights, shape=data.shape, data=data, quant=quant)
