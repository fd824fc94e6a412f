# SPDX-License-Identifier: Apache-2.0
"""Writes an int8 .tflite as the QDQ .onnx that means the same, for tests that compare both:

    PYTHONPATH=tests:site_scons python -m support.tflite_to_qdq net.tflite net.onnx

Images become channels first, as PyTorch's exporters write them. Knows the operators of the public test models.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from ingot.compiler.frontend.model import read_model
from ingot.compiler.graph import Graph, Operator, Tensor

_BOUNDS = {"RELU": (0.0, None), "RELU6": (0.0, 6.0)}


def qdq_of(path: Path) -> bytes:
    """The .onnx of a .tflite. Raises KeyError for an operator that is not known here."""
    return _Writer(read_model(path)).model()


class _Writer:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.real: dict[int, str] = {}

    def constant(self, array: Any) -> str:
        name = f"constant {len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, kind: str, inputs: list[str], **attrs: Any) -> str:
        name = f"{kind} {len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attrs))
        return name

    def parameters(self, tensor: Tensor) -> list[str]:
        return [self.constant(np.float32(tensor.scale)), self.constant(np.int8(tensor.zero_point))]

    def quantized(self, real: str, tensor: Tensor) -> str:
        """The tensor's name is that of its stored numbers. A tensor of floats stays what it is."""
        if tensor.quant is None:
            return real
        parameters = self.parameters(tensor)
        self.nodes.append(helper.make_node("QuantizeLinear", [real, *parameters], [tensor.name]))
        return self.node("DequantizeLinear", [tensor.name, *parameters])

    def weights(self, tensor: Tensor, axes: tuple[int, ...], axis: int) -> str:
        assert tensor.quant is not None and tensor.data is not None
        scale = tensor.quant.scale
        each = scale if tensor.quant.per_channel else scale.reshape(())
        zeros = np.zeros(np.shape(each), np.int8)
        inputs = [self.constant(np.asarray(tensor.data).transpose(axes)), self.constant(each), self.constant(zeros)]
        return self.node("DequantizeLinear", inputs, axis=axis)

    def bias(self, op: Operator, channels: int) -> list[str]:
        if len(op.inputs) < 3 or op.inputs[2] is None:
            return []
        tensors = self.graph.tensors
        scale = np.float32(tensors[op.inputs[0] or 0].scale) * tensors[op.inputs[1] or 0].quant.scale  # type: ignore[union-attr]
        scale = np.broadcast_to(scale.astype(np.float32), (channels,))
        inputs = [self.constant(np.asarray(tensors[op.inputs[2]].data, np.int32)), self.constant(scale.copy())]
        return [self.node("DequantizeLinear", inputs, axis=0)]

    def model(self) -> bytes:
        graph, inputs, outputs = self.graph, [], []
        for t in graph.inputs:
            tensor = graph.tensors[t]
            inputs.append(helper.make_tensor_value_info(f"{tensor.name}_real", TensorProto.FLOAT, first(tensor.shape)))
            self.real[t] = self.quantized(f"{tensor.name}_real", tensor)
        for op in graph.operators:
            real = WRITERS[op.kind](self, op)
            bounds = _BOUNDS.get(op.attrs.get("activation", "NONE"))
            if bounds is not None:
                limits = ["" if b is None else self.constant(np.float32(b)) for b in bounds]
                real = self.node("Clip", [real, *limits])
            (t,) = op.outputs
            self.real[t] = self.quantized(real, graph.tensors[t])
        for t in graph.outputs:
            outputs.append(helper.make_tensor_value_info(self.real[t], TensorProto.FLOAT, None))
        made = helper.make_graph(self.nodes, graph.name, inputs, outputs, self.constants)
        opsets = [helper.make_opsetid("", 17)]
        return bytes(helper.make_model(made, opset_imports=opsets, ir_version=8).SerializeToString())


