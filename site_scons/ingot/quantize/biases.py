# SPDX-License-Identifier: Apache-2.0
"""Biases that do not fit the scale of their channel.

ai-edge-quantizer takes the scale of a channel from its weights alone. Where all of them are zero, or nearly, as pruning
leaves them, the bias has no room in an int32 and becomes the smallest one: the channel gives 0 in place of its bias
(findings/ai-edge-quantizer-pruned-channel.sh).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.quantize.tflite_object import read_objects, written

MOST = 2.0**30
"""Largest code of a bias: as much again is left for the products of a layer."""

_PLACES = {  # operator -> which inputs are image, weights and bias
    "CONV_2D": (0, 1, 2),
    "DEPTHWISE_CONV_2D": (0, 1, 2),
    "FULLY_CONNECTED": (0, 1, 2),
    "TRANSPOSE_CONV": (2, 1, 3),
}


def with_room_for_biases(quantized: bytes, before: bytes) -> bytes:
    """The quantized .tflite with larger scales for the channels whose bias has no room; the same bytes without such.

    before: the float file, whose tensors have the same names. Only channels with a scale of their own are widened, and
    only where one layer alone reads the weights and the bias.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = read_objects(quantized)
    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
    biases, widened = _floats(before), False
    for graph in model.subgraphs:
        readers: dict[int, int] = {}
        for operator in graph.operators:
            for index in operator.inputs:
                readers[int(index)] = readers.get(int(index), 0) + 1
        for operator in graph.operators:
            code = model.operatorCodes[operator.opcodeIndex]
            places = _PLACES.get(names.get(max(code.builtinCode, code.deprecatedBuiltinCode), ""))
            if places is None or len(operator.inputs) <= places[2]:
                continue
            read = [int(operator.inputs[place]) for place in places]
            if read[2] < 0 or readers[read[1]] > 1 or readers[read[2]] > 1:
                continue
            image, weights, bias = (graph.tensors[index] for index in read)
            if bias.name in biases:
                widened |= _widen(model, image, weights, bias, biases[bias.name])
    if not widened:
        return quantized
    return written(model)


def _floats(data: bytes) -> Mapping[bytes, npt.NDArray[np.float32]]:
    """Name -> values of the constant vectors of a float file."""
    from ai_edge_litert import schema_py_generated as schema

    model = read_objects(data)
    found = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            stored = model.buffers[tensor.buffer].data
            if tensor.type == schema.TensorType.FLOAT32 and stored is not None and np.size(tensor.shape) == 1:
                found[tensor.name] = np.asarray(stored, np.uint8).view("<f4")
    return found


def _widen(model: Any, image: Any, weights: Any, bias: Any, real: npt.NDArray[np.float32]) -> bool:
    """Whether channels were changed. real: the bias in float."""
    from ai_edge_litert import schema_py_generated as schema

    types: dict[int, np.dtype[Any]] = {
        schema.TensorType.INT32: np.dtype("<i4"),
        schema.TensorType.INT64: np.dtype("<i8"),
    }
    if bias.type not in types or weights.type not in (schema.TensorType.INT8, schema.TensorType.INT4):
        return False
    source = float(image.quantization.scale[0])
    scales = np.asarray(weights.quantization.scale, np.float32)
    if scales.size != real.size:
        return False
    room = (np.abs(real.astype(np.float64)) / (source * MOST)).astype(np.float32)
    wide = np.maximum(scales, room)
    narrow = wide > scales
    if not narrow.any():
        return False
    ratio = np.where(narrow, scales.astype(np.float64) / wide, 1.0)
    along = [1] * len(weights.shape)
    along[weights.quantization.quantizedDimension] = scales.size
    buffer = model.buffers[weights.buffer]
    codes = _unpacked(np.asarray(buffer.data, np.uint8), weights.type == schema.TensorType.INT4, weights.shape)
    codes = np.rint(codes * ratio.reshape(along)).astype(np.int8)
    buffer.data = _packed(codes.reshape(-1), weights.type == schema.TensorType.INT4)
    weights.quantization.scale = wide
    steps = source * wide.astype(np.float64)
    held = np.asarray(model.buffers[bias.buffer].data, np.uint8).view(types[bias.type])
    model.buffers[bias.buffer].data = (
        np.where(narrow, np.rint(real / steps), held).astype(types[bias.type]).view(np.uint8)
    )
    bias.quantization.scale = np.where(narrow, steps, bias.quantization.scale).astype(np.float32)
    return True


def _unpacked(data: npt.NDArray[np.uint8], four_bits: bool, shape: Any) -> npt.NDArray[np.int8]:
    """Numbers of four bits are two a byte, the first in the low half."""
    codes = data.view(np.int8)
    if four_bits:
        codes = np.stack([(data << 4).view(np.int8) >> 4, codes >> 4], axis=1).reshape(-1)
    return codes[: int(np.prod(shape))].reshape(tuple(int(extent) for extent in shape))


def _packed(codes: npt.NDArray[np.int8], four_bits: bool) -> npt.NDArray[np.uint8]:
    if not four_bits:
        return codes.view(np.uint8)
    even = np.append(codes, np.zeros(codes.size % 2, np.int8)).view(np.uint8)
    both: npt.NDArray[np.uint8] = np.bitwise_or(even[::2] & 15, even[1::2] << 4)
    return both
