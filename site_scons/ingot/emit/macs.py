"""Multiply-accumulates of a source operator, from shapes."""

from __future__ import annotations

import math

from ingot.graph import Graph, Operator


def operator_macs(graph: Graph, op: Operator) -> int:
    """Multiply-accumulates of one inference; 0 for operators that do not multiply weights.

    Shapes: CONV_2D weights OHWI, output NHWC: N*H*W*O * (kh*kw*I). DEPTHWISE_CONV_2D weights 1HWC: outputs * kh*kw.
    TRANSPOSE_CONV weights OHWI: every input element meets O*kh*kw weights. FULLY_CONNECTED weights OI: outputs * I.
    BATCH_MATMUL: outputs * the inner extent.
    """

    def shape(position: int) -> tuple[int, ...]:
        tensor = op.inputs[position] if position < len(op.inputs) else None
        return graph.tensors[tensor].shape if tensor is not None else ()

    outputs = graph.tensors[op.outputs[0]].elements if op.outputs else 0
    if op.kind == "CONV_2D" and len(shape(1)) == 4:
        return outputs * math.prod(shape(1)[1:])
    if op.kind == "DEPTHWISE_CONV_2D" and len(shape(1)) == 4:
        return outputs * math.prod(shape(1)[1:3])
    if op.kind == "TRANSPOSE_CONV" and len(shape(1)) == 4:
        return math.prod(shape(2)) * math.prod(shape(1)[:3])
    if op.kind == "FULLY_CONNECTED" and len(shape(1)) == 2:
        return outputs * shape(1)[1]
    if op.kind == "BATCH_MATMUL" and shape(0):
        return outputs * (shape(0)[-2] if op.attrs.get("adj_x") else shape(0)[-1])
    return 0
