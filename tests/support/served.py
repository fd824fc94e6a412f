# SPDX-License-Identifier: Apache-2.0
"""A firmware on the other end of a bad line: the real C of the validate application, compiled for the host."""

from __future__ import annotations

import ctypes
import random
from dataclasses import dataclass, field

from support.host_library import host_library

_SOURCES = (
    "tests/firmware/fixture/served_network.c",
    "firmware/apps/validate/frame.c",
    "firmware/runtime/ingot_initializer.c",
    "firmware/runtime/ingot_initializer_refused.c",
    "firmware/runtime/ingot_console.c",
    "firmware/runtime/ingot_stop.c",
)


def firmware() -> ctypes.CDLL:
    return host_library(*_SOURCES, include=("firmware/runtime", "firmware/startup", "firmware/apps/validate"))


_ANSWERS = ctypes.create_string_buffer(1 << 16)


def feed(data: bytes) -> bytes:
    """What the firmware sends when it receives `data`."""
    length = firmware().fixture_feed(data, len(data), _ANSWERS)
    return ctypes.string_at(_ANSWERS, length)


@dataclass
class BadLine:
    """Faults come at random, on average one in `every` bytes, in both directions; a reset in `resets` sends.

    Time does not pass but in `receive`.
    """

    seed: int = 0
    every: int = 0
    resets: int = 0
    bytes: int = 40
    mute: bool = False
    faults: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("drop", "double", "flip", "noise", "reset"), 0)
    )
    now: float = 0.0

    def __post_init__(self) -> None:
        self.library = firmware()
        self.random = random.Random(self.seed)
        self.library.fixture_reset(self.bytes)
        self._coming = b""

    def clock(self) -> float:
        return self.now

    def send(self, data: bytes) -> None:
        if self.resets and self.random.randrange(self.resets) == 0:
            self.faults["reset"] += 1
            cut = self.random.randrange(len(data))
            self._feed(self._spoilt(data[:cut]))
            self.library.fixture_reset(self.bytes)
            data = data[cut:]
            self._coming += b"boot: noise on the console\r\n"
        self._feed(self._spoilt(data))

    def _feed(self, data: bytes) -> None:
        answers = self._spoilt(feed(data))
        if not self.mute:
            self._coming += answers

    def receive(self, seconds: float) -> bytes:
        if not self._coming:
            self.now += seconds
            return b""
        cut = self.random.randrange(1, len(self._coming) + 1)
        data, self._coming = self._coming[:cut], self._coming[cut:]
        return data

    def _spoilt(self, data: bytes) -> bytes:
        if not self.every:
            return data
        spoilt = bytearray()
        at = 0
        while True:
            step = int(self.random.expovariate(1 / self.every))
            if at + step >= len(data):
                return bytes(spoilt + data[at:])
            spoilt += data[at : at + step]
            at += step
            kind = self.random.choice(("drop", "double", "flip", "noise"))
            self.faults[kind] += 1
            byte = data[at]
            at += 1
            if kind == "double":
                spoilt += bytes((byte, byte))
            elif kind == "flip":
                spoilt.append(byte ^ 1 << self.random.randrange(8))
            elif kind == "noise":
                spoilt += bytes((byte, *self.random.randbytes(self.random.randrange(1, 9))))
