# SPDX-License-Identifier: Apache-2.0
"""Files for LiteRT's reference kernels, whose table of operator versions lags behind the kernels themselves.

BUILTIN_REF registers TILE up to version 2, the default resolver up to 3; the kernel is the same, and looks at types
itself. A version only says which reader a file needs, so a copy of the file with the highest version that is registered
computes the same, or is refused when the kernel prepares.
"""

from __future__ import annotations

HIGHEST = {
    "ABS": 3,
    "ADD": 5,
    "ARG_MAX": 2,
    "ARG_MIN": 2,
    "DEPTH_TO_SPACE": 1,
    "DEPTHWISE_CONV_2D": 6,
    "GELU": 2,
    "MUL": 7,
    "SOFTMAX": 3,
    "SQUEEZE": 1,
    "STRIDED_SLICE": 4,
    "TILE": 2,
    "TRANSPOSE": 8,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": 3,
}
"""Versions that BUILTIN_REF of ai-edge-litert 2.3.0 has, of the operators that its other kernels have newer ones of."""

_VERSION_FIELD = 8  # of the table OperatorCode: its third field in the schema, behind the two that head a vtable


def with_registered_versions(content: bytes) -> bytes:
    """The same model with versions that BUILTIN_REF has. Only for files that LiteRT has read."""
    import struct

    import tflite

    from ingot.compiler.frontend.operator_code import builtin_kind

    model = tflite.Model.GetRootAs(content, 0)
    changed = bytearray(content)
    for index in range(model.OperatorCodesLength()):
        code = model.OperatorCodes(index)
        highest = HIGHEST.get(builtin_kind(code) or "")
        if highest is not None and code.Version() > highest:
            place = code._tab.Pos + code._tab.Offset(_VERSION_FIELD)
            struct.pack_into("<i", changed, place, highest)
    return bytes(changed)
