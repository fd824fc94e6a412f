# SPDX-License-Identifier: Apache-2.0
"""A model as a list of operators and quantized tensors, whichever format it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt

from ingot.compiler.frontend.model import read_operators
from ingot.compiler.graph import Graph

#: Kinds of TFLite's -> the name that ST's compiler gives nodes of that kind.
FAMILIES: Mapping[str, str] = {
    "CONV_2D": "Conv2D",
    "DEPTHWISE_CONV_2D": "Conv2D",
    "FULLY_CONNECTED": "Gemm",
    "ADD": "Add",
    "MUL": "Mul",
    "CONCATENATION": "Concat",
    "MAX_POOL_2D": "MaxPool",
    "AVERAGE_POOL_2D": "AveragePool",
    "MEAN": "AveragePool",
    "RESIZE_BILINEAR": "Resize",
    "RESIZE_NEAREST_NEIGHBOR": "Resize",
    "LOGISTIC": "Sigmoid",
    "SOFTMAX": "Softmax",
    "QUANTIZE": "Quantize",
    "DEQUANTIZE": "Dequantize",
    "PAD": "Pad",
    "RELU": "Relu",
    "PRELU": "PRelu",
}
#: Kinds that hand the same bytes on under another shape.
VIEWS = ("RESHAPE", "SQUEEZE", "EXPAND_DIMS")


@dataclass(frozen=True)
class ModelTensor:
    """A quantized or float tensor. key: what the oracle calls it. channels_last: as TFLite has them.

    scale: 0.0 without one. position: index of the operator that makes it, -1 for an input. root: key of the tensor that
    has the same numbers, through views and through QUANTIZE of uint8 to int8.
    """

    key: Any
    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int
    position: int
    root: Any
    channels_last: bool = True


@dataclass(frozen=True)
class ModelNode:
    """An operator. family: as in names of ST's nodes, "" for others. sources: keys of its data.

    scales: of its weights.
    """

    position: int
    family: str
    kind: str
    sources: tuple[Any, ...]
    target: Any
    scales: npt.NDArray[Any] | None = None


@dataclass(frozen=True)
class ModelGraph:
    """tensors: by key. nodes: in the order of the file."""

    tensors: Mapping[Any, ModelTensor]
    nodes: tuple[ModelNode, ...]
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]
    makers: Mapping[Any, ModelNode] = field(default_factory=dict)


def model_graph(model: Path) -> ModelGraph:
    """The graph of a .tflite; keys are indexes of its tensors. Raises IngotError."""
    return graph_of(read_operators(model))


def graph_of(graph: Graph) -> ModelGraph:
    """The graph of what the frontend has read."""
    makers: dict[Any, int] = {}
    for position, operator in enumerate(graph.operators):
        for index in operator.outputs:
            makers[index] = position
    nodes = []
    roots: dict[int, int] = {}
    for position, operator in enumerate(graph.operators):
        data = tuple(i for i in operator.inputs if i is not None and graph.tensors[i].data is None)
        target = operator.outputs[0]
        if data and (operator.kind in VIEWS or (operator.kind == "QUANTIZE" and _shifted(graph, data[0], target))):
            roots[target] = roots.get(data[0], data[0])
        scales = None
        if operator.kind in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED") and operator.inputs[1] is not None:
            quant = graph.tensors[operator.inputs[1]].quant
            scales = quant.scale if quant is not None else None
        nodes.append(ModelNode(position, FAMILIES.get(operator.kind, ""), operator.kind, data, target, scales))
    tensors = {}
    for index, tensor in enumerate(graph.tensors):
        if tensor.data is not None or (index not in makers and index not in graph.inputs):
            continue
        quant = tensor.quant
        single = quant is not None and quant.scale.size == 1
        tensors[index] = ModelTensor(
            index,
            tensor.name,
            tensor.shape,
            tensor.dtype.value,
            float(quant.scale[0]) if quant is not None and single else 0.0,
            int(quant.zero_point[0]) if quant is not None and single else 0,
            makers.get(index, -1),
            roots.get(index, index),
        )
    return ModelGraph(
        tensors, tuple(nodes), tuple(graph.inputs), tuple(graph.outputs), {node.target: node for node in nodes}
    )


def _shifted(graph: Graph, source: int, target: int) -> bool:
    """Whether a QUANTIZE only moves the zero point by 128."""
    one, other = graph.tensors[source].quant, graph.tensors[target].quant
    if one is None or other is None or one.scale.size != 1 or other.scale.size != 1:
        return False
    same = float(one.scale[0]) == float(other.scale[0])
    return same and abs(int(one.zero_point[0]) - int(other.zero_point[0])) == 128
