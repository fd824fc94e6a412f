# SPDX-License-Identifier: Apache-2.0
"""Operators and forms that public files seldom have and quantizers may write: a small file of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from onnx import ModelProto, TensorProto, helper

from compiler.frontend.onnx.test_forms import FORMS, XYS, q_operator
from compiler.frontend.onnx.test_traps import TRAPS
from ingot.compiler.even.evaluate import evaluate
from ingot.compiler.frontend.onnx.qoperators import REWRITES
from ingot.compiler.frontend.onnx.read import read_qdq
from ingot.compiler.frontend.onnx.reading import READERS
from ingot.device.run.onnx_layers import Comparison, OnnxLayers
from support.models.qdq import MODELS
from support.qdq_builder import QdqBuilder
from support.qdq_check import check, graph_of

B = QdqBuilder
SHAPE = (1, 3, 4, 5)
MOVED = ("RESHAPE", "TRANSPOSE")


def number(b: B, value: float) -> str:
    return b.constant(np.float32(value))


def ints(b: B, *values: int) -> str:
    return b.constant(np.asarray(values, np.int64))


def of_one(kind: str, *numbers: float, first: bool = True, **attrs: Any) -> Callable[[B], bytes]:
    """An operator of a quantized tensor, and of numbers behind it or before it."""

    def build(b: B) -> bytes:
        x, more = b.input(SHAPE), [number(b, value) for value in numbers]
        return b.finish([b.quantized(b.node(kind, [x, *more] if first else [*more, x], **attrs), 0.02, -7)])

    return build


def of_positive_numbers(kind: str) -> Callable[[B], bytes]:
    return lambda b: b.finish([b.quantized(b.node(kind, [b.input(SHAPE, 0.05, -128)]), 0.02, -128)])


def image(b: B) -> str:
    x = b.input(SHAPE)
    return b.quantized(b.node("Conv", [x, *b.weights((4, 3, 1, 1), x)]))


def padded(value: float | None, opset: int = 17) -> Callable[[B], bytes]:
    """Channels too, more behind than before; under another scale than the input's."""

    def build(b: B) -> bytes:
        b.opset = opset
        amounts = ints(b, 0, 1, 0, 2, 0, 0, 1, 3)
        inputs = [image(b), amounts, *([] if value is None else [number(b, value)])]
        y = b.quantized(b.node("Pad", inputs), 0.1, 11)
        return b.finish([b.quantized(b.node("Conv", [y, *b.weights((2, 5, 1, 1), y)]))])

    return build


def padded_by_computed_amounts(b: B) -> bytes:
    """Of constants alone, as exporters of PyTorch write it: pairs from the last axis on, filled up and turned round."""
    y = image(b)
    given = b.node("Cast", [b.constant(np.int32([1, 2, 0, 1]))], to=TensorProto.INT64)
    rest = b.node("ConstantOfShape", [ints(b, 4)], value=helper.make_tensor("v", TensorProto.INT64, [1], [0]))
    pairs = b.node("Reshape", [b.node("Concat", [given, rest], axis=0), ints(b, -1, 2)])
    turned = b.node("Slice", [pairs, ints(b, -1), ints(b, -(2**63) + 1), ints(b, 0), ints(b, -1)])
    amounts = b.node("Reshape", [b.node("Transpose", [turned], perm=[1, 0]), ints(b, -1)])
    z = b.node("Pad", [y, b.node("Cast", [amounts], to=TensorProto.INT64), number(b, 0.0)])
    z = b.quantized(z, b.scales[y], 3)
    return b.finish([b.quantized(b.node("Conv", [z, *b.weights((2, 4, 1, 1), z)]))])


def padded_along_named_axes(b: B) -> bytes:
    b.opset = 18
    y = b.quantized(b.node("Pad", [image(b), ints(b, 1, 2, 0, 1), "", ints(b, -1, 2)]))
    return b.finish([b.quantized(b.node("Conv", [y, *b.weights((2, 4, 1, 1), y)]))])


