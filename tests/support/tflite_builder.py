# SPDX-License-Identifier: Apache-2.0
"""Builds small, valid .tflite files in memory.

    b = Builder()
    x = b.input((1, 8, 8, 3), "int8", 0.05, -3)
    w = b.constant(weights, [0.01] * 16, axis=0)
    y = b.tensor((1, 8, 8, 16), "int8", 0.1, 5)
    b.operator("CONV_2D", [x, w, None], [y], padding="SAME", stride_h=1, stride_w=1)
    model: bytes = b.finish([y])

Options are given in snake case by their schema names; the values of padding, fused_activation_function, mode and the
data types may be names ("SAME", "RELU6", "REFLECT", "int8"). Below the Builder: one-operator models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import ai_edge_litert.schema_py_generated as schema
import flatbuffers
import numpy as np
import numpy.typing as npt

TENSOR_TYPES = {
    "bool": schema.TensorType.BOOL,
    "int8": schema.TensorType.INT8,
    "uint8": schema.TensorType.UINT8,
    "int16": schema.TensorType.INT16,
    "int32": schema.TensorType.INT32,
    "int64": schema.TensorType.INT64,
    "float32": schema.TensorType.FLOAT32,
    "float16": schema.TensorType.FLOAT16,
    "float64": schema.TensorType.FLOAT64,
    "int4": schema.TensorType.INT4,
    "resource": schema.TensorType.RESOURCE,
    "string": schema.TensorType.STRING,
}

# Operators whose options table is not named after them.
OPTIONS_TABLE = {
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "L2_POOL_2D": "Pool2DOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "LOCAL_RESPONSE_NORMALIZATION": "LocalResponseNormalizationOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "UNIDIRECTIONAL_SEQUENCE_RNN": "SequenceRNNOptions",
    **dict.fromkeys(
        ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL"), "ReducerOptions"
    ),
}

# Operators whose version 1 LiteRT no longer has.
VERSIONS = {"BROADCAST_TO": 2}

ENUMS = {
    "padding": schema.Padding,
    "fused_activation_function": schema.ActivationFunctionType,
    "mode": schema.MirrorPadMode,
    "weights_format": schema.FullyConnectedOptionsWeightsFormat,
}

# Defaults of the schema that LiteRT refuses or that no converter writes.
PRESETS: dict[str, dict[str, Any]] = {
    "Conv2DOptions": {"stride_h": 1, "stride_w": 1, "dilation_h_factor": 1, "dilation_w_factor": 1},
    "DepthwiseConv2DOptions": {
        "stride_h": 1,
        "stride_w": 1,
        "dilation_h_factor": 1,
        "dilation_w_factor": 1,
        "depth_multiplier": 1,
    },
    "TransposeConvOptions": {"stride_h": 1, "stride_w": 1},
    "Pool2DOptions": {"stride_h": 1, "stride_w": 1, "filter_height": 1, "filter_width": 1},
    "SoftmaxOptions": {"beta": 1.0},
}


class Builder:
    """Collects tensors and operators of one subgraph. Tensor ids are their indexes in the file.

    codes: the fields of an operator code that are set: "both", "builtin_code" alone as newer quantizers write it, or
    "deprecated_builtin_code" alone as files from before 2020 have it.
    """

    def __init__(self, codes: str = "both") -> None:
        self._fields = codes
        self._tensors: list[schema.TensorT] = []
        self._buffers: list[schema.BufferT] = [schema.BufferT()]
        self._codes: list[schema.OperatorCodeT] = []
        self._numbers: list[int] = []
        self._operators: list[schema.OperatorT] = []
        self._inputs: list[int] = []
        self._subgraphs: list[Builder] = []

    def subgraph(self) -> Builder:
        """A further subgraph of the file; its number is that of subgraphs so far, from 1."""
        other = Builder(self._fields)
        other._buffers, other._codes, other._numbers = self._buffers, self._codes, self._numbers
        self._subgraphs.append(other)
        return other

    def variable(self, name: str) -> int:
        """Adds a VAR_HANDLE and returns its handle."""
        handle = self.tensor((), "resource")
        self.operator("VAR_HANDLE", [], [handle], shared_name=name.encode())
        return handle

    def initialize(self, **values: tuple[npt.NDArray[Any], float | None, int]) -> None:
        """A CALL_ONCE here, of a subgraph that assigns (data, scale, zero point) to each variable."""
        other = self.subgraph()
        self.operator("CALL_ONCE", [], [], init_subgraph_index=len(self._subgraphs))
        for name, value in values.items():
            other.operator("ASSIGN_VARIABLE", [other.variable(name), other.constant(*value)], [])

    def tensor(
        self,
        shape: Sequence[int],
        dtype: str = "int8",
        scale: float | Sequence[float] | None = None,
        zero_point: int | Sequence[int] = 0,
        *,
        axis: int = 0,
        data: npt.NDArray[Any] | bytes | None = None,
        name: str | None = None,
        is_variable: bool = False,
        signature: Sequence[int] | None = None,
    ) -> int:
        """Adds a tensor and returns its id. scale may be a sequence: per channel along axis.

        signature: the shape_signature, with -1 for a free extent.
        """
        t = schema.TensorT()
        t.shape = [int(n) for n in shape]
        t.hasRank = True
        t.shapeSignature = None if signature is None else [int(n) for n in signature]
        t.type = TENSOR_TYPES[dtype]
        t.name = (name if name is not None else f"t{len(self._tensors)}").encode()
        t.isVariable = is_variable
        if scale is not None:
            scales = np.atleast_1d(np.asarray(scale, np.float32))
            q = schema.QuantizationParametersT()
            q.scale = [float(s) for s in scales]
            q.zeroPoint = [int(z) for z in np.broadcast_to(np.asarray(zero_point, np.int64), scales.shape)]
            q.quantizedDimension = axis
            t.quantization = q
        if data is not None:
            buffer = schema.BufferT()
            content = data if isinstance(data, bytes) else np.ascontiguousarray(data).tobytes()
            buffer.data = np.frombuffer(content, np.uint8)
            t.buffer = len(self._buffers)
            self._buffers.append(buffer)
        self._tensors.append(t)
        return len(self._tensors) - 1

    def input(
        self, shape: Sequence[int], dtype: str = "int8", scale: float | None = None, zero_point: int = 0, **more: Any
    ) -> int:
        """Adds a tensor that is an input of the model."""
        t = self.tensor(shape, dtype, scale, zero_point, **more)
        self._inputs.append(t)
        return t

    def constant(
        self,
        data: npt.ArrayLike,
        scale: float | Sequence[float] | None = None,
        zero_point: int | Sequence[int] = 0,
        *,
        axis: int = 0,
        name: str | None = None,
    ) -> int:
        """Adds a constant tensor with the array's shape and type."""
        array = np.asarray(data)
        return self.tensor(array.shape, array.dtype.name, scale, zero_point, axis=axis, data=array, name=name)

    def nibbles(
        self, data: npt.ArrayLike, scale: float | Sequence[float], zero_point: int = 0, *, axis: int = 0
    ) -> int:
        """Adds a constant of numbers of four bits, two in a byte, the first in the low one."""
        array = np.asarray(data)
        flat = np.append(array.ravel(), np.zeros(array.size % 2, array.dtype)).astype(np.uint8) & 15
        packed = (flat[::2] | flat[1::2] << 4).astype(np.uint8)
        return self.tensor(array.shape, "int4", scale, zero_point, axis=axis, data=packed)

    def operator(self, kind: str, inputs: Sequence[int | None], outputs: Sequence[int], **options: Any) -> int:
        """Adds an operator and returns its index. None is an absent optional input.

        "CUSTOM" takes custom_code= and custom_options= (bytes), an LSTM intermediates=[tensors].
        """
        op = schema.OperatorT()
        op.opcodeIndex = self._code(kind, options.pop("custom_code", None))
        op.inputs = [-1 if t is None else t for t in inputs]
        op.outputs = list(outputs)
        op.intermediates = options.pop("intermediates", None)
        op.customOptions = list(options.pop("custom_options", b"")) or None
        table = options_table(kind)
        if table is not None:
            op.builtinOptions = _options(table, options)
            op.builtinOptionsType = getattr(schema.BuiltinOptions, table)
        elif options:
            raise ValueError(f"{kind} has no options table, but got {sorted(options)}")
        self._operators.append(op)
        return len(self._operators) - 1

    def finish(
        self, outputs: Sequence[int], inputs: Sequence[int] | None = None, *, signatures: Sequence[str] = ()
    ) -> bytes:
        """The file. signatures: names of signatures, each of which runs a subgraph of its own, all alike."""
        graph = self._packed(outputs, inputs, b"main")
        model = schema.ModelT()
        model.version = 3
        model.operatorCodes = self._codes
        model.subgraphs = [graph] * max(len(signatures), 1) + [
            other._packed((), (), b"more") for other in self._subgraphs
        ]
        model.signatureDefs = [_signature(name, number) for number, name in enumerate(signatures)]
        model.buffers = self._buffers
        model.description = b"made by the tests of Ingot"
        packer = flatbuffers.Builder(4096)
        packer.Finish(model.Pack(packer), b"TFL3")
        return bytes(packer.Output())

    def _packed(self, outputs: Sequence[int], inputs: Sequence[int] | None, name: bytes) -> Any:
        graph = schema.SubGraphT()
        graph.tensors = self._tensors
        graph.operators = self._operators
        graph.inputs = list(self._inputs if inputs is None else inputs)
        graph.outputs = list(outputs)
        graph.name = name
        return graph

    def _code(self, kind: str, custom: str | None) -> int:
        number = getattr(schema.BuiltinOperator, kind)
        for i, code in enumerate(self._codes):
            if self._numbers[i] == number and code.customCode == custom:
                return i
        code = schema.OperatorCodeT()
        code.builtinCode = 0 if self._fields == "deprecated_builtin_code" else number
        code.deprecatedBuiltinCode = 0 if self._fields == "builtin_code" else min(number, 127)
        code.version = VERSIONS.get(kind, 1)
        code.customCode = custom
        self._codes.append(code)
        self._numbers.append(number)
        return len(self._codes) - 1


