# SPDX-License-Identifier: Apache-2.0
"""Generated C texts whose last line is the SHA-256 of the lines before: whether one is still what was generated."""

from __future__ import annotations

import hashlib

_LINE = "/* SHA-256 of the lines above: {} */\n"


def with_last_line(text: str) -> str:
    """text: whole lines."""
    return text + _LINE.format(hashlib.sha256(text.encode()).hexdigest())


def last_line_holds(content: bytes) -> bool:
    """Whether the file is one of `with_last_line`, whatever ends its lines."""
    text = content.replace(b"\r\n", b"\n")
    start = text.rfind(b"\n", 0, -1) + 1
    return text[start:] == _LINE.format(hashlib.sha256(text[:start]).hexdigest()).encode()