def unsqueezed(b: B) -> bytes:
    """By an input; before opset 13 axes are an attribute."""
    x = b.input((1, 3, 9))
    y = b.node("Unsqueeze", [x, ints(b, -2)])
    b.scales[y] = b.scales[x]
    z = b.quantized(b.node("Conv", [y, *b.weights((2, 3, 1, 4), y)]))
    return b.finish([b.node("Squeeze", [z, ints(b, 2)])])


def unsqueezed_by_an_attribute(b: B) -> bytes:
    b.opset = 11
    x = b.input((1, 3, 9))
    y = b.node("Unsqueeze", [x], axes=[2])
    b.scales[y] = b.scales[x]
    z = b.quantized(b.node("Conv", [y, *b.weights((2, 3, 1, 4), y, None)]))
    return b.finish([b.node("Squeeze", [z], axes=[2])])


def largest_of_an_image(b: B) -> bytes:
    y = b.quantized(b.node("GlobalMaxPool", [image(b)]))
    return b.finish([b.quantized(b.node("Conv", [y, *b.weights((2, 4, 1, 1), y)]))])


def left_out(b: B) -> bytes:
    """Dropout does nothing when a network runs."""
    return b.finish([b.quantized(b.node("Relu", [b.node("Dropout", [b.input(SHAPE)])]))])


def distances(b: B) -> bytes:
    """YOLO's last step: two corners of a box and its middle, by sums, differences and quotients with float numbers."""
    x = b.input((1, 4, 15))
    left, right = (
        b.node("Slice", [x, ints(b, 0), ints(b, 2), ints(b, 1)]),
        b.node("Slice", [x, ints(b, 2), ints(b, 4), ints(b, 1)]),
    )
    left, right = b.quantized(left), b.quantized(right)
    anchors = b.constant(b.random.uniform(0, 9, (1, 2, 15)).astype(np.float32))
    low, high = (b.quantized(b.node(kind, [anchors, part])) for kind, part in (("Sub", left), ("Add", right)))
    middle = b.quantized(b.node("Div", [b.quantized(b.node("Add", [low, high])), number(b, 2.0)]))
    return b.finish([b.quantized(b.node("Concat", [middle, b.quantized(b.node("Sub", [high, low]))], axis=1))])


def one_bias_for_two(b: B) -> bytes:
    """Its scale is right for the first convolution, and off by a factor for the second."""
    x = b.input(SHAPE)
    weights, bias = b.weights((3, 3, 1, 1), x)
    y = b.quantized(b.node("Conv", [x, weights, bias]))
    return b.finish([b.quantized(b.node("Conv", [y, weights, bias]))])


def int16_of_microsoft(b: B) -> bytes:
    """Before opset 21 only that domain has them."""
    b.dtype, b.opset = "int16", 17
    x = b.input((1, 12))
    made = ModelProto.FromString(b.finish([b.quantized(b.node("Gemm", [x, *b.weights((6, 12), x)], transB=1))]))
    for node in made.graph.node:
        node.domain = "com.microsoft" if node.op_type.endswith("eLinear") else ""
    made.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return bytes(made.SerializeToString())


