# SPDX-License-Identifier: Apache-2.0
"""uint8 becomes int8 where kernels compute: every number less 128, and its zero point too.

Models of TensorFlow 1's training, of Coral and XMOS are of uint8. What an operator computes of the real numbers behind
the integers does not change by the shift, so that the kernels for int8 serve. Three things differ, and are marked by
the attribute `from_uint8` of the operator: weights keep a zero point; the multiplier of a layer is made of a product of
scales in single precision (GetQuantizedConvolutionMultipler() of LiteRT's kernels/kernel_util.cc), and
FULLY_CONNECTED multiplies by it in fixed point; AVERAGE_POOL_2D rounds halves up, as all its sums are positive.

Operators that only move bytes take either form. Others (SOFTMAX, ARG_MAX, CAST, ...) keep uint8; where both forms of a
tensor are wanted, a table turns one into the other. A CONCATENATION of uint8 rescales its inputs
(ConcatenationWithScaling() of internal/reference/concatenation.h), which is a table an input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ingot.compiler.frontend.kinds import kinds
from ingot.compiler.graph import DType, Graph, Operator, Quantization, Tensor, frozen
from ingot.compiler.passes.rewrite import same_quantization, with_operators, with_tensor

LAYERS = frozenset(kinds("CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED"))
_SIGNED = LAYERS | frozenset(
    kinds(
        "ADD SUB MUL PRELU SQUARED_DIFFERENCE MAXIMUM MINIMUM AVERAGE_POOL_2D MAX_POOL_2D MEAN REDUCE_MAX REDUCE_MIN "
        "PADV2 L2_NORMALIZATION"
    )
)
_MARKED = LAYERS | {"AVERAGE_POOL_2D"}
_MOVING = frozenset(
    kinds(
        "view copy RESHAPE SQUEEZE EXPAND_DIMS TRANSPOSE SLICE STRIDED_SLICE SPLIT SPLIT_V UNPACK TILE BROADCAST_TO "
        "SPACE_TO_DEPTH DEPTH_TO_SPACE CONCATENATION PACK PAD MIRROR_PAD SPACE_TO_BATCH_ND BATCH_TO_SPACE_ND "
        "RESIZE_NEAREST_NEIGHBOR GATHER"
    )
)
"""Take either form. QUANTIZE of float32 and tables write either, see _Signed."""

_FLIPPED = np.arange(256, dtype=np.uint8) ^ 0x80


def make_signed(graph: Graph) -> Graph:
    """The graph with int8 tensors at every operator that computes with uint8; the same graph without any such."""
    graph = _rescale_parts(graph)
    if not any(_is_of_uint8(graph, op) for op in graph.operators if op.kind in _SIGNED):
        return graph
    return _Signed(graph).graph


def _is_of_uint8(graph: Graph, op: Operator) -> bool:
    return any(
        t is not None and graph.tensors[t].dtype is DType.UINT8 and graph.tensors[t].quant is not None
        for t in (*op.inputs, *op.outputs)
    )


def _rescale_parts(graph: Graph) -> Graph:
    """The graph in which every input of a CONCATENATION of uint8 has the output's quantization."""
    operators: list[Operator | None] = []
    changed = False
    for op in graph.operators:
        output = graph.tensors[op.outputs[0]] if op.outputs else None
        if op.kind == "CONCATENATION" and output is not None and output.dtype is DType.UINT8 and output.quant:
            inputs: list[int | None] = []
            for t in op.inputs:
                tensor = None if t is None else graph.tensors[t]
                if t is None or tensor is None or tensor.quant is None or same_quantization(tensor, output):
                    inputs.append(t)
                    continue
                changed = True
                entries = _rescaled(tensor, output)
                if tensor.data is not None:
                    data = entries[tensor.data]
                    graph, t = with_tensor(graph, replace(tensor, quant=output.quant, data=data))
                else:
                    source = t
                    graph, t = with_tensor(graph, replace(tensor, quant=output.quant, is_variable=False))
                    operators.append(Operator("table", (source,), (t,), {"entries": entries}, origin=op.origin))
                inputs.append(t)
            op = replace(op, inputs=tuple(inputs))
        operators.append(op)
    return with_operators(graph, operators) if changed else graph


def _rescaled(tensor: Tensor, output: Tensor) -> np.ndarray:
    """The 256 results of single-precision arithmetic."""
    scale = np.float32(tensor.scale) * (np.float32(1) / np.float32(output.scale))
    real = np.arange(256).astype(np.float32) * scale + np.float32(-tensor.zero_point) * scale
    rounded = np.trunc(real.astype(np.float64) + np.copysign(0.5, real)).astype(np.int64)
    return frozen(np.clip(rounded + output.zero_point, 0, 255).astype(np.uint8))


