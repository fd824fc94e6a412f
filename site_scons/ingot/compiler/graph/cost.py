# SPDX-License-Identifier: Apache-2.0
"""What an operator costs: multiply-accumulates and parameters, from shapes alone. Everybody who counts counts here."""

from __future__ import annotations

import math

from ingot.compiler.graph.types import DType, Graph, Operator, Tensor

_WITH_BIAS = ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED")


def macs(graph: Graph, op: Operator) -> int:
    """Multiply-accumulates of one inference, padding included as the field counts it; 0 for operators without.

    CONV_2D (weights OHWI) and DEPTHWISE_CONV_2D (1HWC): outputs times the taps of one. TRANSPOSE_CONV (OHWI): every
    input element meets O*H*W weights. FULLY_CONNECTED (OI) and BATCH_MATMUL: outputs times the inner extent.
    """
    inputs = [None if t is None else graph.tensors[t] for t in op.inputs]
    output = graph.tensors[op.outputs[0]] if op.outputs else None
    if output is None or len(inputs) < 2:
        return 0
    first, weights = inputs[0], inputs[1]
    if first is None or weights is None:
        return _recurrent(inputs) if op.kind == "UNIDIRECTIONAL_SEQUENCE_LSTM" else 0
    if op.kind == "CONV_2D":
        return output.elements * math.prod(weights.shape[1:])
    if op.kind == "DEPTHWISE_CONV_2D":
        return output.elements * math.prod(weights.shape[1:3])
    if op.kind == "FULLY_CONNECTED":
        return output.elements * weights.shape[1]
    if op.kind == "TRANSPOSE_CONV":
        image = inputs[2]
        return 0 if image is None else image.elements * math.prod(weights.shape[:3])
    if op.kind == "BATCH_MATMUL":
        return output.elements * (first.shape[-2] if op.attrs.get("adj_x") else first.shape[-1])
    if op.kind == "SVDF":
        return first.shape[0] * sum(t.elements for t in inputs[1:3] if t is not None)
    return _recurrent(inputs) if op.kind == "UNIDIRECTIONAL_SEQUENCE_LSTM" else 0


def _recurrent(inputs: list[Tensor | None]) -> int:
    """Every weight matrix of an LSTM once a time step and sequence of the batch."""
    sequence = inputs[0]
    if sequence is None or len(sequence.shape) != 3:
        return 0
    matrices = [t for t in inputs[1:] if t is not None and t.is_constant and len(t.shape) == 2]
    return sequence.shape[0] * sequence.shape[1] * sum(t.elements for t in matrices)


def parameters(graph: Graph, op: Operator) -> tuple[int, int]:
    """(count, bytes) of the constants that training makes; shape-like arguments do not count."""
    count = size = 0
    for t in op.inputs:
        tensor = None if t is None else graph.tensors[t]
        if tensor is None or not tensor.is_constant:
            continue
        integer = tensor.dtype in (DType.INT32, DType.INT64, DType.BOOL)
        if not integer or op.kind in _WITH_BIAS or tensor.quant is not None:
            count += tensor.elements
            size += tensor.nbytes
    return count, size
