# SPDX-License-Identifier: Apache-2.0
"""Reading files that others made: their size, depth and numbers have limits, which stand here and nowhere else.

Every reader of a file of users takes its bytes from `read_bounded` and its JSON from `load_json`, so that no file makes
Ingot take more than seconds and megabytes; what is beyond a limit is one message. tests/base/test_untrusted.py shows
that a reader's work grows with the size of the file only.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError

KIB, MIB = 1 << 10, 1 << 20
#: Bytes of a file, by what it is. Real ones: board.yaml 8 KiB, .mpool 10 KiB, c_info 3 MiB, network.c 6 MiB.
LARGEST = {
    "yaml": 256 * KIB,
    "mpool": MIB,
    "json": 64 * MIB,
    "c": 64 * MIB,
    "record": 64 * MIB,
    "image": 256 * MIB,
    "array": 1024 * MIB,
}
#: Lists and maps inside of each other.
DEEPEST = 64
#: Digits of a number in a text.
MOST_DIGITS = 20
AGAIN = "The file is damaged, or not what it is taken for."


def read_bounded(path: Path, kind: str, what: str = "cannot read the file") -> bytes:
    """The file's bytes. kind: a key of LARGEST. what: how a message about a missing file begins. Raises IngotError."""
    limit = LARGEST[kind]
    try:
        with open(path, "rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise IngotError(f"{what}: {reason}", where=printable(path)) from error
    if len(content) > limit:
        raise IngotError(f"the file is larger than {limit:,} bytes", where=printable(path), remedy=AGAIN)
    return content


def decode_text(content: bytes, where: str) -> str:
    """UTF-8, with or without a byte-order mark. Raises IngotError with the line."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise IngotError("the file is not UTF-8 text", where=f"{where}:{line}") from None


def load_json(content: bytes, where: str, remedy: str = AGAIN) -> Any:
    """Strict JSON. Raises IngotError for anything else, for NaN and infinities, and for what is nested too deeply."""
    try:
        value = json.loads(content.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise IngotError(f"not a JSON file: {reason}", where=where, remedy=remedy) from None
    if is_deep(value):
        raise IngotError(f"not usable: more than {DEEPEST} lists in each other", where=where, remedy=remedy)
    return value


def archive_errors() -> tuple[type[Exception], ...]:
    """What `zipfile` and its decompressors raise for archives that are damaged or meant to do damage."""
    import lzma
    import struct
    import zipfile
    import zlib

    found = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, RuntimeError)
    return (*found, ValueError, LookupError, ArithmeticError, MemoryError, AssertionError)


def is_deep(value: Any) -> bool:
    """Whether lists and maps are inside of each other more than DEEPEST times."""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for item in level
            if isinstance(item, (dict, list))
            for inner in (item.values() if isinstance(item, dict) else item)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def printable(text: object) -> str:
    """A name as a message may show it: bytes that are not UTF-8 and control characters as escapes."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in str(text))


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is not a number")
