# SPDX-License-Identifier: Apache-2.0
"""What an operator costs: multiply-accumulates and parameters, from shapes alone. Everybody who counts counts here."""

from __future__ import annotations

import math
from typing import NamedTuple

from ingot.compiler.graph.arithmetic import DYNAMIC, keeps_4_bits
from ingot.compiler.graph.types import DType, Graph, Operator, Tensor

_WITH_BIAS = ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED")


def macs(graph: Graph, op: Operator) -> int:
    """Multiply-accumulates of one inference, padding included as the field counts it; 0 for operators without.

    CONV_2D (weights OHWI) and DEPTHWISE_CONV_2D (1HWC): outputs times the taps of one. TRANSPOSE_CONV (OHWI): every
    input element meets O*H*W weights. FULLY_CONNECTED (OI) and BATCH_MATMUL: outputs times the inner extent. npu: those
    of its layers.
    """
    if op.kind == "npu":
        return int(op.attrs["job"].macs)
    inputs = [None if t is None else graph.tensors[t] for t in op.inputs]
    output = graph.tensors[op.outputs[0]] if op.outputs else None
    if output is None or len(inputs) < 2:
        return 0
    first, weights = inputs[0], inputs[1]
    if first is None or weights is None:
        return _recurrent(inputs) if op.kind == "UNIDIRECTIONAL_SEQUENCE_LSTM" else 0
    kind = op.kind.removeprefix(DYNAMIC).upper() if op.kind.startswith(DYNAMIC) else op.kind
    if kind == "CONV_2D":
        return output.elements * math.prod(weights.shape[1:])
    if kind == "DEPTHWISE_CONV_2D":
        return output.elements * math.prod(weights.shape[1:3])
    if kind == "FULLY_CONNECTED":
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
    for position, t in enumerate(op.inputs):
        tensor = None if t is None else graph.tensors[t]
        if tensor is None or not tensor.is_constant:
            continue
        integer = tensor.dtype in (DType.INT32, DType.INT64, DType.BOOL)
        if not integer or op.kind in _WITH_BIAS or tensor.quant is not None:
            count += tensor.elements
            size += -(-tensor.elements // 2) if position == 1 and keeps_4_bits(graph, op) else tensor.nbytes
    return count, size


class FourBits(NamedTuple):
    """layers: those whose weights take half a byte each. weights: how many these are. size: their bytes.

    of: the weights of all layers. Biases do not count.
    """

    layers: int
    weights: int
    size: int
    of: int

    @property
    def text(self) -> str:
        """The share in one line."""
        share = 100 * self.weights / self.of
        return (
            f"{self.weights:,} of {self.of:,} weights of layers have 4 bits ({share:.1f} %), in {self.size:,} bytes; "
            f"layers: {self.layers:,}"
        )


def four_bits(graph: Graph) -> FourBits:
    """What of a graph's weights has 4 bits."""
    layers = weights = size = of = 0
    for op in graph.operators:
        tensor = graph.tensors[op.inputs[1] or 0] if op.kind in _WITH_BIAS else None
        if tensor is None or not tensor.is_constant:
            continue
        of += tensor.elements
        if keeps_4_bits(graph, op):
            layers, weights, size = layers + 1, weights + tensor.elements, size + -(-tensor.elements // 2)
    return FourBits(layers, weights, size, of)
