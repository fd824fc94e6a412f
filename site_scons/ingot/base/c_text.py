# SPDX-License-Identifier: Apache-2.0
"""Small pieces of C text: identifiers, string literals, numbers, initializers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PLAIN = re.compile(r"[^0-9A-Za-z_]")


def identifier(text: str) -> str:
    """`text` with everything that C identifiers cannot hold replaced by underscores."""
    name = _PLAIN.sub("_", text)
    return f"_{name}" if not name or name[0].isdigit() else name


def string(text: str) -> str:
    """A C string literal that holds `text` as UTF-8; only printable ASCII appears in it."""
    parts = []
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\?':
            parts.append("\\" + char)
        elif 32 <= byte < 127:
            parts.append(char)
        else:
            parts.append(f"\\{byte:03o}")
    return '"' + "".join(parts) + '"'


def comment(text: str) -> str:
    """`text` made harmless inside a C comment: one line of printable ASCII, no comment marks."""
    plain = "".join(char if 32 <= ord(char) < 127 else "?" for char in text)
    return plain.replace("*/", "*?").replace("/*", "/?")


def number(value: int) -> str:
    """An integer constant of the right type: unsigned above INT32_MAX."""
    return f"{value}U" if value > 0x7FFFFFFF else str(value)


def initializer(fields: Mapping[str, int | Sequence[int]]) -> str:
    """A brace-enclosed initializer with designated members; members that are zero are left out."""
    members = []
    for name, value in fields.items():
        if isinstance(value, int):
            if value:
                members.append(f".{name} = {number(value)}")
        elif any(value):
            members.append(f".{name} = {{{', '.join(number(v) for v in value)}}}")
    return "{" + (", ".join(members) or "0") + "}"


def doubles(values: Sequence[float]) -> str:
    """A brace-enclosed initializer of doubles, each exact."""
    return "{" + ", ".join(repr(float(value)) for value in values) + "}"
