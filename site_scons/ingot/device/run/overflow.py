# SPDX-License-Identifier: Apache-2.0
"""Where quantized results may leave 32 bits before they are saturated.

MultiplyByQuantizedMultiplier() shifts a sum left before it multiplies, when the scale of the output is smaller than
what the sum counts in. A sum that leaves 32 bits there is undefined in C: LiteRT's result is its compiler's.
"""

from __future__ import annotations

import math

import numpy as np

from ingot.compiler.frontend.kinds import kinds
from ingot.compiler.graph import DType, Graph, Operator, Tensor

INT32 = float(1 << 31)

_DATA_AND_WEIGHTS = {
    "CONV_2D": (0, 1),
    "DEPTHWISE_CONV_2D": (0, 1),
    "FULLY_CONNECTED": (0, 1),
    "BATCH_MATMUL": (0, 1),
    "TRANSPOSE_CONV": (2, 1),
}
_RESCALED = frozenset(
    kinds(
        "RELU RELU6 RELU_N1_TO_1 RELU_0_TO_1 LEAKY_RELU PRELU MUL QUANTIZE MEAN SUM ABS RSQRT SQRT SQUARED_DIFFERENCE"
    )
)
_SOFTMAX_INT16_SCALE = 10 / 65535
"""Of the difference from the largest number, as LiteRT's kernels/activations.cc looks up exp() of it."""

_QUANTIZED = (DType.INT8, DType.UINT8, DType.INT16, DType.INT32)


def shifts_out(graph: Graph, op: Operator) -> bool:
    """Whether a sum of the operator may leave 32 bits, for some numbers of its inputs."""
    output = graph.tensors[op.outputs[0]]
    if op.kind in _DATA_AND_WEIGHTS:
        data, weights = (graph.tensors[op.inputs[i] or 0] for i in _DATA_AND_WEIGHTS[op.kind])
        if not _quantized(data, weights, output):
            return False
        largest = _steps(data) * _steps(weights) * math.prod(weights.shape) / _outputs(op, weights)
        bias = op.inputs[3 if op.kind == "TRANSPOSE_CONV" else 2] if len(op.inputs) > 2 + (op.kind[0] == "T") else None
        values = None if bias is None else graph.tensors[bias].data
        if values is not None and values.size:
            largest += float(np.abs(values.astype(np.float64)).max())
        return largest * _left(float(data.scale * weights_scale(weights) / output.scale)) >= INT32
    if op.kind == "SOFTMAX" and output.dtype is DType.INT16:
        source = graph.tensors[op.inputs[0] or 0]
        rescale = float(op.attrs.get("beta", 1.0)) * source.scale / _SOFTMAX_INT16_SCALE
        return _steps(source) * _left(rescale) >= INT32
    sources = [graph.tensors[t] for t in op.inputs if t is not None and graph.tensors[t].quant is not None]
    if op.kind not in _RESCALED or not sources or not _quantized(*sources, output):
        return False
    products = sources if op.kind in ("MUL", "PRELU") else sources[:1]
    ratio = math.prod(float(np.max(t.quant.scale)) for t in products if t.quant) / output.scale
    return math.prod(_steps(t) for t in products) * _left(ratio) >= INT32


def converts_out(graph: Graph, op: Operator) -> bool:
    """Whether TANH or GELU of uint8 has a result that is beyond 32 bits, counted in the scale of the output.

    LiteRT's table for uint8 then holds what the host's CPU makes of the conversion to int32; that for int8 saturates.
    """
    if op.kind not in ("TANH", "GELU") or op.inputs[0] is None:
        return False
    source, output = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if not _quantized(source, output) or output.dtype is not DType.UINT8:
        return False
    largest = 1.0 if op.kind == "TANH" else float(source.scale * (255 - source.zero_point))
    return largest / float(output.scale) + 255 >= INT32


def weights_scale(weights: Tensor) -> float:
    """The largest scale."""
    assert weights.quant is not None
    return float(weights.quant.scale.max())


def _quantized(*tensors: Tensor) -> bool:
    return all(t.dtype in _QUANTIZED and t.quant is not None for t in tensors)


def _steps(tensor: Tensor) -> float:
    """The largest distance from the zero point."""
    return 2.0 ** (8 * tensor.dtype.size)


def _outputs(op: Operator, weights: Tensor) -> int:
    """Sums that the weights make: the rest of their elements belong to one sum."""
    return weights.shape[-1] if op.kind == "DEPTHWISE_CONV_2D" else weights.shape[0]


def _left(ratio: float) -> float:
    """The power of two by which the sum is shifted left."""
    return 2.0 ** min(max(math.frexp(ratio)[1], 0), 30)
