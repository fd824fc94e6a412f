# SPDX-License-Identifier: Apache-2.0
"""The same graph in another file: trained again under other names, or with its tensors in another order."""

from __future__ import annotations

from collections.abc import Iterator

import ai_edge_litert.schema_py_generated as schema
import flatbuffers
import numpy as np


def retrained(data: bytes, seed: int) -> bytes:
    """Every tensor renamed, as a converter does that counts layers up, and all weights moved about in their tensor."""
    model = _unpacked(data)
    rng = np.random.default_rng(seed)
    used: set[int] = set()
    for number, tensor in enumerate(model.subgraphs[0].tensors):
        tensor.name = f"functional_{seed}/layer_{seed + 1}/tensor_{number * seed}".encode()
        buffer = model.buffers[tensor.buffer]
        trained = tensor.quantization is not None and tensor.quantization.scale is not None
        if buffer.data is None or not len(buffer.data) or not trained or tensor.buffer in used:
            continue
        used.add(tensor.buffer)
        size = {schema.TensorType.INT32: 4, schema.TensorType.INT64: 8, schema.TensorType.INT16: 2}.get(tensor.type, 1)
        elements = np.asarray(buffer.data, np.uint8).reshape(-1, size)
        buffer.data = rng.permuted(elements, axis=0) if size == 1 else elements[rng.permutation(len(elements))]
        buffer.data = np.ascontiguousarray(buffer.data).ravel()
    return _packed(model)


def renumbered(data: bytes, seed: int) -> bytes:
    """The tensors of the file in another order; operators, inputs and outputs in the same."""
    model = _unpacked(data)
    graph = model.subgraphs[0]
    order = np.random.default_rng(seed).permutation(len(graph.tensors))
    number = {int(old): new for new, old in enumerate(order)}
    graph.tensors = [graph.tensors[old] for old in order]
    graph.inputs, graph.outputs = ([number[int(t)] for t in ports] for ports in (graph.inputs, graph.outputs))
    for operator in graph.operators:
        for field in ("inputs", "outputs", "intermediates"):
            tensors = getattr(operator, field)
            if tensors is not None:
                setattr(operator, field, [number.get(int(t), int(t)) for t in tensors])
    return _packed(model)


def with_shared_constants(data: bytes) -> bytes:
    """Constants that are equal in everything but the name are one tensor, as converters make them."""
    model = _unpacked(data)
    graph = model.subgraphs[0]
    first: dict[object, int] = {}
    same = {t: first.setdefault(key, t) for t, key in _constants(model)}
    for operator in graph.operators:
        operator.inputs = [same.get(int(t), int(t)) for t in operator.inputs]
    return _packed(model)


def _constants(model: schema.ModelT) -> Iterator[tuple[int, object]]:
    for number, tensor in enumerate(model.subgraphs[0].tensors):
        content = model.buffers[tensor.buffer].data
        if content is None or not len(content):
            continue
        quantization = tensor.quantization
        scales = () if quantization is None or quantization.scale is None else tuple(quantization.scale)
        zeros = () if quantization is None or quantization.zeroPoint is None else tuple(quantization.zeroPoint)
        yield number, (bytes(bytearray(content)), tuple(tensor.shape), tensor.type, scales, zeros)


def _unpacked(data: bytes) -> schema.ModelT:
    return schema.ModelT.InitFromPackedBuf(data, 0)


def _packed(model: schema.ModelT) -> bytes:
    packer = flatbuffers.Builder(1 << 16)
    packer.Finish(model.Pack(packer), b"TFL3")
    return bytes(packer.Output())
