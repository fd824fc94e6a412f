# SPDX-License-Identifier: Apache-2.0
"""Runs a graph operator by operator: LiteRT's reference kernels for the file's kinds, NumPy for those that passes make.

This is how passes are tested: the graph before and after must give the same bytes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.frontend.options import RENAMED
from ingot.compiler.graph import Graph, Operator, Tensor
from ingot.device.run.oracle import Reference
from support import tflite_builder as tfl

_PADS = ("pad_top", "pad_bottom", "pad_left", "pad_right")
_ORIGINAL = {short: name for name, short in RENAMED.items()}


def run_graph(graph: Graph, inputs: list[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    """The graph's outputs for these inputs."""
    values = {t: tensor.data for t, tensor in enumerate(graph.tensors) if tensor.data is not None}
    values.update(zip(graph.inputs, inputs, strict=True))
    for op in graph.operators:
        arrays = [None if t is None else values[t] for t in op.inputs]
        for t, result in zip(op.outputs, run_operator(graph, op, arrays), strict=True):
            assert result.shape == graph.tensors[t].shape, (op, result.shape)
            assert result.dtype == graph.tensors[t].dtype.numpy, (op, result.dtype)
            values[t] = result
    return [values[t] for t in graph.outputs]


def run_operator(graph: Graph, op: Operator, arrays: list[npt.NDArray[Any] | None]) -> list[npt.NDArray[Any]]:
    output = graph.tensors[op.outputs[0]]
    if op.kind == "view":
        (array,) = arrays
        assert array is not None and array.dtype == output.dtype.numpy
        return [array.reshape(output.shape)]
    if op.kind == "table":
        (array,) = arrays
        assert array is not None and op.attrs["entries"].shape == (256,)
        return [op.attrs["entries"][array.view(np.uint8)].view(output.dtype.numpy)]
    options = {_ORIGINAL.get(name, name): value for name, value in op.attrs.items()}
    tensors = [None if t is None else graph.tensors[t] for t in op.inputs]
    if set(_PADS) <= set(options):
        arrays = [_padded(op, tensors[0], arrays[0]), *arrays[1:]]
        options = {name: value for name, value in options.items() if name not in _PADS} | {"padding": "VALID"}
    b = tfl.Builder()
    ids: list[int | None] = []
    given = []
    for tensor, array in zip(tensors, arrays, strict=True):
        if tensor is None or array is None:
            ids.append(None)
        elif tensor.is_constant:
            ids.append(_add(b, tensor, array.shape, array))
        else:
            ids.append(_add(b, tensor, array.shape))
            b._inputs.append(ids[-1])
            given.append(array)
    outputs = [_add(b, graph.tensors[t], graph.tensors[t].shape) for t in op.outputs]
    while ids and ids[-1] is None:
        ids.pop()
    b.operator(op.kind, ids, outputs, **{k: v for k, v in options.items() if not _default(v)})
    return Reference(b.finish(outputs)).run(given)


def _default(value: Any) -> bool:
    """Options that need not be written; unknown ones among them would not be accepted."""
    return value in (False, 0, (), "NONE", "float32", "DEFAULT")


def _padded(op: Operator, tensor: Tensor | None, array: npt.NDArray[Any] | None) -> npt.NDArray[Any]:
    assert tensor is not None and array is not None
    top, bottom, left, right = (op.attrs[name] for name in _PADS)
    assert op.kind != "AVERAGE_POOL_2D" or not (top or bottom or left or right), "cannot be padded beforehand"
    fill: Any = tensor.zero_point if tensor.quant is not None else 0
    if op.kind == "MAX_POOL_2D":
        fill = np.iinfo(array.dtype).min if array.dtype.kind in "iu" else -np.inf
    return np.pad(array, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=fill)


def _add(b: tfl.Builder, tensor: Tensor, shape: tuple[int, ...], data: npt.NDArray[Any] | None = None) -> int:
    quant = tensor.quant
    scale = None if quant is None else quant.scale.tolist()
    zero_point = 0 if quant is None else quant.zero_point.tolist()
    axis = 0 if quant is None else quant.axis
    return b.tensor(shape, tensor.dtype.value, scale, zero_point, axis=axis, data=data)
