# SPDX-License-Identifier: Apache-2.0
"""A .tflite as objects that can be changed and written again.

Large files have their data behind the flatbuffer, at offsets from the file's beginning; ai-edge-quantizer writes those
of 256 KiB so. The objects have all data inside: no offset survives a change of the file.
"""

from __future__ import annotations

from typing import Any

from ingot.base.errors import IngotError


def read_objects(data: bytes) -> Any:
    """The file as a ModelT of ai_edge_litert. Raises IngotError for data that lie outside the file."""
    import numpy as np
    from ai_edge_litert import schema_py_generated as schema

    def part(start: int, size: int) -> Any:
        if start + size > len(data):
            raise IngotError(
                f"a buffer at {start} of {size} bytes is outside the file of {len(data)} bytes.",
                where=".tflite",
                remedy="The file is damaged: get it again.",
            )
        return np.frombuffer(data, np.uint8, size, start)

    model = schema.ModelT.InitFromPackedBuf(data, 0)
    for buffer in model.buffers:
        if buffer.offset > 1:
            buffer.data, buffer.offset, buffer.size = part(buffer.offset, buffer.size), 0, 0
    for graph in model.subgraphs:
        for operator in graph.operators:
            if operator.largeCustomOptionsOffset > 1:
                operator.customOptions = part(operator.largeCustomOptionsOffset, operator.largeCustomOptionsSize)
                operator.largeCustomOptionsOffset = operator.largeCustomOptionsSize = 0
    return model


def written(model: Any) -> bytes:
    """The bytes of a file of such objects."""
    import flatbuffers

    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())