def _signature(name: str, subgraph: int) -> Any:
    signature = schema.SignatureDefT()
    signature.signatureKey = name.encode()
    signature.subgraphIndex = subgraph
    return signature


def options_table(kind: str) -> str | None:
    """Name of the options table of an operator; None when it has none."""
    if kind in OPTIONS_TABLE:
        return OPTIONS_TABLE[kind]
    wanted = kind.replace("_", "").lower() + "options"
    for name in vars(schema.BuiltinOptions):
        if name.lower() == wanted:
            return name
    return None


def _options(table: str, values: dict[str, Any]) -> Any:
    options = getattr(schema, table + "T")()
    for key, value in {**PRESETS.get(table, {}), **values}.items():
        field = re.sub(r"_(\w)", lambda m: m[1].upper(), key)
        if not hasattr(options, field):
            raise ValueError(f"{table} has no option {key}")
        if isinstance(value, str):
            value = getattr(ENUMS[key], value) if key in ENUMS else TENSOR_TYPES[value]
        setattr(options, field, value)
    return options


def unary(
    kind: str,
    shape: Sequence[int],
    source: tuple[str, float | None, int],
    target: tuple[str, float | None, int],
    **options: Any,
) -> bytes:
    """One operator with one input and an output of the same shape; source and target are (dtype, scale, zero point)."""
    b = Builder()
    x = b.input(shape, *source)
    y = b.tensor(shape, *target)
    b.operator(kind, [x], [y], **options)
    return b.finish([y])


