# SPDX-License-Identifier: Apache-2.0
"""Operators that take and give stored numbers (QLinearConv and its like), as what stands for them in QDQ form.

Their inputs: https://onnx.ai/onnx/operators/ and
https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ingot.base.errors import IngotError
from ingot.compiler.frontend.onnx.proto import DAMAGED, Node

_Rewrite = Callable[["_Expansion"], None]


def expanded(nodes: Sequence[Node], where: str) -> tuple[Node, ...]:
    """The nodes with such operators between DequantizeLinear and QuantizeLinear. The new ones have the old one's number
    and name. Raises IngotError for one whose inputs or options are others than known."""
    found: list[Node] = []
    for node in nodes:
        rewrite = REWRITES.get(node.kind)
        if rewrite is None:
            found.append(node)
            continue
        expansion = _Expansion(node, where)
        try:
            rewrite(expansion)
        except IndexError:
            raise IngotError("it has too few inputs.", where=node.place(where), remedy=DAMAGED) from None
        found += expansion.nodes
    return tuple(found)


class _Expansion:
    """What one node becomes. nodes: so far."""

    def __init__(self, node: Node, where: str) -> None:
        self.node, self.where = node, where
        self.nodes: list[Node] = []

    def add(self, kind: str, inputs: Sequence[str], attrs: Mapping[str, Any] | None = None, result: str = "") -> str:
        old = self.node
        result = result or f"{old.outputs[0]}/{kind} {len(self.nodes)}"
        self.nodes.append(Node(kind, old.name, tuple(inputs), (result,), dict(attrs or {}), old.index))
        return result

    def real(self, first: int, axis: int | None = None) -> str:
        """DequantizeLinear of three inputs from `first` on: numbers, scale, zero point."""
        return self.add("DequantizeLinear", self.inputs(first, 3), {} if axis is None else {"axis": axis})

    def inputs(self, first: int, count: int) -> list[str]:
        given = [*self.node.inputs, *[""] * (first + count - len(self.node.inputs))]
        if not given[first]:
            raise IndexError
        return given[first : first + count]

    def bias(self, position: int, scales: tuple[int, int], attrs: Mapping[str, Any]) -> list[str]:
        """The bias, whose scale is the product of two others; none where it is absent."""
        if not self.node.has(position):
            return []
        unit = self.add("Mul", [self.inputs(scale, 1)[0] for scale in scales])
        return [self.add("DequantizeLinear", [self.node.inputs[position], unit], attrs)]

    def stored(self, real: str, scale: int) -> None:
        """QuantizeLinear with two inputs from `scale` on: scale, zero point."""
        self.add("QuantizeLinear", [real, *self.inputs(scale, 2)], {}, self.node.outputs[0])

    def attrs(self, *ignored: str) -> dict[str, Any]:
        return {name: value for name, value in self.node.attrs.items() if name not in ignored}


def _conv(x: _Expansion) -> None:
    inputs = [x.real(0), x.real(3, axis=0), *x.bias(8, (1, 4), {"axis": 0})]
    x.stored(x.add("Conv", inputs, x.attrs()), 6)


def _matmul(x: _Expansion) -> None:
    x.stored(x.add("MatMul", [x.real(0), x.real(3, axis=-1)]), 6)


def _gemm(x: _Expansion) -> None:
    """Its bias is in units of both scales, also where alpha is not 1: alpha is the product's alone."""
    inputs = [x.real(0), x.real(3, axis=0 if x.node.attrs.get("transB") else 1), *x.bias(6, (1, 4), {"axis": 0})]
    real = x.add("Gemm", inputs, x.attrs())
    if x.node.has(7):
        x.stored(real, 7)
    else:
        x.nodes[-1] = Node("Gemm", x.node.name, tuple(inputs), x.node.outputs, x.attrs(), x.node.index)


def _binary(kind: str) -> _Rewrite:
    return lambda x: x.stored(x.add(kind, [x.real(0), x.real(3)]), 6)


def _unary(kind: str, *ignored: str) -> _Rewrite:
    def rewrite(x: _Expansion) -> None:
        if x.node.attrs.get("channels_last"):
            raise IngotError(
                "its channels are last.", where=x.node.place(x.where), remedy="Write the file in QDQ form."
            )
        x.stored(x.add(kind, [x.real(0)], x.attrs("channels_last", *ignored)), 3)

    return rewrite


def _softmax(x: _Expansion) -> None:
    """Over one axis; opset says whether it is over all that follow, too."""
    axis = int(x.node.attrs.get("axis", -1))
    if int(x.node.attrs.get("opset", 13)) < 13 and axis != -1:
        raise IngotError(
            f"it is over all axes from {axis} on.",
            where=x.node.place(x.where),
            remedy="Convert the float model to opset 17 before it is quantized.",
        )
    x.stored(x.add("Softmax", [x.real(0)], {"axis": axis, "one": 1}), 3)


def _concat(x: _Expansion) -> None:
    parts = [x.real(first) for first in range(2, len(x.node.inputs), 3)]
    x.stored(x.add("Concat", parts, x.attrs()), 0)


REWRITES: Mapping[str, _Rewrite] = {
    "QLinearConv": _conv,
    "QLinearMatMul": _matmul,
    "QGemm": _gemm,
    "QLinearAdd": _binary("Add"),
    "QLinearMul": _binary("Mul"),
    "QLinearConcat": _concat,
    "QLinearAveragePool": _unary("AveragePool"),
    "QLinearGlobalAveragePool": _unary("GlobalAveragePool"),
    "QLinearReduceMean": _unary("ReduceMean"),
    "QLinearSigmoid": _unary("Sigmoid"),
    "QLinearLeakyRelu": _unary("LeakyRelu"),
    "QLinearSoftmax": _softmax,
}
