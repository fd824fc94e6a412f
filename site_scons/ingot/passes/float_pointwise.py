"""Element-wise operators on float32 whose results are the same on every machine: one IEEE operation a step.

Used behind a table, where 256 values are all there are. Transcendental functions are not here: their last bit is the
libm's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.graph import DType, Graph, Operator
from ingot.passes.pointwise import BYTES
from ingot.passes.real_functions import Floats, quantize
from ingot.passes.rescaled import limits

_RELU_BOUNDS: dict[str, tuple[float | None, float | None]] = {
    "NONE": (None, None),
    "RELU": (0.0, None),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
    "RELU_0_TO_1": (0.0, 1.0),
}
_UNARY = ("RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "ABS", "NEG", "SQUARE", "SQRT", "LEAKY_RELU", "QUANTIZE")
_BINARY = ("ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM")


def float_computable(graph: Graph, op: Operator, varying: int) -> bool:
    """Whether the operator is such a function of that float32 tensor alone. Looks at kinds, types and shapes only."""
    if op.kind not in (*_UNARY, *_BINARY) or graph.tensors[varying].shape != graph.tensors[op.outputs[0]].shape:
        return False
    others = [graph.tensors[t] for t in op.inputs if t is not None and t != varying]
    if any(not t.is_constant or t.elements != 1 or t.dtype is not DType.FLOAT32 for t in others):
        return False
    output = graph.tensors[op.outputs[0]]
    if op.kind == "QUANTIZE":
        return output.dtype in BYTES and output.quant is not None and not output.quant.per_channel
    return output.dtype is DType.FLOAT32 and op.attrs.get("activation", "NONE") in _RELU_BOUNDS


def float_compute(graph: Graph, op: Operator, varying: int, x: Floats) -> npt.NDArray[Any]:
    """The results for these values of the tensor, in the output's type. Needs `float_computable`."""
    output = graph.tensors[op.outputs[0]]
    if op.kind == "QUANTIZE":
        return np.clip(quantize(output, x), *limits(output)).astype(output.dtype.numpy)
    values = []
    for t in op.inputs:
        data = None if t is None or t == varying else graph.tensors[t].data
        values.append(x if data is None else data.ravel())
    return float_function(op, values)


def float_function(op: Operator, values: list[Floats]) -> Floats:
    """The operator on arrays that broadcast, fused activation included."""
    with np.errstate(all="ignore"):
        x = values[0]
        if op.kind in _BINARY:
            function = {
                "ADD": np.add,
                "SUB": np.subtract,
                "MUL": np.multiply,
                "DIV": np.divide,
                "MAXIMUM": np.maximum,
                "MINIMUM": np.minimum,
            }[op.kind]
            y = function(x, values[1])
        elif op.kind in _RELU_BOUNDS:
            return _clamped(x, op.kind)
        elif op.kind == "LEAKY_RELU":
            y = np.where(x > 0, x, x * np.float32(op.attrs.get("alpha", 0.0)))
        else:
            y = {"ABS": np.abs, "NEG": np.negative, "SQUARE": np.square, "SQRT": np.sqrt}[op.kind](x)
        return _clamped(np.asarray(y, np.float32), op.attrs.get("activation", "NONE"))


def _clamped(x: Floats, activation: str) -> Floats:
    low, high = _RELU_BOUNDS[activation]
    if low is not None:
        x = np.maximum(x, np.float32(low))
    return x if high is None else np.minimum(x, np.float32(high))
