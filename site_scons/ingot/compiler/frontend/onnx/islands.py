# SPDX-License-Identifier: Apache-2.0
"""What stands between DEQUANTIZE and QUANTIZE becomes operators of integers.

A float tensor that DEQUANTIZE makes stands for its stored numbers. Then:

- what only moves numbers moves the stored ones;
- a chain of functions of one tensor becomes a table (pointwise.py);
- a convolution, a product, a sum, an average, a linear Resize before QUANTIZE, also with a Relu, a Clip or a Reshape
  between, becomes one operator with the arithmetic of ingot.compiler.even; the Relu or Clip becomes its clamps;
- a QUANTIZE of the network's input, and the DEQUANTIZE before its output, are left to the application.

What is left is computed in float32, as the file says.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ingot.compiler.even.formulas import dequantize, quantize
from ingot.compiler.even.resize import scales_divide
from ingot.compiler.frontend.onnx.clamps import bounds_of, clamps_of
from ingot.compiler.frontend.onnx.layer_constants import bias_in, symmetric
from ingot.compiler.frontend.onnx.pointwise import Pointwise, table_entries
from ingot.compiler.graph import DType, Graph, Operator, Quantization, Tensor, frozen
from ingot.compiler.graph.arithmetic import EVEN, WEIGHTS_BITS
from ingot.compiler.passes.remove_dead import remove_dead
from ingot.compiler.passes.tables import stored_values

MOVING = ("RESHAPE", "TRANSPOSE", "SLICE", "PAD", "RESIZE_NEAREST_NEIGHBOR", "MAX_POOL_2D", "REDUCE_MAX")
"""Their results have the quantization of their first input."""

LAYERS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
PAIRS = ("ADD", "SUB", "MUL", "BATCH_MATMUL")
OF_ONE = ("AVERAGE_POOL_2D", "MEAN", "RESIZE_BILINEAR")
_VIEWS = ("RESHAPE", "TRANSPOSE")


_INTEGERS = (DType.INT8, DType.INT16)


def fuse_islands(graph: Graph, small: Collection[int] = (), in_float: Collection[str] = ()) -> Graph:
    """The graph with integer operators wherever its file quantizes both sides. small: weights of four bits. in_float:
    "inputs", "outputs": those whose numbers stay float32 in the network, too."""
    return _Islands(graph, small, in_float).graph


class _Islands:
    """One graph's rewriting. `graph` is the result."""

    def __init__(self, graph: Graph, small: Collection[int], in_float: Collection[str]) -> None:
        self._small, self._in_float = small, in_float
        self._tensors = list(graph.tensors)
        self._producers = {t: op for op in graph.operators for t in op.outputs}
        self._inputs = set(graph.inputs)
        self._operators: list[Operator] = []
        self._codes: dict[int, int] = {}
        self._same: dict[int, int] = {}
        """Tensor that QUANTIZE makes -> a tensor that has its numbers already."""
        self._of_input: dict[int, int] = {}
        """float input -> its stored numbers."""
        self._pointwise = Pointwise(self._tensors, self._producers, self._codes)
        for op in graph.operators:
            self._rewrite(replace(op, inputs=tuple(t if t is None else self._same.get(t, t) for t in op.inputs)))
        outputs = tuple(self._as_output(t) for t in graph.outputs)
        graph = replace(graph, tensors=tuple(self._tensors), operators=tuple(self._operators), outputs=outputs)
        self.graph = self._without_float_inputs(remove_dead(graph))

    def _rewrite(self, op: Operator) -> None:
        if op.kind == "QUANTIZE":
            self._quantize(op)
            return
        if op.kind == "DEQUANTIZE":
            assert op.inputs[0] is not None
            self._codes[op.outputs[0]] = op.inputs[0]
        elif self._only_moves(op):
            self._move(op)
            return
        self._operators.append(op)

    def _only_moves(self, op: Operator) -> bool:
        """Whether it moves stored numbers that all have one quantization."""
        if op.kind == "CONCATENATION":
            return self._alike(op.inputs)
        stored = None if op.inputs[0] is None else self._codes.get(op.inputs[0])
        if stored is None or op.kind not in MOVING:
            return False
        tensor = self._tensors[stored]
        # as LiteRT, the kernel for maxima of int16 knows no other zero point
        return op.kind != "MAX_POOL_2D" or tensor.dtype is not DType.INT16 or tensor.zero_point == 0

    def _alike(self, inputs: Sequence[int | None]) -> bool:
        """Whether all stand for stored numbers of one quantization."""
        stored = [self._codes.get(-1 if t is None else t) for t in inputs]
        if any(t is None for t in stored):
            return False
        quants = [self._tensors[t].quant for t in stored if t is not None]
        return all(q is not None and q.same(quants[0]) for q in quants)

    def _move(self, op: Operator) -> None:
        """The same on stored numbers; the float tensor stands for the result."""
        inputs = tuple(t if t is None else self._codes.get(t, t) for t in op.inputs)
        first = inputs[0]
        assert first is not None
        (real,) = op.outputs
        source = self._tensors[first]
        moved = self._new(self._tensors[real].name, self._tensors[real].shape, source.dtype, source.quant)
        self._operators.append(replace(op, inputs=inputs, outputs=(moved,)))
        self._operators.append(Operator("DEQUANTIZE", (moved,), (real,), {}, op.index, op.origin))
        self._codes[real] = moved

    def _new(self, name: str, shape: tuple[int, ...], dtype: DType, quant: Quantization | None) -> int:
        self._tensors.append(Tensor(name, shape, dtype, quant))
        return len(self._tensors) - 1

    def _quantize(self, op: Operator) -> None:
        """Integers from integers, if what is quantized allows that."""
        (real,), (target,) = op.inputs, op.outputs
        assert real is not None
        output = self._tensors[target]
        assert output.quant is not None
        stored = self._codes.get(real)
        if (
            stored is not None
            and self._tensors[stored].dtype is output.dtype
            and output.quant.same(self._tensors[stored].quant)
        ):
            self._same[target] = stored
            return
        if not self._integers(op, real, target):
            self._operators.append(op)

    def _chain(self, real: int, source: int) -> tuple[Operator, ...]:
        """The operators between stored numbers and a real result."""
        left, seen = [real], dict[int, Operator]()
        while left:
            t = left.pop()
            if self._codes.get(t) != source and (producer := self._producers.get(t)) is not None and t not in seen:
                seen[t] = producer
                left += [i for i in producer.inputs if i is not None]
        return tuple(seen.values())

    def _emit(
        self,
        quantizer: Operator,
        kind: str,
        inputs: tuple[int | None, ...],
        target: int,
        attrs: dict[str, Any],
        merged: Sequence[Operator],
    ) -> None:
        origin = tuple(sorted({i for op in (quantizer, *merged) for i in op.origin}))
        index = min((op.index for op in merged), default=quantizer.index)
        self._operators.append(Operator(kind, inputs, (target,), attrs, index, origin))

    def _integers(self, quantizer: Operator, real: int, target: int) -> bool:
        """Emits what makes `target` of integers: an operator with the clamps behind it, then the views behind them."""
        output = self._tensors[target]
        assert output.quant is not None
        views: list[Operator] = []
        clamps: list[Operator] = []
        low, high = -np.inf, np.inf
        t = real
        while (op := self._producers.get(t)) is not None and (found := self._function(t, output)) is None:
            bounds = bounds_of(op, self._tensors)
            if bounds is not None:
                low, high = max(low, min(bounds[0], high)), min(high, max(bounds[1], low))
                clamps.append(op)
            elif op.kind in _VIEWS:
                views.append(op)
            else:
                break
            t = next(i for i in op.inputs if i is not None and self._tensors[i].data is None)
        root = target
        if views:
            root = self._new(f"{output.name}/before", self._tensors[t].shape, output.dtype, output.quant)
        if op is None:
            stored = self._input(t, output) if not clamps else None
            if stored is None:
                return False
            self._same[root] = stored
        elif found is not None:
            values = np.clip(found[1], np.float32(low), np.float32(high))
            entries = table_entries(values, output.scale, output.zero_point, output.dtype)
            self._emit(
                quantizer, "table", (found[0],), root, {"entries": entries}, (*self._chain(t, found[0]), *clamps)
            )
            self._pointwise.note_table(root, found[0], entries)
        elif output.dtype not in _INTEGERS or not self._root(quantizer, op, root, (low, high), clamps):
            return False
        root = self._same.get(root, root)
        for number, view in enumerate(reversed(views)):
            shape = self._tensors[view.outputs[0]].shape
            last = number == len(views) - 1
            after = target if last else self._new(f"{output.name}/{number}", shape, output.dtype, output.quant)
            self._operators.append(replace(view, inputs=(root, *view.inputs[1:]), outputs=(after,)))
            root = after
        return True

    def _function(self, t: int, output: Tensor) -> tuple[int, Any] | None:
        return self._pointwise.of(t) if output.dtype in _INTEGERS else None

    def _input(self, t: int, output: Tensor) -> int | None:
        """The stored numbers of a float input of the network; None where there are none of this quantization."""
        assert output.quant is not None
        if t not in self._inputs:
            return None
        if t not in self._of_input:
            tensor = self._tensors[t]
            self._of_input[t] = self._new(tensor.name, tensor.shape, output.dtype, output.quant)
        stored = self._tensors[self._of_input[t]]
        return self._of_input[t] if stored.dtype is output.dtype and output.quant.same(stored.quant) else None

    def _root(
        self, quantizer: Operator, op: Operator, target: int, bounds: tuple[float, float], clamps: Sequence[Operator]
    ) -> bool:
        """Emits the integer form of an operator of floats, if there is one for its inputs."""
        output = self._tensors[target]
        layer = self._with_bias(op) if op.kind == "ADD" else None
        if layer is not None:
            clamps, op = (*clamps, op), layer
        if op.kind in LAYERS:
            inputs = self._layer_inputs(op, output)
        elif op.kind in PAIRS:
            inputs = self._pair_inputs(op, output)
        elif op.kind in OF_ONE or (op.kind == "SOFTMAX" and output.dtype is DType.INT8):
            stored = self._stored(op.inputs[0], output.dtype)
            inputs = None if stored is None else (stored, *op.inputs[1:])
            if stored is not None and op.kind == "RESIZE_BILINEAR" and not scales_divide(self._tensors[stored], output):
                inputs = None
        elif op.kind == "CONCATENATION" and output.dtype is DType.INT8 and not np.isfinite(bounds).any():
            inputs = self._joined_inputs(op, output)
        elif op.kind == "PADV2" and not np.isfinite(bounds).any():
            inputs = self._padded_inputs(op, output)
        else:
            inputs = None
        if inputs is None:
            return False
        attrs = {name: value for name, value in op.attrs.items() if name != "activation"}
        if op.kind == "CONCATENATION":
            attrs["activation"] = "NONE"
        elif op.kind != "PADV2":
            low, high = clamps_of(bounds, output)
            attrs |= {"arithmetic": EVEN, "low": low, "high": high}
            if op.kind in LAYERS and inputs[1] in self._small:
                attrs[WEIGHTS_BITS] = 4
        self._emit(quantizer, op.kind, inputs, target, attrs, (op, *clamps))
        return True

    def _stored(self, t: int | None, dtype: DType = DType.INT8) -> int | None:
        """The numbers of this type that a float tensor stands for; int8 may become int16."""
        stored = None if t is None else self._codes.get(t)
        if stored is None or self._tensors[stored].dtype not in _INTEGERS:
            return None
        if self._tensors[stored].dtype is dtype:
            return stored
        return self._widened(stored) if dtype is DType.INT16 else None

    def _widened(self, t: int) -> int | None:
        """The same int8 numbers as int16: scale and zero point stay."""
        tensor = self._tensors[t]
        if tensor.quant is None or tensor.quant.per_channel:
            return None
        if tensor.data is not None:
            self._tensors.append(replace(tensor, dtype=DType.INT16, data=frozen(tensor.data.astype(np.int16))))
            return len(self._tensors) - 1
        wide = self._new(f"{tensor.name}/wide", tensor.shape, DType.INT16, tensor.quant)
        entries = frozen(stored_values(DType.INT8).astype(np.int16))
        self._operators.append(Operator("table", (t,), (wide,), {"entries": entries}))
        return wide

    def _with_bias(self, op: Operator) -> Operator | None:
        """Of a sum of a layer without a bias and constants, one a channel or one for all: the layer with that bias."""
        layers = [self._producers.get(-1 if t is None else t) for t in op.inputs]
        for layer, t in zip(layers, reversed(op.inputs), strict=True):
            if layer is None or layer.kind not in LAYERS or len(layer.inputs) > 2 or t is None:
                continue
            numbers, result = self._tensors[self._constant_behind(t)], self._tensors[layer.outputs[0]]
            whole = self._tensors[op.outputs[0]].shape == result.shape
            each = numbers.elements == 1 or numbers.shape[-1:] == result.shape[-1:] == (numbers.elements,)
            if whole and each and numbers.data is not None and not (numbers.quant and numbers.quant.per_channel):
                return replace(layer, inputs=(*layer.inputs, t))
        return None

    def _constant_behind(self, t: int) -> int:
        """What DEQUANTIZE takes where it makes the tensor; else the tensor."""
        producer = self._producers.get(t)
        stored = producer.inputs[0] if producer is not None and producer.kind == "DEQUANTIZE" else None
        return t if stored is None else stored

    def _layer_inputs(self, op: Operator, output: Tensor) -> tuple[int | None, ...] | None:
        weights = self._stored(op.inputs[1])
        if weights is None or self._tensors[weights].data is None:
            return None
        weights = self._symmetric(weights)
        if weights is None:
            return None
        source = self._stored(op.inputs[0], output.dtype)
        if source is None and output.dtype is DType.INT8:
            source = self._stored(op.inputs[0], DType.INT16)
        if source is None:
            return None
        if len(op.inputs) < 3 or op.inputs[2] is None:
            return source, weights
        axis = 3 if op.kind == "DEPTHWISE_CONV_2D" else 0
        return source, weights, self._bias(op.inputs[2], source, weights, self._tensors[weights].shape[axis])

    def _symmetric(self, t: int) -> int | None:
        """The weights with zero points of 0; None where numbers less their zero points need more than eight bits."""
        found = symmetric(self._tensors[t])
        return t if found is self._tensors[t] else None if found is None else self._constant(found)

    def _bias(self, t: int, source: int, weights: int, channels: int) -> int:
        """The bias in units of source scale * weight scale, saturating."""
        quant = self._tensors[weights].quant
        assert quant is not None
        stored = self._constant_behind(t)
        unit = np.float32(self._tensors[source].scale) * quant.scale
        return self._constant(bias_in(self._tensors[stored], stored != t, unit, channels))

    def _constant(self, tensor: Tensor) -> int:
        self._tensors.append(tensor)
        return len(self._tensors) - 1

    def _pair_inputs(self, op: Operator, output: Tensor) -> tuple[int | None, ...] | None:
        inputs = tuple(self._stored(t, output.dtype) for t in op.inputs)
        if any(t is None or self._tensors[t].quant is None for t in inputs):
            return None
        if any(t is not None and self._tensors[t].quant.per_channel for t in inputs):  # type: ignore[union-attr]
            return None
        return inputs

    def _joined_inputs(self, op: Operator, output: Tensor) -> tuple[int | None, ...] | None:
        """A table for each part with another quantization than the whole."""
        parts = []
        for t in op.inputs:
            stored = self._stored(t)
            if stored is None:
                return None
            parts.append(stored)
        return tuple(self._rescaled(op, part, output) for part in parts)

    def _padded_inputs(self, op: Operator, output: Tensor) -> tuple[int | None, ...] | None:
        """The numbers as the result has them; the one that they are padded with, too."""
        stored = self._stored(op.inputs[0], output.dtype)
        number = None if op.inputs[2] is None else self._tensors[op.inputs[2]].data
        if stored is None or number is None or output.quant is None:
            return None
        if output.dtype is not DType.INT8 and not output.quant.same(self._tensors[stored].quant):
            return None
        code = quantize(number, output.scale, output.zero_point, output.dtype).astype(output.dtype.numpy)
        value = Tensor(f"{output.name}/value", code.shape, output.dtype, output.quant, frozen(code))
        return self._rescaled(op, stored, output), op.inputs[1], self._constant(value)

    def _rescaled(self, op: Operator, t: int, output: Tensor) -> int:
        tensor = self._tensors[t]
        assert output.quant is not None
        if output.quant.same(tensor.quant):
            return t
        real = dequantize(stored_values(tensor.dtype), tensor.scale, tensor.zero_point)
        entries = table_entries(real, output.scale, output.zero_point, output.dtype)
        if tensor.data is not None:
            data = entries[tensor.data.view(np.uint8)]
            self._tensors.append(replace(tensor, quant=output.quant, data=frozen(data)))
            return len(self._tensors) - 1
        after = self._new(f"{tensor.name}/rescaled", tensor.shape, output.dtype, output.quant)
        self._operators.append(Operator("table", (t,), (after,), {"entries": entries}, op.index, op.origin))
        return after

    def _as_output(self, t: int) -> int:
        """The stored numbers of a float output, under its name; the output itself where it stays float."""
        stored = self._codes.get(t)
        if stored is None or "outputs" in self._in_float:
            return self._same.get(t, t)
        stored = self._same.get(stored, stored)
        self._tensors[stored] = replace(self._tensors[stored], name=self._tensors[t].name)
        return stored

    def _without_float_inputs(self, graph: Graph) -> Graph:
        """The graph whose inputs are stored numbers. A float input that others read too, or that stays float, is
        quantized by an operator."""
        read = {t for op in graph.operators for t in op.inputs}
        inputs, first = list(graph.inputs), []
        for number, t in enumerate(graph.inputs):
            stored = self._of_input.get(t)
            if stored is None or stored not in read | set(graph.outputs):
                continue
            if t in read or "inputs" in self._in_float:
                first.append(Operator("QUANTIZE", (t,), (stored,), {"arithmetic": EVEN}))
            else:
                inputs[number] = stored
        return replace(graph, inputs=tuple(inputs), operators=(*first, *graph.operators))
