# SPDX-License-Identifier: Apache-2.0
"""Intel HEX files read: address -> bytes.

Our own reader, as the writer is (ingot.link.hexfile): the library keeps a Python object for each byte, which for 10 MB
of weights is more than a gigabyte. The tests compare the two.
"""

from __future__ import annotations


def hex_segments(text: str) -> list[tuple[int, bytes]]:
    """(address, bytes) of the contiguous stretches of an Intel HEX text, by address.

    Record types 0 (data), 1 (end), 2 and 4 (upper address) are used; 3 and 5 (start addresses) are passed over.
    Raises ValueError with the line's number: a record that is damaged, bytes given twice, no record of the end.
    """
    upper, ended = 0, False
    pieces: list[tuple[int, bytes]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not (word := line.strip()):
            continue
        record = _record(word, number)
        kind, data = record[3], record[4:-1]
        if kind == 0:
            pieces.append((upper + int.from_bytes(record[1:3], "big"), data))
        elif kind == 1:
            ended = True
            break
        elif kind in (2, 4):
            upper = int.from_bytes(data, "big") << (4 if kind == 2 else 16)
        elif kind not in (3, 5):
            raise ValueError(f"line {number} is a record of the unknown type {kind}")
    if not ended:
        raise ValueError("it has no record of its end: it is cut off")
    return _joined(pieces)


def _record(word: str, number: int) -> bytes:
    """The bytes of one record: count, address, type, data, checksum."""
    try:
        record = bytes.fromhex(word[1:]) if word.startswith(":") else b""
    except ValueError:
        record = b""
    if len(record) < 5 or len(record) != record[0] + 5:
        raise ValueError(f"line {number} is no record of an Intel HEX file")
    if sum(record) & 0xFF:
        raise ValueError(f"line {number} has a wrong checksum")
    return record


def _joined(pieces: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Neighbouring pieces as one, by address."""
    runs: list[tuple[int, bytearray]] = []
    for address, data in sorted(pieces):
        end = runs[-1][0] + len(runs[-1][1]) if runs else -1
        if address < end:
            raise ValueError(f"bytes at 0x{address:08X} are given twice")
        if address == end:
            runs[-1][1].extend(data)
        elif data:
            runs.append((address, bytearray(data)))
    return [(address, bytes(data)) for address, data in runs]
