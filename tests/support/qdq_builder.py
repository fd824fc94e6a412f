# SPDX-License-Identifier: Apache-2.0
"""Writes small QDQ .onnx files, as quantizers write them.

b = QdqBuilder(seed=1)
x = b.input((1, 3, 8, 8))
y = b.quantized(b.node("Conv", [x, *b.weights((4, 3, 3, 3), x)], kernel_shape=[3, 3]))
model = b.finish([y])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper


class QdqBuilder:
    """Names stand for real numbers. scales: of the names that stand for stored ones.

    dtype: of activations; of 16 bits they have scales 256 times as fine, so that the real numbers stay.
    """

    def __init__(self, seed: int = 0, opset: int = 17, dtype: str = "int8") -> None:
        self.random = np.random.default_rng(seed)
        self.opset, self.dtype = opset, dtype
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.inputs: list[Any] = []
        self.scales: dict[str, float] = {}
        self._count = 0

    def _name(self, stem: str) -> str:
        self._count += 1
        return f"{stem}_{self._count}"

    @property
    def wide(self) -> bool:
        """Whether activations have 16 bits."""
        return self.dtype.endswith("16")

    def constant(self, array: npt.NDArray[Any], stem: str = "constant") -> str:
        name = self._name(stem)
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], outputs: int = 1, **attrs: Any) -> Any:
        """The name of the result, a list of names where there are several."""
        names = [self._name(kind.lower()) for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=f"node_{names[0]}", **attrs))
        return names[0] if outputs == 1 else names

    def input(
        self, shape: Sequence[int | str], scale: float | None = 0.05, zero: int | None = None, name: str = ""
    ) -> str:
        """A float input; quantized and dequantized, unless scale is None."""
        name = name or self._name("input")
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)))
        return name if scale is None else self.quantized(name, scale, zero)

    def _zero(self, zero: int | None) -> int:
        limits = np.iinfo(self.dtype)
        low, high = (int(0.8 * n + 0.2 * (limits.min + limits.max) / 2) for n in (limits.min, limits.max))
        return int(self.random.integers(low, high)) if zero is None else zero

    def quantized(self, name: str, scale: float | None = None, zero: int | None = None) -> str:
        """Quantized and dequantized."""
        scale = self.random.uniform(0.01, 0.2) if scale is None else scale
        scale = float(np.float32(scale / (256 if self.wide else 1)))
        parameters = [
            self.constant(np.float32(scale), "scale"),
            self.constant(np.dtype(self.dtype).type(self._zero(zero)), "zero"),
        ]
        stored = self.node("QuantizeLinear", [name, *parameters])
        real = self.node("DequantizeLinear", [stored, *parameters])
        self.scales[real] = scale
        return str(real)

    def stored(self, shape: Sequence[int], scale: float = 0.05) -> str:
        """Constant numbers, dequantized."""
        codes = self.constant(self.random.integers(-128, 128, shape).astype(np.int8))
        parts = [codes, self.constant(np.float32(scale)), self.constant(np.int8(3))]
        return str(self.node("DequantizeLinear", parts))

    def weights(
        self,
        shape: Sequence[int],
        source: str,
        axis: int | None = 0,
        bias: bool = True,
        largest: int = 4000,
        *,
        small: bool = False,
    ) -> list[str]:
        """Weights with one scale a channel (axis None: one scale) and a bias in the usual unit."""
        channels = shape[axis or 0]
        count = 1 if axis is None else channels
        scale = self.random.uniform(0.001, 0.02, count).astype(np.float32)
        # Products with uint8 saturate in pairs where a host has no VNNI: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
        most = 63 if self.dtype == "uint8" else 127
        codes = self.random.integers(-most, most + 1, shape).astype(np.int8)
        attrs = {} if axis is None else {"axis": axis}
        stored = self.constant(codes, "weights")
        if small:
            codes = self.random.integers(-8, 8, shape)
            self.initializers[-1] = helper.make_tensor(stored, TensorProto.INT4, shape, codes)
        each = scale if axis is not None else scale[0]
        zeros = np.zeros(np.shape(each), np.int8)
        zero = self.constant(zeros)
        if small:
            self.initializers[-1] = helper.make_tensor(zero, TensorProto.INT4, zeros.shape, zeros)
        names = [self.node("DequantizeLinear", [stored, self.constant(each), zero], **attrs)]
        if bias:
            unit = (np.float32(self.scales[source]) * each).astype(np.float32)
            numbers = self.random.integers(-largest, largest + 1, channels).astype(np.int32)
            zeros = np.zeros(np.shape(each), np.int32)
            attrs = {} if axis is None else {"axis": 0}
            parts = [self.constant(numbers, "bias"), self.constant(unit), self.constant(zeros)]
            names.append(self.node("DequantizeLinear", parts, **attrs))
        return [str(name) for name in names]

    def finish(self, outputs: Sequence[str], shapes: Sequence[Sequence[int | str]] = ()) -> bytes:
        infos = []
        for number, name in enumerate(outputs):
            shape = list(shapes[number]) if shapes else None
            infos.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        graph = helper.make_graph(self.nodes, "small", self.inputs, infos, self.initializers)
        opsets = [helper.make_opsetid("", self.opset)]
        return bytes(
            helper.make_model(graph, opset_imports=opsets, ir_version=10 if self.opset > 20 else 8).SerializeToString()
        )


def checked(model: bytes) -> bytes:
    """The model, which the package onnx accepts."""
    onnx.checker.check_model(model, full_check=True)
    return model
