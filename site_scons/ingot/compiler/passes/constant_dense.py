# SPDX-License-Identifier: Apache-2.0
"""What FULLY_CONNECTED computes of constants: the product of an unrolled recurrent layer's first state, for example.

Formula: LiteRT's kernels/internal/reference/integer_ops/fully_connected.h, in the form that multiplies by a double.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.passes.fixed_point import wrap32
from ingot.compiler.passes.rescaled import ACTIVATIONS, activation_range


def fully_connected(graph: Graph, op: Operator, arrays: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]] | None:
    """The result for constant int8 vectors and weights, an int32 bias or none; None for other types.

    arrays: of the inputs that are present.
    """
    source, weights = (graph.tensors[t] for t in op.inputs[:2] if t is not None)
    output = graph.tensors[op.outputs[0]]
    if any(t.dtype is not DType.INT8 or t.quant is None for t in (source, weights, output)):
        return None
    if op.attrs.get("activation", "NONE") not in ACTIVATIONS:
        return None
    if any(t.quant is not None and t.quant.per_channel for t in (source, output)):
        return None
    assert weights.quant is not None
    if np.any(weights.quant.zero_point) or any(bias.dtype != np.int32 for bias in arrays[2:]):
        return None
    vectors = arrays[0].reshape(-1, weights.shape[1]).astype(np.int64) - source.zero_point
    sums = wrap32(sum((bias.astype(np.int64) for bias in arrays[2:]), vectors @ arrays[1].T.astype(np.int64)))
    reals = sums * (float(source.scale) * weights.quant.scale.astype(np.float64) / float(output.scale))
    # To nearest, ties away from zero.
    whole = np.trunc(reals)
    rounded = whole + np.sign(reals) * (np.abs(reals - whole) >= 0.5) + output.zero_point
    low, high = activation_range(op.attrs.get("activation", "NONE"), output)
    return [np.clip(rounded, low, high).astype(np.int8).reshape(output.shape)]
