# SPDX-License-Identifier: Apache-2.0
"""A .tflite file as text, and its operators as models of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ai_edge_litert.schema_py_generated as schema
import flatbuffers
import numpy as np

_KINDS = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
_TYPES = {v: k.lower() for k, v in vars(schema.TensorType).items() if isinstance(v, int)}


def described(model: bytes) -> list[str]:
    """A line an operator with its options, one a tensor that it reads or writes."""
    file = schema.ModelT.InitFromPackedBuf(model, 0)
    graph = file.subgraphs[0]
    lines = [f"inputs {_list(graph.inputs)} outputs {_list(graph.outputs)}"]
    shown: set[int] = set()
    for op in graph.operators:
        options = {k: v for k, v in vars(op.builtinOptions).items() if v not in (0, None)} if op.builtinOptions else {}
        version = file.operatorCodes[op.opcodeIndex].version
        lines.append(f"{kind_of(file, op)} v{version} {_list(op.inputs)} -> {_list(op.outputs)} {options}")
        for t in (*_list(op.inputs), *_list(op.outputs)):
            if 0 <= t < len(graph.tensors) and t not in shown:
                shown.add(t)
                lines.append(f"    {t}: {_tensor(file, graph.tensors[t])}")
    return lines


def kind_of(file: Any, op: Any) -> str:
    code = file.operatorCodes[op.opcodeIndex]
    return _KINDS.get(max(code.builtinCode, code.deprecatedBuiltinCode), "?")


def _list(values: Any) -> list[int]:
    return [] if values is None else [int(v) for v in values]


def _tensor(file: Any, tensor: Any) -> str:
    text = f"{_TYPES.get(tensor.type)} {_list(tensor.shape)}"
    quant = tensor.quantization
    if quant is not None and quant.scale is not None:
        zero = None if quant.zeroPoint is None else _list(quant.zeroPoint)[:4]
        text += f" scale {[float(s) for s in quant.scale][:4]} zero {zero}"
        if len(quant.scale) > 1:
            text += f" ({len(quant.scale)} along {quant.quantizedDimension})"
    data = file.buffers[tensor.buffer].data if tensor.buffer < len(file.buffers) else None
    if data is not None and len(data):
        name = _TYPES[tensor.type]
        try:
            text += f" = {np.array(data, np.uint8).view(name)[:12].tolist()}"
        except (TypeError, ValueError):
            text += f" = {len(data)} bytes"
    if tensor.shapeSignature is not None and len(tensor.shapeSignature):
        text += f" signature {_list(tensor.shapeSignature)}"
    return text + (" variable" if tensor.isVariable else "")


def alone(model: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, model) of every operator, with its activations as inputs."""
    count = len(schema.ModelT.InitFromPackedBuf(model, 0).subgraphs[0].operators)
    for number in range(count if count > 1 else 0):
        file = schema.ModelT.InitFromPackedBuf(model, 0)
        graph = file.subgraphs[0]
        op = graph.operators[number]
        graph.operators = [op]
        graph.outputs = op.outputs
        held = [t for t in dict.fromkeys(_list(op.inputs)) if t >= 0 and not graph.tensors[t].isVariable]
        graph.inputs = [t for t in held if not _constant(file, graph.tensors[t])]
        file.subgraphs, file.signatureDefs = [graph], None
        packer = flatbuffers.Builder(4096)
        packer.Finish(file.Pack(packer), b"TFL3")
        yield f"operator {number} ({kind_of(file, op)})", bytes(packer.Output())


def _constant(file: Any, tensor: Any) -> bool:
    data = file.buffers[tensor.buffer].data
    return data is not None and len(data) > 0
