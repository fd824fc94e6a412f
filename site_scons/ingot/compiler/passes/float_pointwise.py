# SPDX-License-Identifier: Apache-2.0
"""Element-wise operators on float32 whose results are the same on every machine: one IEEE operation a step.

Used behind a table, where 256 values are all there are. Transcendental functions are not here: their last bit is the
libm's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.frontend.float_functions import BINARY, RELU_BOUNDS, float_function
from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.graph.arithmetic import is_even
from ingot.compiler.passes.pointwise import BYTES
from ingot.compiler.passes.real_functions import Floats, quantize
from ingot.compiler.passes.rescaled import limits

_UNARY = ("RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "ABS", "NEG", "SQUARE", "SQRT", "LEAKY_RELU", "QUANTIZE")


def float_computable(graph: Graph, op: Operator, varying: int) -> bool:
    """Whether the operator is such a function of that float32 tensor alone. Looks at kinds, types and shapes only."""
    if (
        is_even(op)
        or op.kind not in (*_UNARY, *BINARY)
        or graph.tensors[varying].shape != graph.tensors[op.outputs[0]].shape
    ):
        return False
    others = [graph.tensors[t] for t in op.inputs if t is not None and t != varying]
    if any(not t.is_constant or t.elements != 1 or t.dtype is not DType.FLOAT32 for t in others):
        return False
    output = graph.tensors[op.outputs[0]]
    if op.kind == "QUANTIZE":
        return output.dtype in BYTES and output.quant is not None and not output.quant.per_channel
    return output.dtype is DType.FLOAT32 and op.attrs.get("activation", "NONE") in RELU_BOUNDS


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