def binary(
    kind: str,
    shapes: tuple[Sequence[int], Sequence[int]],
    sources: tuple[tuple[str, float | None, int], tuple[str, float | None, int]],
    target: tuple[str, float | None, int],
    **options: Any,
) -> bytes:
    """One operator with two inputs (ADD, MUL, ...); the output has their broadcast shape."""
    b = Builder()
    x0, x1 = (b.input(shape, *source) for shape, source in zip(shapes, sources, strict=True))
    y = b.tensor(np.broadcast_shapes(*map(tuple, shapes)), *target)
    b.operator(kind, [x0, x1], [y], **options)
    return b.finish([y])


def shaped(
    kind: str,
    shape: Sequence[int],
    out_shape: Sequence[int],
    constants: Sequence[npt.ArrayLike] = (),
    dtype: str = "int8",
    scale: float | None = 0.1,
    zero_point: int = 0,
    target: tuple[str, float | None, int] | None = None,
    **options: Any,
) -> bytes:
    """One operator with one activation and constant shape-like inputs (PAD, RESHAPE, MEAN, RESIZE_BILINEAR, ...)."""
    b = Builder()
    x = b.input(shape, dtype, scale, zero_point)
    rest = [b.constant(np.asarray(c, np.int32) if isinstance(c, (list, tuple, int)) else c) for c in constants]
    y = b.tensor(out_shape, *(target or (dtype, scale, zero_point)))
    b.operator(kind, [x, *rest], [y], **options)
    return b.finish([y])


