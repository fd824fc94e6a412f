# SPDX-License-Identifier: Apache-2.0
"""The only reader of operator codes.

An OperatorCode has two fields: `deprecated_builtin_code` (int8, up to 127) and `builtin_code` (int32). Files of any age
set one of them or both; LiteRT takes the larger one (GetBuiltinCode() in its schema_utils.cc).
The `BuiltinCode()` of the Python package tflite returns the other field where this one is below 127, so that a code
which stands only here reads as 0, an ADD. Hence both fields are read from the table itself.
"""

from __future__ import annotations

from typing import Any

import tflite
from flatbuffers import number_types

_PLACEHOLDER = tflite.BuiltinOperator.PLACEHOLDER_FOR_GREATER_OP_CODES
_NAMES = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int) and v != _PLACEHOLDER}

# Offsets in the vtable: 4 + 2 * the field's number in the schema.
_DEPRECATED_BUILTIN_CODE = 4
_BUILTIN_CODE = 10


def builtin_number(code: Any) -> int:
    """The number of the builtin operator. code: an OperatorCode of the package tflite or of LiteRT's schema."""
    table = code._tab
    return max(
        int(table.GetSlot(_DEPRECATED_BUILTIN_CODE, 0, number_types.Int8Flags)),
        int(table.GetSlot(_BUILTIN_CODE, 0, number_types.Int32Flags)),
    )


def builtin_kind(code: Any) -> str | None:
    """The operator's name, e.g. "CONV_2D"; None for a number that the schema does not have."""
    return _NAMES.get(builtin_number(code))
