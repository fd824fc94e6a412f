# SPDX-License-Identifier: Apache-2.0
"""Mended copies of what LiteRT is given: files that it refuses, and inputs that it computes by the host CPU's rules.

A copy means the same as the original, so that the reference kernels' result stays the right one.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph

_QUANTIZED_DIMENSION = 16
"""Offset in the vtable of QuantizationParameters: field 6, an int32."""

_INPUTS = 6
"""Offset in the vtable of Operator: field 1."""

MOST_STEPS = float(1 << 30)
"""Beyond so many steps of the output's scale LiteRT's conversion to int32 may overflow."""

_SATURATED_STEPS = float(1 << 17)
"""As many steps are beyond the range of every type that QUANTIZE writes."""


def with_axis_of_vectors(content: bytes) -> bytes:
    """The model with quantized_dimension 0 for every vector: it has no other axis, but LiteRT refuses a file that names
    one (older quantizers copied the axis of the weights to the bias). A damaged file comes back as it is.
    """
    import tflite

    if content[4:8] != b"TFL3":
        return content
    mended = bytearray(content)
    try:
        model = tflite.Model.GetRootAs(content, 0)
        for s in range(model.SubgraphsLength()):
            subgraph = model.Subgraphs(s)
            for t in range(subgraph.TensorsLength()):
                tensor = subgraph.Tensors(t)
                quant = tensor.Quantization()
                if tensor.ShapeLength() == 1 and quant is not None and quant.QuantizedDimension() != 0:
                    at = quant._tab.Pos + quant._tab.Offset(_QUANTIZED_DIMENSION)
                    struct.pack_into("<i", mended, at, 0)
    except (struct.error, ValueError, IndexError, TypeError, AttributeError, OverflowError, MemoryError):
        return content
    return bytes(mended)


def without_absent_shapes(content: bytes) -> bytes:
    """The model in which no RESHAPE has an absent second input, of which LiteRT reads address 0: its shape is that of
    its options then, as it is for a RESHAPE of one input. A damaged file comes back as it is.
    """
    import tflite

    from ingot.compiler.frontend.operator_code import builtin_kind

    if content[4:8] != b"TFL3":
        return content
    mended = bytearray(content)
    try:
        model = tflite.Model.GetRootAs(content, 0)
        for s in range(model.SubgraphsLength()):
            subgraph = model.Subgraphs(s)
            for number in range(subgraph.OperatorsLength()):
                op = subgraph.Operators(number)
                absent = op.InputsLength() == 2 and op.Inputs(1) == -1
                if absent and builtin_kind(model.OperatorCodes(op.OpcodeIndex())) == "RESHAPE":
                    length = op._tab.Vector(op._tab.Offset(_INPUTS)) - 4
                    struct.pack_into("<I", mended, length, 1)
    except (struct.error, ValueError, IndexError, TypeError, AttributeError, OverflowError, MemoryError):
        return content
    return bytes(mended)


def extreme(values: npt.NDArray[Any], scale: float) -> npt.NDArray[np.bool_]:
    """Where float32 numbers are NaN, infinite or too many steps of the scale."""
    with np.errstate(all="ignore"):
        return ~(np.abs(values.astype(np.float64)) <= MOST_STEPS * scale)


def quantizers(graph: Graph) -> list[tuple[int, int, str]]:
    """(input, output, place) of every QUANTIZE from float32."""
    return [
        (op.inputs[0], op.outputs[0], op.place(graph))
        for op in graph.operators
        if op.kind == "QUANTIZE" and op.inputs[0] is not None and graph.tensors[op.inputs[0]].dtype is DType.FLOAT32
    ]


def saturated(graph: Graph, position: int, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The values of an input of the model with those that QUANTIZE saturates nearer to its range, and 0 for NaN.

    Only where QUANTIZE alone reads the input; else the same array.
    """
    t = graph.inputs[position]
    readers = {i for i, op in enumerate(graph.operators) if t in op.inputs}
    scales = [graph.tensors[out].scale for source, out, _ in quantizers(graph) if source == t]
    if t in graph.outputs or not scales or len(scales) != len(readers) or max(scales) > 1024 * min(scales):
        return values
    limit = np.float32(_SATURATED_STEPS * max(scales))
    which = extreme(values, min(scales))
    return np.where(which, np.clip(np.nan_to_num(values, nan=0.0), -limit, limit), values).astype(values.dtype)
