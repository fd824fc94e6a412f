# SPDX-License-Identifier: Apache-2.0
"""What operators compute of constants, with NumPy. Integers wrap as they do in C; floats are float32."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.frontend.plain_values import from_shape, plain_values
from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.graph.arithmetic import is_even
from ingot.compiler.passes.constant_dense import fully_connected
from ingot.compiler.passes.pointwise import BYTES, computable, compute
from ingot.compiler.passes.real_functions import quantize
from ingot.compiler.passes.rescaled import limits

Array = npt.NDArray[Any]


def evaluate(graph: Graph, op: Operator) -> list[Array] | None:
    """The outputs, when they are constant and the kind is known here; else None."""
    if not op.outputs or is_even(op):
        return None
    output = graph.tensors[op.outputs[0]]
    if (of_shape := from_shape(graph.tensors, op)) is not None:
        return of_shape
    tensors = [None if t is None else graph.tensors[t] for t in op.inputs]
    present = [t for t in tensors if t is not None]
    if not present or any(t.data is None or t.is_variable for t in present):
        return None
    arrays = [t.data for t in present if t.data is not None]
    if op.kind == "QUANTIZE" and present[0].dtype is DType.FLOAT32 and output.dtype in BYTES and output.quant:
        if output.quant.per_channel:
            return None
        return [np.clip(quantize(output, arrays[0]), *limits(output)).astype(output.dtype.numpy)]
    if op.kind == "DEQUANTIZE":
        return _dequantize(present[0], arrays[0])
    if computable(graph, op):
        return [compute(graph, op, [a.astype(np.int64) for a in arrays])]
    if op.kind == "FULLY_CONNECTED":
        return fully_connected(graph, op, arrays)
    return plain_values(graph.tensors, op, arrays)


def _dequantize(source: Tensor, data: Array) -> list[Array] | None:
    if source.quant is None:
        return [data] if data.dtype == np.float32 else None  # constants of float16 are read as float32
    shape = [1] * len(source.shape)
    if source.quant.per_channel:
        shape[source.quant.axis] = -1
    scale, zero_point = source.quant.scale.reshape(shape), source.quant.zero_point.reshape(shape)
    difference = data.astype(np.int64) - zero_point
    if source.quant.per_channel:
        return [scale * difference.astype(np.float32)]
    return [(scale.astype(np.float64) * difference).astype(np.float32)]