def first(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of an image with its channels first."""
    return (shape[0], shape[3], *shape[1:3]) if len(shape) == 4 else shape


def _window(op: Operator) -> dict[str, Any]:
    attrs = op.attrs
    pads = [attrs[f"pad_{side}"] for side in ("top", "left", "bottom", "right")]
    return {"strides": [attrs["stride_h"], attrs["stride_w"]], "pads": pads}


def _conv(w: _Writer, op: Operator) -> str:
    depthwise = op.kind == "DEPTHWISE_CONV_2D"
    weights = w.graph.tensors[op.inputs[1] or 0]
    channels = weights.shape[3 if depthwise else 0]
    stored = w.weights(weights, (3, 0, 1, 2) if depthwise else (0, 3, 1, 2), 0)
    group = w.graph.tensors[op.inputs[0] or 0].shape[3] // (1 if depthwise else weights.shape[3])
    dilations = [op.attrs["dilation_h"], op.attrs["dilation_w"]]
    inputs = [w.real[op.inputs[0] or 0], stored, *w.bias(op, channels)]
    return w.node("Conv", inputs, group=group, dilations=dilations, **_window(op))


def _gemm(w: _Writer, op: Operator) -> str:
    weights = w.graph.tensors[op.inputs[1] or 0]
    source = w.graph.tensors[op.inputs[0] or 0]
    real = w.real[op.inputs[0] or 0]
    if len(source.shape) == 4:
        real = w.node("Transpose", [real], perm=[0, 2, 3, 1])
    if source.shape[-1] != weights.shape[1]:
        real = w.node("Reshape", [real, w.constant(np.asarray([-1, weights.shape[1]], np.int64))])
    return w.node("Gemm", [real, w.weights(weights, (0, 1), 0), *w.bias(op, weights.shape[0])], transB=1)


def _pool(w: _Writer, op: Operator) -> str:
    kind = "MaxPool" if op.kind == "MAX_POOL_2D" else "AveragePool"
    return w.node(
        kind, [w.real[op.inputs[0] or 0]], kernel_shape=[op.attrs["filter_h"], op.attrs["filter_w"]], **_window(op)
    )


def _reshape(w: _Writer, op: Operator) -> str:
    """Of an image it is one of its channels last."""
    source, target = w.graph.tensors[op.inputs[0] or 0], w.graph.tensors[op.outputs[0]]
    real = w.real[op.inputs[0] or 0]
    if len(source.shape) == 4:
        real = w.node("Transpose", [real], perm=[0, 2, 3, 1])
    real = w.node("Reshape", [real, w.constant(np.asarray(target.shape, np.int64))])
    return w.node("Transpose", [real], perm=[0, 3, 1, 2]) if len(target.shape) == 4 else real


def _pad(w: _Writer, op: Operator) -> str:
    amounts = np.asarray(w.graph.tensors[op.inputs[1] or 0].data, np.int64)
    amounts = amounts[[0, 3, 1, 2]] if len(amounts) == 4 else amounts
    return w.node("Pad", [w.real[op.inputs[0] or 0], w.constant(amounts.T.reshape(-1))])


def _resize(w: _Writer, op: Operator) -> str:
    half = op.attrs.get("half_pixel_centers")
    position = "align_corners" if op.attrs.get("align_corners") else "half_pixel" if half else "asymmetric"
    sizes = w.constant(np.asarray(first(w.graph.tensors[op.outputs[0]].shape), np.int64))
    mode = "linear" if op.kind == "RESIZE_BILINEAR" else "nearest"
    attrs = {"mode": mode, "coordinate_transformation_mode": position, "nearest_mode": "floor"}
    return w.node("Resize", [w.real[op.inputs[0] or 0], "", "", sizes], **attrs)


def _of_all(kind: str, **attrs: Any) -> Callable[[_Writer, Operator], str]:
    return lambda w, op: w.node(kind, [w.real[t] for t in op.inputs if t is not None], **attrs)


WRITERS: dict[str, Callable[[_Writer, Operator], str]] = {
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": _conv,
    "FULLY_CONNECTED": _gemm,
    "AVERAGE_POOL_2D": _pool,
    "MAX_POOL_2D": _pool,
    "QUANTIZE": lambda w, op: w.real[op.inputs[0] or 0],
    "DEQUANTIZE": lambda w, op: w.real[op.inputs[0] or 0],
    "RESIZE_BILINEAR": _resize,
    "RESIZE_NEAREST_NEIGHBOR": _resize,
    "RESHAPE": _reshape,
    "PAD": _pad,
    "ADD": _of_all("Add"),
    "MUL": _of_all("Mul"),
    "SOFTMAX": _of_all("Softmax", axis=-1),
    "LOGISTIC": _of_all("Sigmoid"),
}


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(qdq_of(Path(sys.argv[1])))
