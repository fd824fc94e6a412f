# SPDX-License-Identifier: Apache-2.0
"""What only constants and shapes decide is worked out while the file is read, by the reference evaluator of the package
onnx: how exporters write shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ingot.compiler.frontend.onnx.proto import Node, import_onnx
from ingot.compiler.frontend.onnx.reading import Reading, Result
from ingot.compiler.frontend.onnx.values import Constant

_CONSTANTS = ("value", "value_int", "value_ints", "value_float", "value_floats")
_READ_ALL_THE_SAME = ("QuantizeLinear", "DequantizeLinear", "Identity", "Transpose", "Reshape")
"""Have readers that keep the quantization of a constant."""


def folded(reading: Reading, node: Node) -> Sequence[Result] | None:
    """The results of a node that computes of constants only; None for any other."""
    if node.kind == "Constant":
        for name in _CONSTANTS:
            if name in node.attrs:
                value = np.asarray(node.attrs[name])
                kinds: Any = {"f": np.float32, "i": np.int64}
                return [Constant(value if name == "value" else value.astype(kinds[value.dtype.kind]))]
        raise reading.error(node, f"its options are {', '.join(node.attrs) or 'none'}.")
    if node.kind in ("Shape", "Size"):
        shape = reading.get(node, 0).shape
        numbers = np.asarray(shape[node.attrs.get("start", 0) : node.attrs.get("end")], np.int64)
        return [Constant(numbers if node.kind == "Shape" else np.asarray(np.prod(shape, dtype=np.int64)))]
    inputs = [reading.values[name] for name in node.inputs if name]
    if not inputs or node.kind in _READ_ALL_THE_SAME or not all(isinstance(x, Constant) for x in inputs):
        return None
    arrays = [x.real() for x in inputs if isinstance(x, Constant)]
    return [Constant(np.asarray(array)) for array in _evaluated(reading, node, arrays)]


def _evaluated(reading: Reading, node: Node, arrays: Sequence[Any]) -> Sequence[Any]:
    onnx = import_onnx()
    from onnx.reference import ReferenceEvaluator

    attrs = {
        name: onnx.numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value
        for name, value in node.attrs.items()
    }
    proto = onnx.helper.make_node(node.kind, node.inputs, node.outputs, **attrs)
    names = [name for name in node.inputs if name]
    try:
        evaluator = ReferenceEvaluator(proto, opsets={"": reading.opset})
        return list(evaluator.run(None, dict(zip(names, arrays, strict=True))))
    except Exception as error:  # what it raises depends on the operator
        reason = " ".join(str(error).split())[:200]
        raise reading.error(node, f"it cannot be computed of its constants: {reason}.") from None
