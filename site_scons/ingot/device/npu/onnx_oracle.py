# SPDX-License-Identifier: Apache-2.0
"""A QDQ .onnx in onnxruntime, with the quantized tensors as outputs. Needs the packages onnx and onnxruntime.

An operator stands between DequantizeLinear and QuantizeLinear. What QuantizeLinear makes is a tensor of the graph; its
maker is the first operator on the way from the tensors that were dequantized.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.st.npu.judge.model import ModelGraph, ModelNode, ModelTensor

Array = npt.NDArray[Any]
#: Operators of ONNX -> families in names of ST's nodes, and the kind that the judge knows.
_KINDS: Mapping[str, tuple[str, str]] = {
    "Conv": ("Conv2D", "CONV_2D"),
    "Gemm": ("Gemm", "FULLY_CONNECTED"),
    "MatMul": ("Gemm", "FULLY_CONNECTED"),
    "Add": ("Add", "ADD"),
    "Mul": ("Mul", "MUL"),
    "Concat": ("Concat", "CONCATENATION"),
    "MaxPool": ("MaxPool", "MAX_POOL_2D"),
    "AveragePool": ("AveragePool", "AVERAGE_POOL_2D"),
    "GlobalAveragePool": ("AveragePool", "MEAN"),
    "ReduceMean": ("AveragePool", "MEAN"),
    "Resize": ("Resize", "RESIZE_BILINEAR"),
    "Sigmoid": ("Sigmoid", "LOGISTIC"),
    "Softmax": ("Softmax", "SOFTMAX"),
    "Transpose": ("Transpose", "TRANSPOSE"),
    "Pad": ("Pad", "PAD"),
}
_VIEWS = ("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity")


class OnnxRuntime:
    """One model. Raises IngotError when a package is missing or the model cannot be run."""

    name = "onnxruntime"

    def __init__(self, model: Path) -> None:
        try:
            import onnx
            import onnxruntime
        except ImportError as error:
            raise IngotError(
                f"an .onnx is run by onnxruntime, which cannot be imported ({error})",
                remedy="Install it with `pip install onnx onnxruntime`.",
            ) from None
        try:
            proto = onnx.shape_inference.infer_shapes(onnx.load(str(model)))
            reader = _Reader(proto, onnx)
            self.graph = reader.graph()
            known = {item.name for item in proto.graph.output}
            proto.graph.output.extend(
                onnx.helper.make_empty_tensor_value_info(key) for key in reader.quantized if key not in known
            )
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(
                proto.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
        except IngotError:
            raise
        except Exception as error:
            reason = " ".join(str(error).split())[:300]
            raise IngotError(f"onnxruntime refuses the model: {reason}", where=str(model)) from None
        self._values: dict[Any, Array] = {}

    def run(self, inputs: Mapping[Any, Array]) -> None:
        """One inference."""
        names = [output.name for output in self._session.get_outputs()]
        feeds = {item.name: inputs[item.name] for item in self._session.get_inputs()}
        self._values = dict(zip(names, self._session.run(names, feeds), strict=True)) | feeds

    def tensor(self, key: Any) -> Array:
        """A tensor after `run`."""
        return self._values[key]


class _Reader:
    def __init__(self, proto: Any, onnx: Any) -> None:
        self.proto, self.onnx = proto, onnx
        numbers = onnx.numpy_helper.to_array
        self.constants = {item.name: numbers(item) for item in proto.graph.initializer}
        for node in proto.graph.node:
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                self.constants[node.output[0]] = numbers(node.attribute[0].t)
        self.makers = {name: node for node in proto.graph.node for name in node.output}
        self.inputs = [item.name for item in proto.graph.input if item.name not in self.constants]
        self.quantized = [node.output[0] for node in proto.graph.node if node.op_type == "QuantizeLinear"]

    def graph(self) -> ModelGraph:
        """The graph of the quantized tensors, by their names."""
        shapes: dict[str, tuple[int, ...]] = {}
        for item in (*self.proto.graph.value_info, *self.proto.graph.output, *self.proto.graph.input):
            shapes[item.name] = tuple(side.dim_value or 1 for side in item.type.tensor_type.shape.dim)
        tensors: dict[Any, ModelTensor] = {}
        roots: dict[str, str] = {}
        nodes: list[ModelNode] = []
        for name in self.inputs:
            tensors[name] = ModelTensor(name, name, shapes[name], self._type(name), 0.0, 0, -1, name, False)
        outputs = [item.name for item in self.proto.graph.output]
        for node in self.proto.graph.node:
            name = node.output[0]
            if node.op_type == "QuantizeLinear":
                scale, point = self._parameters(node)
                steps, sources, scales = self._behind(node.input[0])
                kind = next((step for step in steps if step in _KINDS), "")
                family, known = _KINDS.get(kind, ("", "QUANTIZE" if not steps else steps[0].upper()))
                single = sources[0] if len(sources) == 1 and sources[0] in tensors else None
                same = single is not None and (tensors[single].scale, tensors[single].zero_point) == (scale, point)
                if steps and same and all(step in _VIEWS for step in steps):
                    known, roots[name] = "RESHAPE", roots.get(sources[0], sources[0])
                nodes.append(ModelNode(len(nodes), family, known, tuple(sources), name, scales))
                root, shape = roots.get(name, name), shapes.get(name, shapes.get(node.input[0], ()))
                point_type = "uint8" if point >= 0 and self._unsigned(node) else "int8"
                tensors[name] = ModelTensor(name, name, shape, point_type, scale, point, len(nodes) - 1, root, False)
            elif name in outputs and name not in self.quantized:
                steps, sources, _ = self._behind(name)
                kind = next((step for step in steps if step in _KINDS), "")
                family, known = _KINDS.get(kind, ("Dequantize", "DEQUANTIZE"))
                nodes.append(ModelNode(len(nodes), family, known, tuple(sources), name))
                tensors[name] = ModelTensor(name, name, shapes[name], "float32", 0.0, 0, len(nodes) - 1, name, False)
        return ModelGraph(
            tensors, tuple(nodes), tuple(self.inputs), tuple(outputs), {node.target: node for node in nodes}
        )

    def _type(self, name: str) -> str:
        item = next(item for item in self.proto.graph.input if item.name == name)
        return str(self.onnx.helper.tensor_dtype_to_np_dtype(item.type.tensor_type.elem_type))

    def _unsigned(self, node: Any) -> bool:
        return len(node.input) < 3 or self.constants[node.input[2]].dtype == np.uint8

    def _parameters(self, node: Any) -> tuple[float, int]:
        scale = self.constants.get(node.input[1], np.zeros(0))
        point = self.constants[node.input[2]] if len(node.input) > 2 else np.zeros(1, np.uint8)
        if scale.size != 1:
            return 0.0, 0
        return float(scale.reshape(-1)[0]), int(point.reshape(-1)[0])

    def _behind(self, name: str) -> tuple[list[str], list[str], Array | None]:
        """Operators back to the tensors that were dequantized, last first; those tensors; scales of weights."""
        steps: list[str] = []
        sources: list[str] = []
        scales: Array | None = None
        left, seen = [name], set()
        while left:
            current = left.pop(0)
            node = self.makers.get(current)
            if current in seen or node is None:
                if current in self.inputs:
                    sources.append(current)
                continue
            seen.add(current)
            if node.op_type == "DequantizeLinear":
                if node.input[0] in self.constants:
                    if scales is None and self.constants[node.input[0]].dtype in (np.int8, np.uint8):
                        scales = self.constants[node.input[1]].reshape(-1)
                else:
                    sources.append(node.input[0])
            elif node.op_type != "QuantizeLinear":
                steps.append(node.op_type)
                left += [item for item in node.input if item and item not in self.constants]
            else:
                sources.append(current)
        return steps, sources, scales
