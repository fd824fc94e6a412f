# SPDX-License-Identifier: Apache-2.0
"""A stand-alone RELU, RELU6 or RELU_N1_TO_1 becomes the fused activation of the operator before it."""

from __future__ import annotations

from dataclasses import replace

from ingot.compiler.graph import Graph, Operator
from ingot.compiler.passes.rewrite import joined, only_reader, same_quantization, with_operators

ACTIVATIONS = ("RELU", "RELU6", "RELU_N1_TO_1")
PRODUCERS = frozenset(
    ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD", "SUB", "MUL", "AVERAGE_POOL_2D", "MAX_POOL_2D")
)


def fuse_activations(graph: Graph) -> Graph:
    """The graph with every activation fused that gives the same bytes fused.

    Exact only where the activation does not rescale: both sides have the same quantization, or are float. This looks
    at quantization; converters write a stand-alone activation with one set of parameters or with two by its place in
    the graph, so that retraining does not change which it is. The others become tables.
    """
    consumers = graph.consumers()
    operators: list[Operator | None] = list(graph.operators)
    for position, op in enumerate(graph.operators):
        if op.kind not in PRODUCERS or op.attrs.get("activation") != "NONE":
            continue
        reader = only_reader(graph, op.outputs[0], consumers)
        if reader is None:
            continue
        after = graph.operators[reader]
        if after.kind not in ACTIVATIONS:
            continue
        if same_quantization(graph.tensors[op.outputs[0]], graph.tensors[after.outputs[0]]):
            operators[position] = replace(
                op, outputs=after.outputs, attrs={**op.attrs, "activation": after.kind}, origin=joined(op, after)
            )
            operators[reader] = None
    return with_operators(graph, operators) if None in operators else graph