#: Name -> the file, and the operators that are left besides such as only give bytes another shape.
ACCEPTED: dict[str, tuple[Callable[[B], bytes], Sequence[str]]] = {
    "Tanh": (of_one("Tanh"), ["table"]),
    "HardSwish": (of_one("HardSwish"), ["table"]),
    "HardSigmoid": (of_one("HardSigmoid", alpha=0.3), ["table"]),
    "LeakyRelu": (of_one("LeakyRelu", alpha=0.3), ["table"]),
    "Relu": (of_one("Relu"), ["table"]),
    "Clip": (of_one("Clip", -0.7, 2.0), ["table"]),
    "Neg": (of_one("Neg"), ["table"]),
    "Abs": (of_one("Abs"), ["table"]),
    "Exp": (of_one("Exp"), ["table"]),
    "Sqrt": (of_positive_numbers("Sqrt"), ["table"]),
    "Div by a number": (of_one("Div", 3.0), ["table"]),
    "Sub from a number": (of_one("Sub", 1.0, first=False), ["table"]),
    "Add of a number": (of_one("Add", 0.3), ["table"]),
    "Mul by a number": (of_one("Mul", -1.7), ["table"]),
    "Max with a number": (of_one("Max", 0.5), ["table"]),
    "Min with numbers": (of_one("Min", 0.5, 1.5), ["table"]),
    "Pad": (padded(None), ["CONV_2D", "PAD", "table", "CONV_2D"]),
    "Pad with a number": (padded(0.7), ["CONV_2D", "table", "PADV2", "CONV_2D"]),
    "Pad by computed amounts": (padded_by_computed_amounts, ["CONV_2D", "PAD", "table", "CONV_2D"]),
    "Pad along named axes": (padded_along_named_axes, ["CONV_2D", "PAD", "table", "CONV_2D"]),
    "Unsqueeze": (unsqueezed, ["CONV_2D"]),
    "Unsqueeze by an attribute": (unsqueezed_by_an_attribute, ["CONV_2D"]),
    "GlobalMaxPool": (largest_of_an_image, ["CONV_2D", "REDUCE_MAX", "table", "CONV_2D"]),
    "Dropout": (left_out, ["table"]),
    "Sub and Div of boxes": (
        distances,
        [
            *("SLICE", "SLICE", "table", "DEQUANTIZE", "table", "DEQUANTIZE", "SUB", "QUANTIZE", "ADD", "QUANTIZE"),
            *("ADD", "table", "SUB", "table", "table", "CONCATENATION"),
        ],
    ),
    "a bias of two layers": (one_bias_for_two, ["CONV_2D", "CONV_2D"]),
    "int16 of com.microsoft": (int16_of_microsoft, ["FULLY_CONNECTED"]),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    """Kernels give the definition's bytes; onnxruntime, layer by layer, the same numbers within rounding."""
    build, kinds = ACCEPTED[name]
    model = build(QdqBuilder(5))
    graph, inputs, _ = check(model)
    found = [op.kind for op in graph.operators if op.kind not in MOVED]
    comparison = Comparison()
    OnnxLayers(read_qdq(model, name, name), fused=False).compare(inputs, comparison)
    assert comparison.values and comparison.within, comparison.lines()
    assert found == kinds


def test_a_mean_that_onnxruntime_does_not_compute() -> None:
    """QLinearReduceMean has no kernel there: it is compared with the mean of the whole image that has one."""
    mean = q_operator("QLinearReduceMean", XYS, {"axes": [2, 3], "keepdims": 1}, [], "com.microsoft")
    _, inputs, outputs = check(mean)
    whole = graph_of(FORMS["QLinearGlobalAveragePool"]())
    (t,) = whole.outputs
    wanted = evaluate(whole, [inputs[0].transpose(0, 2, 3, 1)])[t]
    assert np.array_equal(outputs[0].reshape(-1), wanted.reshape(-1))


def kinds_of(models: Sequence[bytes]) -> Iterator[str]:
    for model in models:
        yield from (node.op_type for node in ModelProto.FromString(model).graph.node)


def test_every_operator_that_is_read_is_in_some_file() -> None:
    models = [build(QdqBuilder(5)) for build, _ in ACCEPTED.values()]
    models += [trap(QdqBuilder(3)) for trap in TRAPS]
    models += [form() for form in FORMS.values()]
    models.append(q_operator("QLinearReduceMean", XYS, {"axes": [2, 3]}, [], "com.microsoft"))
    models += [build(QdqBuilder(seed)) for seed in (1, 2) for build in MODELS.values()]
    assert not {*READERS, *REWRITES} - set(kinds_of(models))
