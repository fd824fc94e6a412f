# SPDX-License-Identifier: Apache-2.0
"""Generated C and linker scripts whose last line is the SHA-256 of the lines before: whether one is as generated."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingot.base.files import write_if_changed

_LINE = "/* SHA-256 of the lines above: {} */\n"


def with_last_line(text: str) -> str:
    """text: whole lines."""
    return text + _LINE.format(hashlib.sha256(text.encode()).hexdigest())


def write_text(path: Path, text: str) -> None:
    """As `write_if_changed`, with that last line."""
    write_if_changed(path, with_last_line(text))


def last_line_holds(content: bytes) -> bool:
    """Whether the file is one of `with_last_line`, whatever ends its lines."""
    text = content.replace(b"\r\n", b"\n")
    start = text.rfind(b"\n", 0, -1) + 1
    return text[start:] == _LINE.format(hashlib.sha256(text[:start]).hexdigest()).encode()
