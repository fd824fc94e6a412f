# SPDX-License-Identifier: Apache-2.0
"""Checks each operator's tensors against each other: types, quantization, and for passes the result shapes."""

from __future__ import annotations

from ingot.base.errors import IngotError
from ingot.compiler.frontend.arguments import Args
from ingot.compiler.frontend.flatbuffer import DAMAGED
from ingot.compiler.frontend.kinds import kinds
from ingot.compiler.frontend.mismatch import Mismatch
from ingot.compiler.frontend.multipliers import check_multipliers
from ingot.compiler.frontend.shapes import result_shapes
from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.graph.arithmetic import is_even

QUANTIZED = (DType.INT8, DType.UINT8, DType.INT16)

# Operators that compute with the real values behind the integers, so that their tensors need scales.
ARITHMETIC = frozenset(
    kinds(
        "CONV_2D DEPTHWISE_CONV_2D TRANSPOSE_CONV FULLY_CONNECTED BATCH_MATMUL ADD SUB MUL DIV "
        "SQUARED_DIFFERENCE MAXIMUM MINIMUM ABS NEG SQUARE SQRT RSQRT EXP LOG RELU RELU6 RELU_N1_TO_1 "
        "RELU_0_TO_1 LEAKY_RELU PRELU ELU HARD_SWISH LOGISTIC TANH GELU SOFTMAX LOG_SOFTMAX "
        "L2_NORMALIZATION AVERAGE_POOL_2D MAX_POOL_2D MEAN SUM REDUCE_MAX REDUCE_MIN PAD RESIZE_BILINEAR "
        "QUANTIZE DEQUANTIZE SVDF UNIDIRECTIONAL_SEQUENCE_LSTM "
        "EQUAL NOT_EQUAL LESS LESS_EQUAL GREATER GREATER_EQUAL"
    )
)

# Operators with weights: position and channel axis of the per-channel scales.
WEIGHTS = {"CONV_2D": (1, 0), "DEPTHWISE_CONV_2D": (1, 3), "TRANSPOSE_CONV": (1, 0), "FULLY_CONNECTED": (1, 0)}

VIEWS = kinds("RESHAPE SQUEEZE EXPAND_DIMS READ_VARIABLE ASSIGN_VARIABLE")

LARGEST_SCALE = 1e12
"""Scales of activations beyond it, or below its inverse, are damage; within, all that is computed of them is finite."""

_RANGES = {
    DType.INT8: (-128, 127),
    DType.UINT8: (0, 255),
    DType.INT16: (-32768, 32767),
    DType.INT32: (-(1 << 31), (1 << 31) - 1),
}


def check_operators(graph: Graph, where: str) -> None:
    """Raises IngotError at the first operator whose tensors do not fit together."""
    for op in graph.operators:
        place = f"{where}: {op.place(graph)}"
        _check_types(graph, op, place)
        if op.kind in ARITHMETIC:
            _check_quantization(graph, op, place)
            if not is_even(op):
                check_multipliers(graph, op, place)


def check_shapes(graph: Graph, op: Operator, where: str) -> None:
    """Raises IngotError when the inputs do not fit together, or give another result than the graph says."""
    place = f"{where}: {op.place(graph)}"
    try:
        expected = result_shapes(Args(graph.tensors, op))
    except Mismatch as mismatch:
        raise IngotError(f"{mismatch}.", where=place, remedy=DAMAGED) from None
    for t, shape in zip(op.outputs, expected or (), strict=False):
        if shape is not None and graph.tensors[t].shape != shape:
            raise IngotError(
                f"its output is {list(graph.tensors[t].shape)}, its inputs and options give {list(shape)}.",
                where=place,
                remedy=DAMAGED,
            )


def _check_types(graph: Graph, op: Operator, place: str) -> None:
    """A view has one type. The bias goes with the data: float with float (also where only the weights are quantized),
    else integer."""
    if op.kind in VIEWS and op.inputs[0] is not None:
        source, target = graph.tensors[op.inputs[0]].dtype, graph.tensors[op.outputs[0]].dtype
        if source is not target:
            raise IngotError(f"its input is {source.value}, its output {target.value}.", where=place, remedy=DAMAGED)
    if op.kind not in WEIGHTS or not _has_bias(op):
        return
    data, bias = (op.inputs[i] for i in ((2, 3) if op.kind == "TRANSPOSE_CONV" else (0, 2)))
    assert data is not None and bias is not None
    wanted = {DType.FLOAT32} if graph.tensors[data].dtype is DType.FLOAT32 else {DType.INT32, DType.INT64}
    if graph.tensors[bias].dtype not in wanted:
        raise IngotError(f"its bias is {graph.tensors[bias].dtype.value}.", where=place, remedy=DAMAGED)


def _has_bias(op: Operator) -> bool:
    position = 3 if op.kind == "TRANSPOSE_CONV" else 2
    return len(op.inputs) > position and op.inputs[position] is not None


def _check_quantization(graph: Graph, op: Operator, place: str) -> None:
    weights = WEIGHTS.get(op.kind)
    # Elsewhere a number of 32 bits is a bias, or what it says.
    types = (*QUANTIZED, DType.INT32) if op.kind in ("QUANTIZE", "DEQUANTIZE") else QUANTIZED
    for position, t in enumerate(op.inputs):
        if t is not None and graph.tensors[t].dtype in types:
            is_weights = weights is not None and position == weights[0]
            _check_tensor(graph.tensors[t], weights[1] if weights and is_weights else None, place)
    for t in op.outputs:
        if graph.tensors[t].dtype in types:
            _check_tensor(graph.tensors[t], None, place)


def _check_tensor(tensor: Tensor, channel_axis: int | None, place: str) -> None:
    remedy = "Export with full integer quantization, calibrated with a representative data set."
    if tensor.quant is None:
        raise IngotError(f"'{tensor.name}' is {tensor.dtype.value} but has no scale.", where=place, remedy=remedy)
    if tensor.quant.per_channel and not tensor.is_constant:
        raise IngotError(f"'{tensor.name}' is an activation with a scale per channel.", where=place, remedy=remedy)
    if tensor.quant.per_channel and channel_axis is not None and tensor.quant.axis != channel_axis:
        raise IngotError(
            f"the scales of '{tensor.name}' are along axis {tensor.quant.axis}, not {channel_axis}.",
            where=place,
            remedy=remedy,
        )
    smallest, scale = float(tensor.quant.scale.min()), float(tensor.quant.scale.max())
    if scale > LARGEST_SCALE or (smallest < 1 / LARGEST_SCALE and not tensor.is_constant):
        raise IngotError(
            f"the scale of '{tensor.name}' is {smallest if scale < 1 else scale:g}.", where=place, remedy=remedy
        )
    low, high = _RANGES[tensor.dtype]
    if (tensor.quant.zero_point < low).any() or (tensor.quant.zero_point > high).any():
        raise IngotError(
            f"a zero point of '{tensor.name}' is outside {tensor.dtype.value}.", where=place, remedy=DAMAGED
        )
