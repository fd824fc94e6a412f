# SPDX-License-Identifier: Apache-2.0
"""Frames on a serial line, as firmware/apps/validate/frame.h describes them: COBS between zeros, CRC-32 at the end."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

VERSION = 1
PAYLOAD = 1024
_HEADER = struct.Struct("<BBHIH")
_LONGEST = _HEADER.size + PAYLOAD + 4


@dataclass(frozen=True)
class Frame:
    """One request or answer. number: repeated by the answer. session: chosen by the host."""

    type: int
    number: int
    session: int
    payload: bytes = b""


def encode(frame: Frame) -> bytes:
    """The bytes on the line, zeros at both ends."""
    body = _HEADER.pack(VERSION, frame.type, frame.number, frame.session, len(frame.payload)) + frame.payload
    return b"\0" + _stuff(body + struct.pack("<I", zlib.crc32(body))) + b"\0"


def decode(coded: bytes) -> Frame | None:
    """The frame that stood between two zeros; None when it is damaged, of another version or no frame at all."""
    body = _unstuff(coded)
    if body is None or len(body) < _HEADER.size + 4:
        return None
    version, kind, number, session, length = _HEADER.unpack_from(body)
    if version != VERSION or len(body) != _HEADER.size + length + 4:
        return None
    if struct.unpack_from("<I", body, len(body) - 4)[0] != zlib.crc32(body[:-4]):
        return None
    return Frame(kind, number, session, body[_HEADER.size : -4])


def _stuff(data: bytes) -> bytes:
    """COBS (Cheshire and Baker, 1999): a code byte says how many bytes other than zero follow, and then a zero."""
    coded = bytearray()
    while True:
        end = data.find(0, 0, 254)
        run = data[:254] if end < 0 else data[:end]
        coded.append(len(run) + 1)
        coded += run
        if len(run) == len(data):
            return bytes(coded)
        data = data[254:] if end < 0 else data[end + 1 :]


def _unstuff(coded: bytes) -> bytes | None:
    data = bytearray()
    at = 0
    while at < len(coded):
        code = coded[at]
        run = coded[at + 1 : at + code]
        if code == 0 or len(run) != code - 1:
            return None
        data += run
        at += code
        if code != 0xFF and at < len(coded):
            data.append(0)
    return bytes(data)


@dataclass
class Receiver:
    """Takes bytes as they come and gives the frames that are whole."""

    _waiting: bytearray = field(default_factory=bytearray)

    def receive(self, data: bytes) -> Iterator[Frame]:
        """Frames that end within `data`."""
        self._waiting += data
        *ended, rest = bytes(self._waiting).split(b"\0")
        # What is longer than any frame can be is noise; its end is at the next zero.
        self._waiting = bytearray(rest[-2 * _LONGEST :])
        for coded in ended:
            if coded and (frame := decode(coded)) is not None:
                yield frame