class _Signed:
    """The rewriting of one graph. `graph` is the result."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._operators: list[Operator] = []
        self._signed: dict[int, int] = {}
        """uint8 tensor -> the same as int8, where that is made."""
        self._unsigned = {t for t in range(len(graph.tensors)) if self._is_uint8(t)}
        self._unsigned -= {t for op in graph.operators for t in op.outputs}
        """uint8 tensors whose uint8 form is made: inputs, states and constants at first."""
        wanting = [op for op in graph.operators if op.kind in _SIGNED or op.kind in _MOVING or op.kind == "table"]
        self._wanted = {t for op in wanting for t in op.inputs if t is not None}
        for op in graph.operators:
            self._rewrite(op)
        for t in graph.outputs:
            if self._is_uint8(t):
                self._as_unsigned(t)
        self.graph = with_operators(self.graph, self._operators)

    def _is_uint8(self, t: int) -> bool:
        tensor = self.graph.tensors[t]
        return tensor.dtype is DType.UINT8 and tensor.quant is not None

    def _rewrite(self, op: Operator) -> None:
        uint8 = [t for t in op.inputs if t is not None and self._is_uint8(t)]
        results = [t for t in op.outputs if self._is_uint8(t)]
        if not uint8 and not results:
            self._operators.append(op)
        elif op.kind in _SIGNED:
            attrs = {**op.attrs, "from_uint8": True} if op.kind in _MARKED else op.attrs
            self._emit(replace(op, attrs=attrs), signed=True)
        elif op.kind == "table":
            self._table(op)
        elif op.kind in _MOVING:
            computed = [t for t in uint8 if self.graph.tensors[t].data is None]
            self._emit(op, signed=bool(computed) and computed[0] not in self._unsigned)
        elif op.kind == "QUANTIZE" and not uint8:
            self._emit(op, signed=self._wants_signed(results[0]))
        else:
            self._emit(op, signed=False)

    def _wants_signed(self, t: int) -> bool:
        return t in self._wanted and t not in self.graph.outputs

    def _emit(self, op: Operator, *, signed: bool) -> None:
        form = self._as_signed if signed else self._as_unsigned
        inputs = tuple(form(t) if t is not None and self._is_uint8(t) else t for t in op.inputs)
        outputs = tuple(self._new(t) if signed and self._is_uint8(t) else t for t in op.outputs)
        if not signed:
            self._unsigned |= set(op.outputs)
        self._operators.append(replace(op, inputs=inputs, outputs=outputs))

    def _table(self, op: Operator) -> None:
        (source,), (target,) = op.inputs, op.outputs
        assert source is not None
        entries = np.asarray(op.attrs["entries"])
        if self._is_uint8(source) and source not in self._unsigned:
            source, entries = self._signed[source], entries[_FLIPPED]
        if self._is_uint8(target):
            if self._wants_signed(target):
                target, entries = self._new(target), (entries ^ 0x80).view(np.int8)
            else:
                self._unsigned.add(target)
        attrs = {"entries": frozen(np.array(entries))}
        self._operators.append(replace(op, inputs=(source,), outputs=(target,), attrs=attrs))

    def _new(self, t: int) -> int:
        """A tensor of int8 for it, of constants with their numbers."""
        tensor = self.graph.tensors[t]
        assert tensor.quant is not None
        quant = Quantization(tensor.quant.scale, tensor.quant.zero_point - 128, tensor.quant.axis)
        data = None if tensor.data is None else frozen((tensor.data ^ 0x80).view(np.int8))
        signed = replace(tensor, dtype=DType.INT8, quant=quant, data=data, is_variable=False, initial=None)
        self.graph, self._signed[t] = with_tensor(self.graph, signed)
        return self._signed[t]

    def _as_signed(self, t: int) -> int:
        if t not in self._signed:
            constant = self.graph.tensors[t].is_constant
            self._new(t)
            if not constant:
                self._operators.append(_turn(t, self._signed[t], np.int8))
        return self._signed[t]

    def _as_unsigned(self, t: int) -> int:
        if t not in self._unsigned:
            self._unsigned.add(t)
            self._operators.append(_turn(self._signed[t], t, np.uint8))
        return t


def _turn(source: int, target: int, dtype: type) -> Operator:
    return Operator("table", (source,), (target,), {"entries": frozen(_FLIPPED.view(dtype))})


def layer_scales(source: Tensor, weights: Tensor, output: Tensor, channels: int) -> Sequence[float]:
    """The multiplier of a layer of uint8, `channels` times."""
    product = np.float32(source.scale) * np.float32(weights.scale)
    return [float(product) / float(output.scale)] * channels