def window_extent(size: int, kernel: int, stride: int, dilation: int, padding: str) -> int:
    """Output extent of a convolution or pooling along one axis."""
    if padding == "SAME":
        return -(-size // stride)
    return (size - (kernel - 1) * dilation - 1) // stride + 1


def pool(
    kind: str,
    shape: Sequence[int],
    kernel: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    padding: str = "VALID",
    activation: str = "NONE",
    dtype: str = "int8",
    scale: float | None = 0.1,
    zero_point: int = 0,
) -> bytes:
    """AVERAGE_POOL_2D or MAX_POOL_2D."""
    n, h, w, c = shape
    b = Builder()
    x = b.input(shape, dtype, scale, zero_point)
    y = b.tensor(
        (
            n,
            window_extent(h, kernel[0], stride[0], 1, padding),
            window_extent(w, kernel[1], stride[1], 1, padding),
            c,
        ),
        dtype,
        scale,
        zero_point,
    )
    b.operator(
        kind,
        [x],
        [y],
        filter_height=kernel[0],
        filter_width=kernel[1],
        stride_h=stride[0],
        stride_w=stride[1],
        padding=padding,
        fused_activation_function=activation,
    )
    return b.finish([y])


def conv2d(
    shape: Sequence[int],
    weights: npt.NDArray[Any],
    weight_scale: float | Sequence[float] | None,
    bias: npt.NDArray[Any] | None = None,
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    padding: str = "VALID",
    activation: str = "NONE",
    source: tuple[str, float | None, int] = ("int8", 0.1, 0),
    target: tuple[str, float | None, int] = ("int8", 0.1, 0),
) -> bytes:
    """CONV_2D; weights (out, kh, kw, in / groups)."""
    return _convolution("CONV_2D", shape, weights, weight_scale, bias, stride, dilation, padding, source, target, 0)(
        activation, bias_type(bias, source[0])
    )


def bias_type(bias: npt.NDArray[Any] | None, source: str) -> dict[str, int]:
    """The option of a layer of int16 that says that its bias is int32."""
    told = source == "int16" and bias is not None and bias.dtype == np.int32
    return {"quantized_bias_type": TENSOR_TYPES["int32"]} if told else {}


def depthwise(
    shape: Sequence[int],
    weights: npt.NDArray[Any],
    weight_scale: float | Sequence[float] | None,
    bias: npt.NDArray[Any] | None = None,
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    padding: str = "VALID",
    activation: str = "NONE",
    source: tuple[str, float | None, int] = ("int8", 0.1, 0),
    target: tuple[str, float | None, int] = ("int8", 0.1, 0),
) -> bytes:
    """DEPTHWISE_CONV_2D; weights (1, kh, kw, in * multiplier)."""
    return _convolution(
        "DEPTHWISE_CONV_2D", shape, weights, weight_scale, bias, stride, dilation, padding, source, target, 3
    )(activation, {"depth_multiplier": weights.shape[3] // shape[3]})


def _convolution(
    kind: str,
    shape: Sequence[int],
    weights: npt.NDArray[Any],
    weight_scale: float | Sequence[float] | None,
    bias: npt.NDArray[Any] | None,
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
    source: tuple[str, float | None, int],
    target: tuple[str, float | None, int],
    channel_axis: int,
) -> Any:
    n, h, w, _ = shape
    _, kh, kw, _ = weights.shape
    out_channels = weights.shape[channel_axis]

    def build(activation: str, extra: dict[str, Any]) -> bytes:
        b = Builder()
        x = b.input(shape, *source)
        k = b.constant(weights, weight_scale, axis=channel_axis)
        bias_scale = None
        if weight_scale is not None and source[1] is not None:
            bias_scale = np.atleast_1d(np.float32(source[1]) * np.asarray(weight_scale, np.float32)).tolist()
        c = None if bias is None else b.constant(bias, bias_scale)
        out = (
            n,
            window_extent(h, kh, stride[0], dilation[0], padding),
            window_extent(w, kw, stride[1], dilation[1], padding),
            out_channels,
        )
        y = b.tensor(out, *target)
        b.operator(
            kind,
            [x, k] if c is None else [x, k, c],
            [y],
            padding=padding,
            stride_h=stride[0],
            stride_w=stride[1],
            dilation_h_factor=dilation[0],
            dilation_w_factor=dilation[1],
            fused_activation_function=activation,
            **extra,
        )
        return b.finish([y])

    return build


def fully_connected(
    shape: Sequence[int],
    weights: npt.NDArray[Any],
    weight_scale: float | Sequence[float] | None,
    bias: npt.NDArray[Any] | None = None,
    activation: str = "NONE",
    keep_num_dims: bool = False,
    source: tuple[str, float | None, int] = ("int8", 0.1, 0),
    target: tuple[str, float | None, int] = ("int8", 0.1, 0),
) -> bytes:
    """FULLY_CONNECTED; weights (out, in)."""
    b = Builder()
    x = b.input(shape, *source)
    k = b.constant(weights, weight_scale)
    bias_scale = None
    if weight_scale is not None and source[1] is not None:
        bias_scale = np.atleast_1d(np.float32(source[1]) * np.asarray(weight_scale, np.float32)).tolist()
    c = None if bias is None else b.constant(bias, bias_scale)
    outs, ins = weights.shape
    out = (*shape[:-1], outs) if keep_num_dims else (int(np.prod(shape)) // ins, outs)
    y = b.tensor(out, *target)
    options = {"fused_activation_function": activation, "keep_num_dims": keep_num_dims, **bias_type(bias, source[0])}
    b.operator("FULLY_CONNECTED", [x, k, c], [y], **options)
    return b.finish([y])
