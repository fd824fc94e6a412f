# SPDX-License-Identifier: Apache-2.0
"""A tensor with a scale a channel where an operator needs one is refused by the names of both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.compiler.graph import DType, Graph, Operator, Quantization, ScalePerChannel, Tensor
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.registry import Target
from ingot.compiler.passes.optimize import optimize
from support.differential import graph_of
from support.models.draw import Seeded
from support.models.every import MODELS

SCALES = {DType.INT8, DType.UINT8, DType.INT16}

# Operators that move or compare stored numbers alone, or have the channels' scales: positions of such inputs.
MAY = {
    "CONV_2D": (1,),
    "DEPTHWISE_CONV_2D": (1,),
    "TRANSPOSE_CONV": (1,),
    "FULLY_CONNECTED": (1,),
    "BATCH_MATMUL": (1,),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (24,),  # the output has the scale of its state
}
MOVES = {
    "TRANSPOSE", "SLICE", "STRIDED_SLICE", "SPLIT", "SPLIT_V", "UNPACK", "TILE", "BROADCAST_TO", "SPACE_TO_DEPTH",
    "DEPTH_TO_SPACE", "CONCATENATION", "PACK", "PAD", "MIRROR_PAD", "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND", "GATHER",
    "RESIZE_NEAREST", "MAXIMUM", "MINIMUM", "REDUCE_MAX", "REDUCE_MIN", "MAX_POOL_2D", "ARG_MAX", "ARG_MIN",
    "RESIZE_BILINEAR", "AVERAGE_POOL_2D", "CAST", "ONE_HOT", "REVERSE_V2", "EMBEDDING_LOOKUP", "ASSIGN_VARIABLE",
}  # fmt: skip


def spread(tensor: Tensor) -> Tensor:
    """The tensor with another scale for every position of its last dimension."""
    assert tensor.quant is not None
    count = tensor.shape[-1]
    scales = (tensor.quant.scale[0] * np.linspace(1, 2, count)).astype(np.float32)
    quant = Quantization(scales, np.full(count, tensor.quant.zero_point[0], np.int64), len(tensor.shape) - 1)
    return Tensor(tensor.name, tensor.shape, tensor.dtype, quant, tensor.data, tensor.is_variable)


def refused(graph: Graph, op: Operator, tensor: Tensor) -> None:
    with pytest.raises(IngotError) as caught:
        lower(optimize(graph), Target())
    message = str(caught.value)
    touching = [
        o for o in graph.operators for t in (*o.inputs, *o.outputs) if t and graph.tensors[t].name == tensor.name
    ]
    # A pass may have changed the operator's kind.
    assert any(f"operator {o.index} (" in message for o in [op, *touching])
    assert f"'{tensor.name}' has" in message or "not met:" in message


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in MODELS if name.split()[0] not in MOVES and name != "network uint8"])
def test_every_operator(name: str) -> None:
    """Each quantized tensor in turn gets a scale a channel."""
    for seed in range(6):
        graph = graph_of(MODELS[name](Seeded(seed)))
        op = graph.operators[0]
        for position, t in enumerate((*op.inputs, *op.outputs)):
            tensor = None if t is None else graph.tensors[t]
            if tensor is None or tensor.dtype not in SCALES or tensor.quant is None or tensor.quant.per_channel:
                continue
            if position in MAY.get(op.kind, ()) or not tensor.shape or tensor.shape[-1] < 2:
                continue
            tensors = tuple(spread(x) if i == t else x for i, x in enumerate(graph.tensors))
            changed = Graph(graph.name, tensors, graph.operators, graph.inputs, graph.outputs)
            refused(changed, op, tensor)


def test_the_tensor_and_its_axis_are_named() -> None:
    tensor = Tensor("w", (2, 3), DType.INT8, Quantization(np.float32([1, 2, 3]), np.zeros(3, np.int64), 1))
    for read in (lambda: tensor.scale, lambda: tensor.zero_point):
        with pytest.raises(ScalePerChannel, match="'w' has 3 scales along axis 1, where one is needed"):
            read()


def test_equal_scales_along_another_axis_are_others() -> None:
    scales: Any = np.float32([1, 2])
    zeros = np.zeros(2, np.int64)
    assert Quantization(scales, zeros, 0).same(Quantization(scales, zeros, 0))
    assert not Quantization(scales, zeros, 0).same(Quantization(scales, zeros, 1))
