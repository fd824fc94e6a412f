# SPDX-License-Identifier: Apache-2.0
"""Damage that knows the structure: of bytes, of words in them, of text, of JSON-like values."""

from __future__ import annotations

import copy
import random
import struct
from typing import Any

WORDS = (0, 1, 2, 4, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF8)
NUMBERS: tuple[Any, ...] = (0, -1, 1, 255, 1 << 31, 1 << 32, 1 << 64, -(1 << 63), 1e308, 0.5, -0.0, 10**30)
WORDS_OF_TEXT = ("", "x", "a\nb", "\0", "../up", "é\u202e", "9" * 50)
VALUES: tuple[Any, ...] = (*NUMBERS, *WORDS_OF_TEXT, None, True, [], {}, [[]], {"a": {}})
TEXTS = (
    "\n",
    "{",
    "}",
    "[",
    "]",
    '"',
    ",",
    ":",
    "/*",
    "*/",
    "\\",
    "  " * 50,
    "0x",
    "9" * 30,
    "\0",
    "'",
    "#",
    "&a ",
    "*a",
)


def bytes_mutated(data: bytes, rng: random.Random) -> bytes:
    """1 to 4 changes: bits, bytes, words, blocks that move, double or vanish, a cut, a tail."""
    content = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        size = len(content)
        if size < 8:
            return bytes(content) + rng.randbytes(8)
        at = rng.randrange(size)
        match rng.randrange(9):
            case 0:
                content[at] ^= 1 << rng.randrange(8)
            case 1:
                content[at] = rng.randrange(256)
            case 2 | 3:
                at = min(at & ~3, size - 4)
                struct.pack_into("<I", content, at, rng.choice(WORDS))
            case 4:
                at = min(at & ~3, size - 4)
                (word,) = struct.unpack_from("<I", content, at)
                struct.pack_into("<I", content, at, (word + rng.randint(-16, 16)) & 0xFFFFFFFF)
            case 5:
                end = min(size, at + rng.choice((1, 4, 16, 64, 256)))
                del content[at:end]
            case 6:
                end = min(size, at + rng.choice((4, 16, 64, 256)))
                content[at:at] = content[at:end]
            case 7:
                other = rng.randrange(size)
                length = rng.choice((4, 8, 32))
                content[at : at + length] = content[other : other + length]
            case _:
                del content[rng.choice((rng.randrange(size), size - rng.randint(1, 8))) :]
    return bytes(content)


def text_mutated(text: str, rng: random.Random) -> bytes:
    """1 to 4 changes of lines, words and numbers; rarely of bytes."""
    lines = text.split("\n")
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(lines))
        line = lines[at]
        where = rng.randint(0, len(line))
        match rng.randrange(9):
            case 0:
                lines[at] = line[:where] + rng.choice(TEXTS) * rng.choice((1, 1, 1, 1000)) + line[where:]
            case 1:
                lines[at] = line[:where]
            case 2:
                lines.insert(rng.randint(0, len(lines)), line)
            case 3:
                del lines[at]
                lines = lines or [""]
            case 4:
                words = line.split(" ")
                words[rng.randrange(len(words))] = str(rng.choice(VALUES))
                lines[at] = " ".join(words)
            case 5:
                lines[at] = "".join(str(rng.choice(NUMBERS)) if c.isdigit() and rng.random() < 0.3 else c for c in line)
            case 6:
                lines[at] = line * rng.choice((2, 10, 300))
            case 7:
                other = rng.randrange(len(lines))
                lines[at], lines[other] = lines[other], line
            case _:
                lines[at] = " " * rng.randrange(8) + line
    content = "\n".join(lines).encode(errors="replace")
    return bytes_mutated(content, rng) if rng.random() < 0.1 else content


def value_mutated(value: Any, rng: random.Random) -> Any:
    """1 to 4 changes of a JSON-like value: other types, missing and double keys, numbers beyond reason, depth."""
    value = copy.deepcopy(value)
    for _ in range(rng.randint(1, 4)):
        holder, key = _place(value, rng)
        if holder is None:
            return rng.choice(VALUES)
        match rng.randrange(7):
            case 0 | 1 | 2:
                holder[key] = copy.deepcopy(rng.choice(VALUES))
            case 3:
                del holder[key]
            case 4:
                holder[key] = [holder[key]] * rng.choice((1, 2, 300))
            case 5:
                for _ in range(rng.choice((3, 100))):
                    holder[key] = [holder[key]]
            case _:
                other, name = _place(value, rng)
                if other is not None:
                    holder[key] = copy.deepcopy(other[name])
    return value


def _place(value: Any, rng: random.Random) -> tuple[Any, Any]:
    """A list or map in it, and a key or index; (None, None) where there is none."""
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting and len(places) < 3000:
        item = waiting.pop()
        keys = list(item) if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else ()
        places += [(item, key) for key in keys]
        waiting += [item[key] for key in keys]
    return rng.choice(places) if places else (None, None)
