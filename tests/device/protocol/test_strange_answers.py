# SPDX-License-Identifier: Apache-2.0
"""Answers whose CRC holds and whose content is not what was asked for: one message, whatever the request was."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from ingot.base.errors import IngotError
from ingot.device.protocol.client import ANSWER, REFUSED, WRONG_INPUTS, Client
from ingot.device.protocol.frame import Frame, decode, encode

GREETING = struct.pack("<5I", 1024, 4, 4, 0, 0) + b"\3net\6cycles"
REQUESTS: tuple[Callable[[Client], object], ...] = (
    Client.hello,
    lambda client: client.infer(b"1234", 4),
    Client.epochs,
    lambda client: client.command("report"),
    lambda client: client.update(0, b"x"),
)


class Line:
    """A firmware that gives one answer to everything. kind: of the answer, None for the right one."""

    def __init__(self, payload: bytes, kind: int | None = None) -> None:
        self.payload, self.kind, self.asked = payload, kind, Frame(0, 0, 0)

    def send(self, data: bytes) -> None:
        asked = decode(data.strip(b"\0"))
        assert asked is not None
        self.asked = asked

    def receive(self, seconds: float) -> bytes:
        kind = self.asked.type | ANSWER if self.kind is None else self.kind
        return encode(Frame(kind, self.asked.number, self.asked.session, self.payload))


@pytest.mark.parametrize("ask", REQUESTS)
@pytest.mark.parametrize("payload", [b"", b"\1\2\3", bytes(5)])
def test_an_answer_of_another_size(ask: Callable[[Client], object], payload: bytes) -> None:
    with pytest.raises(IngotError, match="the firmware speaks another protocol"):
        ask(Client(Line(payload)))


@pytest.mark.parametrize(
    "greeting", [GREETING[:21], GREETING[:-1], struct.pack("<5I", 4, 4, 4, 0, 0) + b"\3net\6cycles"]
)
def test_a_greeting_with_cut_texts_or_without_room_for_a_payload(greeting: bytes) -> None:
    assert Client(Line(GREETING)).hello().name == "net"
    with pytest.raises(IngotError, match="the firmware speaks another protocol"):
        Client(Line(greeting)).hello()


def test_wrong_inputs_are_refused_where_there_are_none() -> None:
    with pytest.raises(IngotError, match="the firmware refused a request: no"):
        Client(Line(bytes([WRONG_INPUTS]) + b"no", REFUSED)).hello()
