# SPDX-License-Identifier: Apache-2.0
"""Files as converters write them that did not know the shapes of intermediate tensors."""

from __future__ import annotations

import ai_edge_litert.schema_py_generated as schema
import flatbuffers


def with_placeholder_shapes(model: bytes, *, ranks: bool = True, signatures: bool = False) -> bytes:
    """The same model; every tensor that an operator writes has extents of 1.

    ranks: as many as before, else none. signatures: with a shape_signature that says that nobody knew them.
    """
    file = schema.ModelT.InitFromPackedBuf(model, 0)
    graph = file.subgraphs[0]
    for op in graph.operators:
        for t in op.outputs:
            tensor = graph.tensors[t]
            extents = 0 if tensor.shape is None else len(tensor.shape)
            tensor.shape = [1] * extents if ranks else []
            tensor.shapeSignature = [-1] * extents if ranks and signatures else None
    packer = flatbuffers.Builder(len(model))
    packer.Finish(file.Pack(packer), b"TFL3")
    return bytes(packer.Output())


def stored_shapes(model: bytes) -> list[tuple[int, ...]]:
    """The shapes that the file has for its tensors."""
    graph = schema.ModelT.InitFromPackedBuf(model, 0).subgraphs[0]
    return [() if tensor.shape is None else tuple(int(n) for n in tensor.shape) for tensor in graph.tensors]
