# SPDX-License-Identifier: Apache-2.0
"""float32 at the ends of a quantized .tflite: QUANTIZE behind its inputs, DEQUANTIZE before its outputs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ingot.quantize.tflite_object import read_objects, written

STORED = "/stored"
"""What follows the name of a tensor of stored numbers when another one has its name."""


def with_float_ends(data: bytes, ends: Collection[str]) -> bytes:
    """The file whose "inputs", "outputs" or both are float32, where they were stored numbers. ends: which of them."""
    if not ends:
        return data
    from ai_edge_litert import schema_py_generated as schema

    model = read_objects(data)
    graph = model.subgraphs[0]
    operator = schema.BuiltinOperator
    replaced: dict[str, dict[int, int]] = {"inputs": {}, "outputs": {}}
    for end in ends:
        ports = [int(t) for t in getattr(graph, end)]
        for place, t in enumerate(ports):
            if graph.tensors[t].type == schema.TensorType.FLOAT32:
                continue
            real = _float_tensor(schema, graph, t)
            code = operator.QUANTIZE if end == "inputs" else operator.DEQUANTIZE
            made = schema.OperatorT()
            made.opcodeIndex = _code_index(schema, model, code)
            made.inputs, made.outputs = ([real], [t]) if end == "inputs" else ([t], [real])
            graph.operators.insert(0 if end == "inputs" else len(graph.operators), made)
            ports[place] = replaced[end][t] = real
        setattr(graph, end, ports)
    for signature in model.signatureDefs or []:
        for end in ends:
            for item in getattr(signature, end):
                item.tensorIndex = replaced[end].get(item.tensorIndex, item.tensorIndex)
    return written(model)


def _float_tensor(schema: Any, graph: Any, t: int) -> int:
    """A float32 tensor of the shape of tensor t, which takes its name."""
    stored = graph.tensors[t]
    real = schema.TensorT()
    real.shape, real.shapeSignature, real.name, real.buffer = stored.shape, stored.shapeSignature, stored.name, 0
    real.type, real.hasRank = schema.TensorType.FLOAT32, stored.hasRank
    name = stored.name.decode() if isinstance(stored.name, bytes) else stored.name
    stored.name = f"{name}{STORED}"
    graph.tensors.append(real)
    return len(graph.tensors) - 1


def _code_index(schema: Any, model: Any, code: int) -> int:
    """The place of an operator's code in the model, which gets it where it has it not."""
    for index, item in enumerate(model.operatorCodes):
        if max(item.builtinCode, item.deprecatedBuiltinCode) == code:
            return index
    made = schema.OperatorCodeT()
    made.builtinCode, made.deprecatedBuiltinCode, made.version = code, min(code, 127), 1
    model.operatorCodes.append(made)
    return len(model.operatorCodes) - 1
