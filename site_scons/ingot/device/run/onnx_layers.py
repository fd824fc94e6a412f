# SPDX-License-Identifier: Apache-2.0
"""A QDQ model layer by layer in onnxruntime, beside the definition of its arithmetic. Needs the package onnxruntime.

Each layer gets onnxruntime's own inputs, so that a difference is that layer's alone. onnxruntime computes layers

- without fused kernels in float32, between the quantized tensors of the file: results differ by one now and then;
- with fused kernels in integers, as the definition does. Their sums of 32 bits wrap where biases are huge.

What a whole network gives without fused kernels says nothing: single codes grow from layer to layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.compiler.even.evaluate import evaluate, layer_sums
from ingot.compiler.even.formulas import INT32, dequantize
from ingot.compiler.frontend.onnx.read import QdqModel
from ingot.compiler.frontend.onnx.values import UNSIGNED, Value
from ingot.compiler.graph import DType, Operator
from ingot.device.run.ties import Tie, ties_of

Array = npt.NDArray[Any]

_EXACT = ("moved or looked up", 0.0)
_ROUNDED_SUMS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "BATCH_MATMUL")
_GROUPS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(_ROUNDED_SUMS, ("Conv, Gemm and MatMul", 20e-6)),
    **dict.fromkeys(("ADD", "SUB", "MUL", "DIV"), ("Add, Sub, Mul and Div", 100e-6)),
    "MEAN": ("means", 0.01),
    "AVERAGE_POOL_2D": ("AveragePool", 0.1),
    "SOFTMAX": ("Softmax", 100e-6),
    "RESIZE_BILINEAR": ("Resize", 1000e-6),
}
"""Kind -> group, and the share of its numbers that may differ by one from what is computed in float32."""

_OF_INT16 = 0.05
"""The share of layers where results have 16 bits: float32 has few bits more."""

_FEW = 2
"""So many numbers of a group may always differ: in small models a share is less than one."""

_FLOAT_TOLERANCE = 1e-6


@dataclass
class Tally:
    """One group of operators. most: the largest distance in codes. allowed: the share that may differ, by one. ties: of
    `differing`, which float32's rounding explains. exact: of these, where the exact sum gives Ingot's number."""

    allowed: float
    values: int = 0
    differing: int = 0
    most: int = 0
    ties: int = 0
    exact: int = 0

    @property
    def within(self) -> bool:
        return self.most <= (1 if self.allowed else 0) and (
            self.differing - self.exact <= max(self.allowed * self.values, _FEW if self.allowed else 0)
        )

    def words(self) -> str:
        found = f"{self.differing:,} of {self.values:,} differ"
        if self.differing:
            found += f" ({1e6 * self.differing / self.values:.1f} ppm), by at most {self.most}"
        if self.ties:
            rest = self.differing - self.exact
            found += (
                f"; {self.ties:,} next to a tie, within what float32 rounds away, of which the exact sum gives Ingot's "
                f"number in {self.exact:,}; without these {rest:,} ({1e6 * rest / self.values:.1f} ppm)"
            )
        return found


@dataclass
class Comparison:
    """Of one or more inferences. groups: by name. wrapped: layer -> numbers whose sums leave 32 bits and which
    onnxruntime has otherwise. ties: names of layers, and their numbers that differ from onnxruntime's without fused
    kernels. worst: the layer with the largest difference."""

    groups: dict[str, Tally] = field(default_factory=dict)
    wrapped: dict[str, int] = field(default_factory=dict)
    ties: list[tuple[str, Tie]] = field(default_factory=list)
    worst: str = ""

    @property
    def within(self) -> bool:
        return all(tally.within for tally in self.groups.values())

    @property
    def differing(self) -> int:
        return sum(tally.differing for tally in self.groups.values())

    @property
    def values(self) -> int:
        return sum(tally.values for tally in self.groups.values())

    def lines(self) -> list[str]:
        """A line a group, for people."""
        return [f"{name}: {tally.words()}" for name, tally in self.groups.items()]


class OnnxLayers:
    """One model in onnxruntime. fused: with its integer kernels. Raises IngotError when it cannot run there."""

    def __init__(self, model: QdqModel, *, fused: bool) -> None:
        self._model, self._fused = model, fused
        graph = model.graph
        stored = {node.outputs[0] for node in model.file.nodes if node.kind == "QuantizeLinear"}
        ports = {port.name for port in model.file.outputs}
        made = [t for op in graph.operators for t in op.outputs if t in model.places]
        #: tensor -> the file's name of it, and how it lies
        self.places = {t: model.places[t] for t in made if not fused or model.places[t][0] in stored | ports}
        self._session = _session(model, {name for name, _ in self.places.values()} - ports, fused=fused)

    def run(self, inputs: Sequence[Array]) -> dict[int, Array]:
        """onnxruntime's values of tensors of the graph, as the graph stores them. inputs: the graph's."""
        feeds = {}
        graph, model = self._model.graph, self._model
        for port, t, value, array in zip(model.file.inputs, graph.inputs, model.inputs, inputs, strict=True):
            tensor = graph.tensors[t]
            real = array
            if tensor.dtype is not DType.FLOAT32 and tensor.quant is not None and port.dtype == "float32":
                real = dequantize(array, tensor.scale, tensor.zero_point)
            elif port.dtype in UNSIGNED:
                real = (array.astype(np.int32) - UNSIGNED[port.dtype].least).astype(port.dtype)
            axes = [value.order.index(axis) for axis in range(len(value.shape))]
            feeds[port.name] = np.ascontiguousarray(real.reshape(value.stored_shape).transpose(axes))
        names = [output.name for output in self._session.get_outputs()]
        found = dict(zip(names, self._session.run(names, feeds), strict=True))
        return {
            t: _as_graph(found[name], value).reshape(graph.tensors[t].shape)
            for t, (name, value) in self.places.items()
            if found[name].dtype != np.float32 or graph.tensors[t].dtype is DType.FLOAT32
        }

    def compare(self, inputs: Sequence[Array], into: Comparison, *, free: bool = False) -> None:
        """Adds one inference. free: the definition gets its own results from layer to layer."""
        graph = self._model.graph
        theirs = self.run(inputs)
        makers = {t: op for op in graph.operators for t in op.outputs}
        values: dict[int, Array] = dict(zip(graph.inputs, inputs, strict=True))

        def seen(t: int, ours: Array) -> Array | None:
            values[t] = ours
            other = theirs.get(t)
            if other is None:
                return None
            self._count(makers, t, ours, other, values, into)
            values[t] = ours if free else other
            return values[t]

        evaluate(graph, inputs, seen)

    def _count(
        self,
        makers: Mapping[int, Operator],
        t: int,
        ours: Array,
        theirs: Array,
        values: Mapping[int, Array],
        into: Comparison,
    ) -> None:
        op = self._maker(makers, t)
        group, allowed = _GROUPS.get(op.kind, _EXACT)
        if ours.dtype == np.int16 and op.kind in _ROUNDED_SUMS:
            group, allowed = f"{group}, of int16", _OF_INT16
        tally = into.groups.setdefault(group, Tally(allowed))
        if ours.dtype == np.float32:
            apart = np.abs(ours.astype(np.float64) - theirs) > _FLOAT_TOLERANCE * np.maximum(1.0, np.abs(theirs))
            apart = apart.astype(np.int64)
        else:
            apart = np.abs(ours.astype(np.int64) - theirs)
        name = self._model.places[t][0]
        if self._fused and apart.any() and op.outputs[0] == t:
            wrapped = self._wrapped(op, values) & (apart > 0)
            if count := int(wrapped.sum()):
                into.wrapped[name] = into.wrapped.get(name, 0) + count
                apart = np.where(wrapped, 0, apart)
        if not self._fused and apart.any() and _is_reshaped(makers, op.outputs[0], t):
            ties = ties_of(self._model.graph.tensors, op, values, ours, theirs)
            tally.ties += sum(tie.explained for tie in ties)
            tally.exact += sum(tie.explained and tie.ours_is_nearest for tie in ties)
            into.ties += [(name, tie) for tie in ties]
        tally.values += apart.size
        tally.differing += int(np.count_nonzero(apart))
        most = int(apart.max(initial=0))
        if most > max((other.most for other in into.groups.values()), default=0) or (most and not into.worst):
            into.worst = name
        tally.most = max(tally.most, most)

    def _maker(self, makers: Mapping[int, Operator], t: int) -> Operator:
        """The operator that computed the values: not one that only moves what nobody has compared yet."""
        op = makers[t]
        while op.kind in ("RESHAPE", "TRANSPOSE", "QUANTIZE"):
            source = op.inputs[0]
            if source is None or source not in makers or source in self.places:
                break
            op = makers[source]
        return op

    def _wrapped(self, op: Operator, values: Mapping[int, Array]) -> Array:
        """Where the sums of a layer leave 32 bits."""
        tensors = self._model.graph.tensors
        arrays = [values[t] if tensors[t].data is None else tensors[t].data for t in op.inputs if t is not None]
        sums = layer_sums(tensors, op, [a for a in arrays if a is not None])
        shape = tensors[op.outputs[0]].shape
        if sums is None:
            return np.zeros(shape, bool)
        outside: Array = ((sums < INT32.min) | (sums > INT32.max)).reshape(shape)
        return outside


def _is_reshaped(makers: Mapping[int, Operator], source: int, t: int) -> bool:
    """Whether t has the numbers of source in their order."""
    while t != source:
        if makers[t].kind != "RESHAPE" or makers[t].inputs[0] is None:
            return False
        t = makers[t].inputs[0] or 0
    return True


@dataclass(frozen=True)
class LayerReport:
    """lines: for people. beyond: the layer that differs by more than rounding explains; "" for none."""

    lines: tuple[str, ...]
    beyond: str = ""


MOST_SAMPLES = 3


def report_layers(model: QdqModel, samples: Sequence[Sequence[Array]]) -> LayerReport:
    """Compares both ways on the first few samples. From input to output only with kernels that have given equal layers.

    Raises IngotError when onnxruntime cannot run the model.
    """
    try:
        import onnxruntime  # noqa: F401
    except ImportError:
        return LayerReport(("layers: not compared with onnxruntime, which is not installed",))
    plain, fused, whole = Comparison(), Comparison(), Comparison()
    given = samples[:MOST_SAMPLES]
    for comparison, is_fused in ((plain, False), (fused, True)):
        layers = OnnxLayers(model, fused=is_fused)
        for inputs in given:
            layers.compare(inputs, comparison)
    lines = [f"onnxruntime, layer by layer: {line}" for line in plain.lines()]
    where = ", ".join(f"{name} {tally.differing:,}" for name, tally in fused.groups.items() if tally.differing)
    where = f" ({where})" if where else ""
    lines.append(f"its fused kernels, layer by layer: {fused.differing:,} of {fused.values:,} differ{where}")
    if fused.wrapped:
        layer, count = next(iter(fused.wrapped.items()))
        number = "1 layer" if len(fused.wrapped) == 1 else f"{len(fused.wrapped)} layers"
        lines.append(
            f"its fused kernels overflow 32 bits in {number}, {sum(fused.wrapped.values())} times "
            f"(first: '{layer}', {count} times); Ingot's results are the exact ones"
        )
    elif not fused.differing:
        for inputs in given:
            layers.compare(inputs, whole, free=True)
        lines.append(f"its fused kernels, from input to output: {whole.differing:,} of {whole.values:,} differ")
    return LayerReport(tuple(lines), "" if plain.within else plain.worst)


def _as_graph(array: Array, value: Value) -> Array:
    """An array of onnxruntime's as the graph stores it."""
    if array.dtype.name in UNSIGNED:
        array = UNSIGNED[array.dtype.name].of(array)
    stored = array.reshape(value.shape).transpose(value.order)
    return stored if value.columns is None else stored[..., value.columns]


def _session(model: QdqModel, more: set[str], *, fused: bool) -> Any:
    try:
        import onnx
        import onnxruntime
    except ImportError as error:
        raise IngotError(
            f"layers of an .onnx are compared with onnxruntime, which cannot be imported ({error}).",
            remedy="Install it with `pip install onnxruntime`.",
        ) from None
    proto = onnx.ModelProto()
    proto.CopyFrom(model.file.proto)
    proto.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in sorted(more))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    level = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_ALL if fused else level.ORT_DISABLE_ALL
    options.add_session_config_entry("session.qdqisint8allowed", "1")
    try:
        return onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # of types that onnxruntime does not export
        reason = " ".join(str(error).split())[:300]
        raise IngotError(f"onnxruntime refuses the model: {reason}") from None
