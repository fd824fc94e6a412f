# SPDX-License-Identifier: Apache-2.0
"""Which blobs of the epoch controller a `<network>_ecblobs.h` defines, and for which network.

Grammar, as in the files of ST Edge AI 2.0 to 4.0 (the network's name in a blob's from runtime 1.1.1 on):

    static const uint64_t _ec_blob_<epoch> [] =
    static const uint64_t _ec_blob_<network>_<epoch>[648] =
    bool LL_ATON_EC_Network_Init_<network>(void)

`_ec_blob_cache_start_func_<epoch>` is a function, `..._ptr` the copy in RAM of a blob that is relocated,
`..._address` a macro for either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingot.base.errors import IngotError

_BLOB = re.compile(r"\bstatic\s{1,80}const\s{1,80}(?:\w{1,80}\s{1,80}){1,4}?(_ec_blob_\w{1,255})\s{0,80}\[")
_CONTENT = re.compile(r"[^\]\n]{0,40}\]\s{0,80}=\s{0,80}\{([^}]*)\}")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,16}|\d{1,20}")
_INIT = re.compile(r"\bLL_ATON_EC_Network_Init_(\w{1,255})\s{0,80}\(\s{0,80}void\s{0,80}\)")


@dataclass(frozen=True)
class BlobFile:
    """blobs: names of its arrays, in order. network: C name of the network that it initialises, "" without one."""

    blobs: tuple[str, ...]
    network: str


def parse_ecblobs(text: str) -> BlobFile:
    """Reads the text; what is not there is left empty."""
    init = _INIT.search(text)
    return BlobFile(tuple(dict.fromkeys(_BLOB.findall(text))), init[1] if init else "")


def blob_words(text: str, where: str) -> Iterator[tuple[str, list[int]]]:
    """The arrays by name, each as 32-bit words, the low half of an element first. Raises IngotError."""
    for array in _BLOB.finditer(text):
        content = _CONTENT.match(text, array.end())
        if content is None:
            continue
        words: list[int] = []
        for number in _NUMBER.finditer(content[1]):
            value = int(number[0], 16 if number[0][1:2] in ("x", "X") else 10)
            if value >> 64:
                raise IngotError(f"{number[0]} has more than 64 bits", where=f"{where}, {array[1]}")
            words += [value & 0xFFFFFFFF, value >> 32]
        yield array[1], words


def with_words(text: str, blobs: Mapping[str, Sequence[int]]) -> str:
    """The text with other 32-bit words in these arrays: an even number each, four elements a line."""
    parts, done = [], 0
    for array in _BLOB.finditer(text):
        content = _CONTENT.match(text, array.end())
        if content is None or array[1] not in blobs:
            continue
        words = blobs[array[1]]
        pairs = [f"0x{high:08x}{low:08x}UL" for low, high in zip(words[::2], words[1::2], strict=True)]
        lines = [", ".join(pairs[at : at + 4]) for at in range(0, len(pairs), 4)]
        parts += [text[done : content.start(1)], "\n  " + ",\n  ".join(lines) + "\n"]
        done = content.end(1)
    return "".join([*parts, text[done:]])


def blob_of(reference: str) -> str:
    """The array behind what an epoch block names: without `_address` and `_ptr`."""
    return reference.removesuffix("_address").removesuffix("_ptr")


def epoch_of(blob: str) -> int:
    """The first epoch that a blob runs, which its name ends with; 0 for another name."""
    digits = blob[len(blob.rstrip("0123456789")) :]
    return int(digits) if 0 < len(digits) < 10 else 0
