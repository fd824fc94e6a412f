# SPDX-License-Identifier: Apache-2.0
"""What others can know a model by: its inputs and outputs, and the scales of its weights.

Read from any .tflite, whatever its operators are: a model that only ST's compiler can compile is compared too.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import tflite

from ingot.base.errors import IngotError
from ingot.compiler.frontend.flatbuffer import DAMAGED, numbers, reading, tables, text

_TYPE_NAMES = {v: k.lower() for k, v in vars(tflite.TensorType).items() if isinstance(v, int)}


@dataclass(frozen=True)
class Port:
    """An input or output. dtype: NumPy name. scale, zero_point: empty without quantization."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: tuple[float, ...]
    zero_point: tuple[int, ...]


@dataclass(frozen=True)
class Face:
    """inputs, outputs: in the model's order. scales: of each constant that has several, as float32 in its bytes.

    weights: the bytes of those constants that are int8.
    """

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    scales: tuple[bytes, ...]
    weights: tuple[bytes, ...] = ()


def read_face(data: bytes, where: str) -> Face:
    """The face of a .tflite file's content. where: how messages call the file. Raises IngotError."""
    if data[4:8] != b"TFL3":
        raise IngotError("not a TensorFlow Lite model", where=where, remedy=DAMAGED)
    with reading(where, "inputs, outputs and quantization"):
        model = tflite.Model.GetRootAs(data, 0)
        graph = model.Subgraphs(0)
        tensors, buffers = tables(graph, "Tensors"), tables(model, "Buffers")
        ports = [_port(tensors[i]) for i in numbers(graph, "Inputs")]
        results = [_port(tensors[i]) for i in numbers(graph, "Outputs")]
        constants = [t for t in tensors if _has_data(buffers[t.Buffer()]) and len(_quantization(t)[0]) > 1]
        scales = [pack_scales(_quantization(t)[0]) for t in constants]
        bytes_wide = [t for t in constants if t.Type() == tflite.TensorType.INT8]
        weights = [_content(data, buffers[t.Buffer()]) for t in bytes_wide]
    return Face(tuple(ports), tuple(results), tuple(scales), tuple(weights))


def pack_scales(scale: tuple[float, ...]) -> bytes:
    """The numbers as float32, which is how a model file stores them."""
    return struct.pack(f"<{len(scale)}f", *scale)


def _has_data(buffer: Any) -> bool:
    return bool(buffer.DataLength() > 0 or buffer.Offset() > 1)


def _content(data: bytes, buffer: Any) -> bytes:
    """A constant's bytes, which large files have behind the tables."""
    if buffer.DataLength():
        return bytes(buffer.DataAsNumpy())
    return data[buffer.Offset() : buffer.Offset() + buffer.Size()]


def _port(tensor: Any) -> Port:
    shape = tuple(int(n) for n in numbers(tensor, "Shape"))
    return Port(text(tensor, "Name"), shape, _TYPE_NAMES.get(tensor.Type(), ""), *_quantization(tensor))


def _quantization(tensor: Any) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """(scales, zero points), as many of each."""
    table = tensor.Quantization()
    scale = tuple(float(n) for n in numbers(table, "Scale")) if table is not None else ()
    zero_point = tuple(int(n) for n in numbers(table, "ZeroPoint")) if scale else ()
    return scale, zero_point if len(zero_point) == len(scale) else (zero_point or (0,))[:1] * len(scale)
