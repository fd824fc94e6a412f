# SPDX-License-Identifier: Apache-2.0
"""Operators that work on each element, and Softmax."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingot.compiler.frontend.onnx.proto import Node
from ingot.compiler.frontend.onnx.reading import Reading, Result, option, reads
from ingot.compiler.frontend.onnx.values import Constant, Shape, Value

_UNARY = {
    "Relu": "RELU",
    "Sigmoid": "LOGISTIC",
    "Tanh": "TANH",
    "HardSwish": "HARD_SWISH",
    "Sqrt": "SQRT",
    "Neg": "NEG",
    "Abs": "ABS",
    "Exp": "EXP",
}
_BINARY = {"Add": "ADD", "Sub": "SUB", "Mul": "MUL", "Div": "DIV", "Max": "MAXIMUM", "Min": "MINIMUM"}


@reads(*_UNARY)
def unary(reading: Reading, node: Node) -> Sequence[Result]:
    source = reading.value(node)
    kind = _UNARY[node.kind]
    return [reading.builder.result(kind, (source.tensor,), source.shape, source.order, name=node.outputs[0])]


@reads("LeakyRelu")
def leaky_relu(reading: Reading, node: Node) -> Sequence[Result]:
    source = reading.value(node)
    attrs = {"alpha": float(option(node, "alpha", 0.01))}
    inputs = (source.tensor,)
    return [reading.builder.result("LEAKY_RELU", inputs, source.shape, source.order, attrs, node.outputs[0])]


@reads("HardSigmoid")
def hard_sigmoid(reading: Reading, node: Node) -> Sequence[Result]:
    """max(0, min(1, alpha * x + beta))."""
    value = reading.value(node)
    alpha, beta = option(node, "alpha", 0.2), option(node, "beta", 0.5)
    steps = (("MUL", alpha), ("ADD", beta), ("MAXIMUM", 0.0), ("MINIMUM", 1.0))
    return [_with_scalars(reading, node, value, steps)]


@reads("Clip")
def clip(reading: Reading, node: Node) -> Sequence[Result]:
    """RELU, RELU6, or MAXIMUM and MINIMUM of a constant."""
    bounds = []
    for position, name in ((1, "min"), (2, "max")):
        value = node.attrs.get(name)
        if node.has(position):
            value = reading.constant(node, position, f"its {name}").real().reshape(-1)[0]
        bounds.append(None if value is None else float(value))
    steps = [(kind, bound) for kind, bound in zip(("MAXIMUM", "MINIMUM"), bounds, strict=True) if bound is not None]
    return [_with_scalars(reading, node, reading.value(node), steps)]


def _with_scalars(reading: Reading, node: Node, value: Value, steps: Sequence[tuple[str, float]]) -> Value:
    for number, (kind, scalar) in enumerate(steps):
        name = node.outputs[0] if number == len(steps) - 1 else f"{node.outputs[0]}/{kind.lower()}"
        operand = reading.builder.constant(np.asarray(scalar, np.float32), name=f"{name}/constant")
        attrs = {"activation": "NONE"} if kind in ("ADD", "MUL") else {}
        value = reading.builder.result(kind, (value.tensor, operand), value.shape, value.order, attrs, name)
    return value


@reads(*_BINARY)
def binary(reading: Reading, node: Node) -> Sequence[Result]:
    """With broadcasting. More than two inputs (Max, Min) are taken one after the other."""
    operands = [reading.get(node, position) for position in range(len(node.inputs))]
    result = operands[0]
    for number, operand in enumerate(operands[1:], start=2):
        name = node.outputs[0] if number == len(operands) else f"{node.outputs[0]}/{number}"
        result = _pair(reading, node, result, operand, name)
    return [result]


def _pair(reading: Reading, node: Node, a: Result, b: Result, name: str) -> Value:
    try:
        shape = tuple(int(n) for n in np.broadcast_shapes(a.shape, b.shape))
    except ValueError:
        raise reading.error(node, f"{list(a.shape)} and {list(b.shape)} do not broadcast.") from None
    rank = len(shape)
    computed = [_ranked(reading, x, rank) for x in (a, b) if isinstance(x, Value)]
    order = max(computed, key=lambda x: np.prod(x.shape)).order if computed else tuple(range(rank))
    tensors = [_operand(reading, x, order) for x in (a, b)]
    kind = _BINARY[node.kind]
    attrs = {} if kind in ("MAXIMUM", "MINIMUM") else {"activation": "NONE"}
    return reading.builder.result(kind, tensors, shape, order, attrs, name)


def _ranked(reading: Reading, value: Value, rank: int) -> Value:
    """The value with axes of one element in front."""
    more = rank - len(value.shape)
    return value if more == 0 else reading.builder.reshaped(value, (1,) * more + value.shape)


def _operand(reading: Reading, operand: Result, order: Shape) -> int:
    if isinstance(operand, Value):
        return reading.builder.ordered(_ranked(reading, operand, len(order)), order).tensor
    if operand.data.size == 1:
        return reading.builder.real_constant(Constant(operand.data.reshape(()), operand.quant), ())
    more = len(order) - operand.data.ndim
    quant = operand.quant
    if quant is not None and quant.per_channel:
        operand, quant = Constant(operand.real()), None
    wide = operand.data.reshape((1,) * more + operand.shape)
    return reading.builder.real_constant(Constant(wide, quant), order)


@reads("PRelu")
def prelu(reading: Reading, node: Node) -> Sequence[Result]:
    source, slope = reading.value(node), reading.constant(node, 1, "the slope")
    inputs = (source.tensor, _operand(reading, slope, source.order))
    return [reading.builder.result("PRELU", inputs, source.shape, source.order, name=node.outputs[0])]


@reads("BatchNormalization")
def batch_normalization(reading: Reading, node: Node) -> Sequence[Result]:
    """A product and a sum of one constant a channel."""
    source = reading.value(node)
    names = ("the scale", "the bias", "the mean", "the variance")
    scale, bias, mean, variance = (reading.constant(node, i, what).real() for i, what in enumerate(names, start=1))
    factor = (scale / np.sqrt(variance + np.float32(option(node, "epsilon", 1e-5)))).astype(np.float32)
    each = (-1, *(1,) * (len(source.shape) - 2))
    steps = (("MUL", factor), ("ADD", (bias - mean * factor).astype(np.float32)))
    for kind, numbers in steps:
        name = node.outputs[0] if kind == "ADD" else f"{node.outputs[0]}/scaled"
        inputs = (source.tensor, _operand(reading, Constant(numbers.reshape(each)), source.order))
        source = reading.builder.result(kind, inputs, source.shape, source.order, {"activation": "NONE"}, name)
    return [source]


@reads("Softmax")
def softmax(reading: Reading, node: Node) -> Sequence[Result]:
    """Over the last axis that is stored. The option "one" (qoperators.py): over one axis in any opset."""
    source = reading.value(node)
    rank, shape = len(source.shape), source.shape
    one = reading.opset >= 13 or "one" in node.attrs
    axis = reading.axis(node, int(option(node, "axis", -1 if one else 1)), rank)
    builder = reading.builder
    if not one and axis < rank - 1:
        raise reading.error(node, f"before opset 13 it is over all axes from {axis} on.", "Convert it to opset 17.")
    if source.order[-1] != axis:
        source = builder.ordered(source, (*(a for a in source.order if a != axis), axis))
    return [builder.result("SOFTMAX", (source.tensor,), shape, source.order, {"beta": 1.0}, node.outputs[0])]
