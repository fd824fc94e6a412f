# SPDX-License-Identifier: Apache-2.0
"""The options of a TFLite operator as plain values.

Every options table is read field by field, whatever its kind: `FusedActivationFunction` becomes `activation`,
enumerations become their names, other fields their schema names in snake case, vectors become tuples. A table that is
absent gives the schema's defaults, as LiteRT does.
"""

from __future__ import annotations

import re
import struct
from functools import cache
from typing import Any

import tflite

from ingot.compiler.frontend.flatbuffer import numbers

RENAMED = {
    "fused_activation_function": "activation",
    "dilation_h_factor": "dilation_h",
    "dilation_w_factor": "dilation_w",
    "filter_height": "filter_h",
    "filter_width": "filter_w",
}

# Operators whose options table is not named after them, for those written without a table.
_DEFAULT_TABLES = {
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "L2_POOL_2D": "Pool2DOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MINIMUM": "MaximumMinimumOptions",
    **dict.fromkeys(
        ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL"), "ReducerOptions"
    ),
}

_EMPTY_TABLE = struct.pack("<IHHi", 8, 4, 4, 4)
"""A flatbuffer whose root is a table without fields: every accessor returns its default."""


def read_options(kind: str, operator: Any) -> dict[str, Any]:
    """The attributes of one operator. May raise what accessors raise on damaged files."""
    table = _open_table(kind, operator)
    if table is None:
        return {}
    attrs: dict[str, Any] = {}
    for accessor, name in _fields(type(table).__name__):
        attrs[RENAMED.get(name, name)] = _value(table, accessor, name)
    return attrs


def _open_table(kind: str, operator: Any) -> Any:
    """The operator's table of options; an empty one where the file has none or another operator's, as LiteRT does."""
    own = _DEFAULT_TABLES.get(kind) or _by_kind().get(kind.replace("_", "").lower())
    for union, names in (("BuiltinOptions", _builtin_options()), ("BuiltinOptions2", _builtin_options2())):
        number = getattr(operator, f"{union}Type")()
        if number:
            if number not in names:
                raise ValueError(f"{union} {number} is unknown")
            union_table = getattr(operator, union)()
            if union_table is None or (own is not None and own != names[number]):
                return _empty(own or names[number])
            table = getattr(tflite, names[number])()
            table.Init(union_table.Bytes, union_table.Pos)
            return table
    return _empty(own)


def _empty(table_name: str | None) -> Any:
    return None if table_name is None else getattr(tflite, table_name).GetRootAs(_EMPTY_TABLE, 0)


def _value(table: Any, accessor: str, name: str) -> Any:
    if hasattr(table, f"{accessor}Length"):
        return tuple(numbers(table, accessor).tolist())
    value = getattr(table, accessor)()
    if name == "fused_activation_function":
        return _enum(tflite.ActivationFunctionType, value)
    if name == "padding":
        return _enum(tflite.Padding, value)
    if name == "mode":
        return _enum(tflite.MirrorPadMode, value)
    if name == "weights_format":
        return _enum(tflite.FullyConnectedOptionsWeightsFormat, value)
    if name in ("in_data_type", "out_data_type", "output_type", "out_type", "idx_out_type", "quantized_bias_type"):
        return _enum(tflite.TensorType, value).lower()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value


def _enum(enumeration: type, value: int) -> str:
    names: dict[int, str] = {v: k for k, v in vars(enumeration).items() if isinstance(v, int)}
    if value not in names:
        raise ValueError(f"{enumeration.__name__} {value} is unknown")
    return names[value]


@cache
def _fields(table: str) -> tuple[tuple[str, str], ...]:
    """(accessor, snake-case name) of every field of a generated table class."""
    accessors = [
        name
        for name in vars(getattr(tflite, table))
        if name[0].isupper() and name != "Init" and not name.startswith("GetRootAs") and "BufferHasId" not in name
    ]
    helpers = ("Length", "AsNumpy", "IsNone")
    plain = [n for n in accessors if not any(n.endswith(h) and n.removesuffix(h) in accessors for h in helpers)]
    return tuple((n, re.sub(r"(?<!^)(?=[A-Z])", "_", n).lower()) for n in plain)


@cache
def _builtin_options() -> dict[int, str]:
    return {v: k for k, v in vars(tflite.BuiltinOptions).items() if isinstance(v, int) and hasattr(tflite, k)}


@cache
def _builtin_options2() -> dict[int, str]:
    return {v: k for k, v in vars(tflite.BuiltinOptions2).items() if isinstance(v, int) and hasattr(tflite, k)}


@cache
def _by_kind() -> dict[str, str]:
    return {n.removesuffix("Options").lower(): n for n in _builtin_options().values() if n.endswith("Options")}
