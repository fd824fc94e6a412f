# SPDX-License-Identifier: Apache-2.0
"""Writes small .tflite files: what the stand-ins of models are made with.

Only the operators that a stand-in needs are known. The bytes depend on the calls alone, so the same calls give the
same file on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
import tflite

TENSOR_TYPES = {
    "float32": tflite.TensorType.FLOAT32,
    "int32": tflite.TensorType.INT32,
    "uint8": tflite.TensorType.UINT8,
    "int8": tflite.TensorType.INT8,
}
ACTIVATIONS = {
    "NONE": tflite.ActivationFunctionType.NONE,
    "RELU": tflite.ActivationFunctionType.RELU,
    "RELU6": tflite.ActivationFunctionType.RELU6,
}
PADDINGS = {"SAME": tflite.Padding.SAME, "VALID": tflite.Padding.VALID}

# kind -> operator version, name of its options table ("" for none)
OPERATORS = {
    "QUANTIZE": (1, ""),
    "DEQUANTIZE": (2, ""),
    "LOGISTIC": (2, ""),
    "SOFTMAX": (2, "SoftmaxOptions"),
    "FULLY_CONNECTED": (4, "FullyConnectedOptions"),
    "RESHAPE": (1, ""),
    "PAD": (2, "PadOptions"),
    "ADD": (2, "AddOptions"),
    "CONV_2D": (3, "Conv2DOptions"),
    "DEPTHWISE_CONV_2D": (3, "DepthwiseConv2DOptions"),
    "RESIZE_BILINEAR": (3, "ResizeBilinearOptions"),
}

SCHEMA_VERSION = 3
FILE_IDENTIFIER = b"TFL3"
BUFFER_ALIGNMENT = 16


class TfliteWriter:
    """Collects tensors and operators of one subgraph, then writes the file.

    Tensors are referred to by the number that `tensor` or `constant` returns.
    """

    def __init__(self, description: str) -> None:
        self._description = description
        self._tensors: list[dict[str, Any]] = []
        self._operators: list[tuple[str, tuple[int, ...], tuple[int, ...], dict[str, Any]]] = []

    def tensor(self, name: str, shape: Sequence[int], dtype: str, scale: float = 0.0, zero_point: int = 0) -> int:
        """An activation, quantized per tensor unless `scale` is 0."""
        scales = [scale] if scale else []
        return self._add(name, tuple(shape), dtype, scales, [zero_point] * len(scales), 0, b"")

    def constant(self, name: str, data: npt.NDArray[Any], scales: Sequence[float] = (), axis: int = 0) -> int:
        """A constant; quantized symmetrically with one scale per slice along `axis` when scales are given."""
        little = np.ascontiguousarray(data, dtype=data.dtype.newbyteorder("<"))
        return self._add(name, data.shape, data.dtype.name, list(scales), [0] * len(scales), axis, little.tobytes())

    def operator(self, kind: str, inputs: Sequence[int], output: int, **options: Any) -> int:
        """Appends an operator and returns its output. Options by their schema names in CamelCase."""
        self._operators.append((kind, tuple(inputs), (output,), options))
        return output

    def _add(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: str,
        scales: list[float],
        zero_points: list[int],
        axis: int,
        data: bytes,
    ) -> int:
        self._tensors.append(
            {
                "name": name,
                "shape": shape,
                "dtype": dtype,
                "scales": scales,
                "zero_points": zero_points,
                "axis": axis,
                "data": data,
            }
        )
        return len(self._tensors) - 1

    def finish(self, inputs: Sequence[int], outputs: Sequence[int]) -> bytes:
        """The file's bytes."""
        b = flatbuffers.Builder(1 << 16)
        codes = list(dict.fromkeys(kind for kind, *_ in self._operators))

        # Buffer 0 is the empty one that every activation refers to.
        buffers = [self._buffer(b, b"")]
        buffer_of: list[int] = []
        for tensor in self._tensors:
            buffer_of.append(len(buffers) if tensor["data"] else 0)
            if tensor["data"]:
                buffers.append(self._buffer(b, tensor["data"]))

        tensors = [self._tensor(b, tensor, buffer) for tensor, buffer in zip(self._tensors, buffer_of, strict=True)]
        operators = [
            self._operator(b, codes.index(kind), kind, reads, writes, options)
            for kind, reads, writes, options in self._operators
        ]

        tensor_vector = _offsets(b, tflite.SubGraphStartTensorsVector, tensors)
        operator_vector = _offsets(b, tflite.SubGraphStartOperatorsVector, operators)
        input_vector = b.CreateNumpyVector(np.asarray(inputs, np.int32))
        output_vector = b.CreateNumpyVector(np.asarray(outputs, np.int32))
        name = b.CreateString("main")
        tflite.SubGraphStart(b)
        tflite.SubGraphAddTensors(b, tensor_vector)
        tflite.SubGraphAddInputs(b, input_vector)
        tflite.SubGraphAddOutputs(b, output_vector)
        tflite.SubGraphAddOperators(b, operator_vector)
        tflite.SubGraphAddName(b, name)
        subgraph = tflite.SubGraphEnd(b)

        code_vector = _offsets(b, tflite.ModelStartOperatorCodesVector, [self._code(b, kind) for kind in codes])
        subgraph_vector = _offsets(b, tflite.ModelStartSubgraphsVector, [subgraph])
        buffer_vector = _offsets(b, tflite.ModelStartBuffersVector, buffers)
        description = b.CreateString(self._description)
        tflite.ModelStart(b)
        tflite.ModelAddVersion(b, SCHEMA_VERSION)
        tflite.ModelAddOperatorCodes(b, code_vector)
        tflite.ModelAddSubgraphs(b, subgraph_vector)
        tflite.ModelAddDescription(b, description)
        tflite.ModelAddBuffers(b, buffer_vector)
        b.Finish(tflite.ModelEnd(b), file_identifier=FILE_IDENTIFIER)
        return bytes(b.Output())

    @staticmethod
    def _buffer(b: Any, data: bytes) -> int:
        vector = None
        if data:
            b.StartVector(1, len(data), BUFFER_ALIGNMENT)
            b.head -= len(data)
            b.Bytes[b.head : b.head + len(data)] = data
            vector = b.EndVector()
        tflite.BufferStart(b)
        if vector is not None:
            tflite.BufferAddData(b, vector)
        return int(tflite.BufferEnd(b))

    @staticmethod
    def _tensor(b: Any, tensor: dict[str, Any], buffer: int) -> int:
        quantization = None
        if tensor["scales"]:
            scales = b.CreateNumpyVector(np.asarray(tensor["scales"], np.float32))
            zero_points = b.CreateNumpyVector(np.asarray(tensor["zero_points"], np.int64))
            tflite.QuantizationParametersStart(b)
            tflite.QuantizationParametersAddScale(b, scales)
            tflite.QuantizationParametersAddZeroPoint(b, zero_points)
            tflite.QuantizationParametersAddQuantizedDimension(b, tensor["axis"])
            quantization = tflite.QuantizationParametersEnd(b)
        shape = b.CreateNumpyVector(np.asarray(tensor["shape"], np.int32))
        name = b.CreateString(tensor["name"])
        tflite.TensorStart(b)
        tflite.TensorAddShape(b, shape)
        tflite.TensorAddType(b, TENSOR_TYPES[tensor["dtype"]])
        tflite.TensorAddBuffer(b, buffer)
        tflite.TensorAddName(b, name)
        if quantization is not None:
            tflite.TensorAddQuantization(b, quantization)
        return int(tflite.TensorEnd(b))

    @staticmethod
    def _operator(
        b: Any, code: int, kind: str, inputs: tuple[int, ...], outputs: tuple[int, ...], options: dict[str, Any]
    ) -> int:
        table = OPERATORS[kind][1]
        encoded = None
        if table:
            getattr(tflite, f"{table}Start")(b)
            for key, value in options.items():
                getattr(tflite, f"{table}Add{key}")(b, value)
            encoded = getattr(tflite, f"{table}End")(b)
        input_vector = b.CreateNumpyVector(np.asarray(inputs, np.int32))
        output_vector = b.CreateNumpyVector(np.asarray(outputs, np.int32))
        tflite.OperatorStart(b)
        tflite.OperatorAddOpcodeIndex(b, code)
        tflite.OperatorAddInputs(b, input_vector)
        tflite.OperatorAddOutputs(b, output_vector)
        if encoded is not None:
            tflite.OperatorAddBuiltinOptionsType(b, getattr(tflite.BuiltinOptions, table))
            tflite.OperatorAddBuiltinOptions(b, encoded)
        return int(tflite.OperatorEnd(b))

    @staticmethod
    def _code(b: Any, kind: str) -> int:
        builtin = getattr(tflite.BuiltinOperator, kind)
        tflite.OperatorCodeStart(b)
        tflite.OperatorCodeAddDeprecatedBuiltinCode(b, min(builtin, 127))
        tflite.OperatorCodeAddVersion(b, OPERATORS[kind][0])
        tflite.OperatorCodeAddBuiltinCode(b, builtin)
        return int(tflite.OperatorCodeEnd(b))


def _offsets(b: Any, start: Callable[[Any, int], Any], items: Sequence[int]) -> int:
    """A vector of tables that are already written."""
    start(b, len(items))
    for item in reversed(items):
        b.PrependUOffsetTRelative(item)
    return int(b.EndVector())
