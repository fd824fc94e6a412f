# SPDX-License-Identifier: Apache-2.0
"""Element types as ST's c_info writes them: a format name and a number of bits."""

from __future__ import annotations

_NAMES = {
    "int8": ("STAI_FORMAT_S8", 8),
    "uint8": ("STAI_FORMAT_U8", 8),
    "int16": ("STAI_FORMAT_S16", 16),
    "uint16": ("STAI_FORMAT_U16", 16),
    "int32": ("STAI_FORMAT_S32", 32),
    "uint32": ("STAI_FORMAT_U32", 32),
    "int64": ("STAI_FORMAT_S64", 64),
    "float32": ("STAI_FORMAT_FLOAT", 32),
    "bool": ("STAI_FORMAT_BOOL", 8),
}
_TYPES = {name: dtype for dtype, (name, _) in _NAMES.items()} | {"STAI_FORMAT_FLOAT32": "float32"}


def to_stai(dtype: str) -> tuple[str, int]:
    """(format, bits) of a NumPy type name."""
    return _NAMES[dtype]


def from_stai(name: str, bits: int) -> str:
    """The NumPy type name. Formats without one (fixed point, "STAI_FORMAT_Q") are signed integers of that width."""
    return _TYPES.get(name) or {8: "int8", 16: "int16", 32: "int32", 64: "int64"}.get(bits, "uint8")


def qmn(dtype: str) -> dict[str, int]:
    """ST's description of the integer: m bits before the point, n behind, signed or not. Empty for floats."""
    if dtype == "float32":
        return {}
    signed = int(dtype.startswith("int"))
    return {"m": to_stai(dtype)[1] - signed, "n": 0, "sign": signed}
