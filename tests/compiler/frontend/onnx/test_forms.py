# SPDX-License-Identifier: Apache-2.0
"""Forms of one thing that quantizers write: each gives what the plain form gives, and onnxruntime the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from ingot.compiler.even.evaluate import evaluate
from ingot.compiler.frontend.onnx.read import read_qdq
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.registry import Target
from ingot.compiler.passes.optimize import optimize
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.onnx_layers import Comparison, OnnxLayers

X, W, Y = np.float32(0.05), np.float32([0.01, 0.02]), np.float32(0.1)
CODES = np.arange(-3, 3, dtype=np.int8).reshape(2, 3)
X_ZERO, Y_ZERO = np.int8(7), np.int8(-5)
BIAS = np.array([400, -700], np.int32)
#: The layer of all forms: 3 numbers become 2.


def attributes(**constants: Any) -> list[Any]:
    return [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]


def model(nodes: list[Any], constants: list[Any], opset: int = 17, shape: tuple[int, ...] = (1, 3)) -> bytes:
    """From the float input x to the float output y."""
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    graph = helper.make_graph(nodes, "form", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString())


def qdq(
    *,
    x_zero: Any = X_ZERO,
    x_scale: Any = X,
    bias: tuple[str, list[Any]] | None = None,
    weight_zero: Any = None,
    codes: Any = CODES,
    weight_scale: Any = W,
    domain: str = "",
    opset: int = 17,
    axis: int = 0,
    layer: dict[str, Any] | None = None,
    behind: tuple[str, list[Any]] | None = None,
    y_zero: Any = Y_ZERO,
) -> bytes:
    """A Gemm by weights [2, 3] with everything around it."""
    constants = attributes(xs=x_scale, w=codes, ws=weight_scale, ys=Y, b=BIAS, bs=(X * W).astype(np.float32))
    tail: dict[str, list[str]] = {}
    for name, zero in (("x", x_zero), ("w", weight_zero), ("y", y_zero)):
        tail[name] = [] if zero is None else [f"{name}z"]
        constants += [] if zero is None else attributes(**{f"{name}z": zero})
    bias_nodes = [helper.make_node("DequantizeLinear", ["b", "bs"], ["bias"], axis=0)]
    if bias is not None:
        bias_nodes, more = [], bias[1]
        constants += more
        if bias[0]:
            bias_nodes = [helper.make_node("DequantizeLinear", bias[0].split(), ["bias"], axis=0)]
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "xs", *tail["x"]], ["xq"], domain=domain),
        helper.make_node("DequantizeLinear", ["xq", "xs", *tail["x"]], ["xr"], domain=domain),
        helper.make_node("DequantizeLinear", ["w", "ws", *tail["w"]], ["wr"], axis=axis, domain=domain),
        *bias_nodes,
        helper.make_node("Gemm", ["xr", "wr", "bias"], ["g"], **({"transB": 1} if layer is None else layer)),
    ]
    last = "g"
    if behind is not None:
        constants += behind[1]
        nodes.append(helper.make_node(behind[0], ["g", *(item.name for item in behind[1])], ["h"]))
        last = "h"
    nodes += [
        helper.make_node("QuantizeLinear", [last, "ys", *tail["y"]], ["yq"], domain=domain),
        helper.make_node("DequantizeLinear", ["yq", "ys", *tail["y"]], ["y"], domain=domain),
    ]
    return model(nodes, constants, opset)


def float_bias() -> bytes:
    return qdq(bias=("", attributes(bias=(BIAS * X * W).astype(np.float32))))


def bias_of_another_scale() -> bytes:
    return qdq(bias=("b b2", attributes(b2=np.float32(X * W[0] * 1.7))))


def bias_scale_of_one_element() -> bytes:
    """With a zero point that has no dimensions."""
    return qdq(bias=("b b2 b3", attributes(b2=np.float32([X * W[0]]), b3=np.int32(0))))


def two_int4(opset: int, domain: str = "") -> bytes:
    """Codes from -8 to 7."""
    packed = onnx.helper.make_tensor("w", TensorProto.INT4, (2, 3), np.array([[-8, 7, -1], [0, 3, -5]]))
    bytes_ = qdq(opset=opset, domain=domain, weight_zero=np.int8([0, 0]))
    proto = onnx.ModelProto.FromString(bytes_)
    for item in list(proto.graph.initializer):
        if item.name in ("w", "wz"):
            proto.graph.initializer.remove(item)
    zeros = onnx.helper.make_tensor("wz", TensorProto.INT4, (2,), np.array([0, 0]))
    proto.graph.initializer.extend([packed, zeros])
    return bytes(proto.SerializeToString())


def q_operator(kind: str, extra: list[str], attrs: dict[str, Any], more: list[Any], domain: str = "") -> bytes:
    """Between QuantizeLinear and DequantizeLinear. extra: all inputs."""
    constants = attributes(xs=X, xz=X_ZERO, ys=Y, yz=Y_ZERO, ws=np.float32(0.02), wz=np.int8(3)) + more
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "xs", "xz"], ["xq"]),
        helper.make_node(kind, extra, ["yq"], domain=domain, **attrs),
        helper.make_node("DequantizeLinear", ["yq", "ys", "yz"], ["y"]),
    ]
    shape = (1, 3, 4, 5) if kind in IMAGES else (1, 3)
    return model(nodes, constants, shape=shape)


IMAGES = {"QLinearConv", "QLinearAveragePool", "QLinearGlobalAveragePool", "QLinearConcat", "QLinearReduceMean"}
XYS = ["xq", "xs", "xz", "ys", "yz"]
OTHER = ["xq", "xs", "xz", "w", "ws", "wz", "ys", "yz"]
SYMMETRIC = ["xq", "xs", "xz", "w", "wcs", "wcz", "ys", "yz"]


def channel_scales(count: int = 2) -> list[Any]:
    return attributes(wcs=W, wcz=np.zeros(count, np.int8))


def q_conv() -> bytes:
    weights = np.arange(-9, 9, dtype=np.int8).reshape(2, 3, 1, 3)
    more = [*attributes(w=weights, b=BIAS), *channel_scales()]
    return q_operator("QLinearConv", [*SYMMETRIC, "b"], {"pads": [0, 1, 0, 1]}, more)


def q_depthwise() -> bytes:
    more = attributes(w=np.arange(-5, 4, dtype=np.int8).reshape(3, 1, 1, 3), wcs=np.float32([0.01, 0.02, 0.03]))
    more += attributes(wcz=np.int8([0, 0, 0]))
    return q_operator("QLinearConv", SYMMETRIC, {"group": 3, "strides": [2, 1]}, more)


def q_gemm() -> bytes:
    more = [*attributes(w=CODES, b=BIAS), *channel_scales()]
    return q_operator("QGemm", [*SYMMETRIC[:6], "b", "ys", "yz"], {"transB": 1}, more, "com.microsoft")


def q_concat() -> bytes:
    inputs = ["ys", "yz", "xq", "xs", "xz", "w", "ws", "wz"]
    codes = np.arange(-20, 20, dtype=np.int8).reshape(1, 2, 4, 5)
    return q_operator("QLinearConcat", inputs, {"axis": 1}, attributes(w=codes), "com.microsoft")


FORMS: dict[str, Callable[[], bytes]] = {
    "plain": qdq,
    "weights' axis negative": lambda: qdq(axis=-2),
    "weights the other way round": lambda: qdq(codes=CODES.T.copy(), axis=-1, layer={}),
    "no zero points": lambda: qdq(x_zero=np.int8(0), weight_zero=None),
    "zero points of one element": lambda: qdq(x_zero=np.int8([7]), x_scale=np.float32([X]), y_zero=np.int8([-5])),
    "zero points of as many elements": lambda: qdq(weight_zero=np.int8([0, 0])),
    "uint8 beside int8": lambda: qdq(x_zero=np.uint8(131)),
    "uint8 throughout, by default": lambda: qdq(x_zero=np.uint8(131), y_zero=None),
    "uint8 weights": lambda: qdq(
        codes=(CODES.astype(int) + 128).astype(np.uint8), weight_zero=np.uint8([128, 128]), x_zero=np.uint8(131)
    ),
    "bias of float32": float_bias,
    "bias of another scale": bias_of_another_scale,
    "bias scale of one element": bias_scale_of_one_element,
    "alpha and beta": lambda: qdq(layer={"transB": 1, "alpha": 0.5, "beta": 2.0}),
    "Relu behind": lambda: qdq(behind=("Relu", [])),
    "Clip behind": lambda: qdq(behind=("Clip", attributes(lo=np.float32(-0.3), hi=np.float32(2.0)))),
    "Identity behind": lambda: qdq(behind=("Identity", [])),
    "com.microsoft": lambda: qdq(domain="com.microsoft"),
    "int4, opset 21": lambda: two_int4(21),
    "int4 of com.microsoft, opset 17": lambda: two_int4(17, "com.microsoft"),
    "QLinearConv": q_conv,
    "QLinearConv, depthwise": q_depthwise,
    "QLinearMatMul": lambda: q_operator(
        "QLinearMatMul", SYMMETRIC, {}, [*attributes(w=CODES.T.copy()), *channel_scales()]
    ),
    "QGemm": q_gemm,
    "QLinearAdd": lambda: q_operator("QLinearAdd", OTHER, {}, attributes(w=CODES[:1]), "com.microsoft"),
    "QLinearMul": lambda: q_operator("QLinearMul", OTHER, {}, attributes(w=CODES[:1]), "com.microsoft"),
    "QLinearConcat": q_concat,
    "QLinearAveragePool": lambda: q_operator(
        "QLinearAveragePool", XYS, {"kernel_shape": [2, 2], "strides": [1, 2]}, [], "com.microsoft"
    ),
    "QLinearGlobalAveragePool": lambda: q_operator(
        "QLinearGlobalAveragePool", XYS, {"channels_last": 0}, [], "com.microsoft"
    ),
    "QLinearSigmoid": lambda: q_operator("QLinearSigmoid", XYS, {}, [], "com.microsoft"),
    "QLinearLeakyRelu": lambda: q_operator("QLinearLeakyRelu", XYS, {"alpha": 0.3}, [], "com.microsoft"),
    "QLinearSoftmax": lambda: q_operator("QLinearSoftmax", XYS, {"axis": -1, "opset": 13}, [], "com.microsoft"),
}

ROUNDED = {"QLinearSoftmax", "QLinearAveragePool", "QLinearAdd", "QLinearMul"}
#: onnxruntime's kernels round these otherwise, at ties.


def inputs_of(graph: Any) -> list[npt.NDArray[Any]]:
    (t,) = graph.inputs
    random = np.random.default_rng(1)
    return [random.integers(-128, 128, graph.tensors[t].shape).astype(graph.tensors[t].dtype.numpy)]


@pytest.mark.parametrize("form", FORMS)
def test_a_form(form: str) -> None:
    """Kernels have the definition's bytes; onnxruntime has them too, without and with its fused kernels."""
    read = read_qdq(FORMS[form](), "form", "form.onnx")
    graph = read.graph
    assert not [op for op in graph.operators if op.kind in ("QUANTIZE", "DEQUANTIZE")]
    inputs = inputs_of(graph)
    values = evaluate(graph, inputs)
    for ours, t in zip(DirectNetwork(lower(optimize(graph), Target())).run(inputs), graph.outputs, strict=True):
        assert ours.tobytes() == values[t].tobytes()
    for fused in (False, True):
        comparison = Comparison()
        OnnxLayers(read, fused=fused).compare(inputs, comparison)
        assert comparison.values
        most = max(tally.most for tally in comparison.groups.values())
        assert most <= (1 if form in ROUNDED else 0), (fused, comparison.lines())
