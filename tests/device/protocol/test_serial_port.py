# SPDX-License-Identifier: Apache-2.0
"""A serial port of this machine: a pseudo terminal with the firmware behind it."""

from __future__ import annotations

import os
import threading

import pytest

from ingot.base.errors import IngotError
from ingot.device.protocol.client import Client
from ingot.device.protocol.link import SerialLink
from support.host_library import needs_cc
from support.served import feed, firmware

pytest.importorskip("serial", reason="pyserial is not installed")
pty = pytest.importorskip("pty")
tty = pytest.importorskip("tty")


@needs_cc
def test_a_conversation_over_a_port() -> None:
    firmware().fixture_reset(1500)
    try:
        board, port = pty.openpty()
    except OSError as error:
        pytest.skip(f"this machine gives no pseudo terminal: {error}")
    tty.setraw(port)

    def serve() -> None:
        while data := os.read(board, 4096):
            if b"stop" in data:
                return
            os.write(board, feed(data))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    link = SerialLink(os.ttyname(port), 115200)
    try:
        client = Client(link, patience=20)
        assert client.hello().input_bytes == 1500
        inputs = bytes(i % 251 for i in range(1500))
        assert client.infer(inputs, 1500).outputs == inputs[::-1]
        client.end()
        assert link.receive(0.01) == b""
    finally:
        link.send(b"stop")
        thread.join(10)
        link.close()
        os.close(board)
        os.close(port)


def test_no_such_port() -> None:
    with pytest.raises(IngotError, match="cannot be opened") as caught:
        SerialLink("/dev/no-such-port", 115200)
    assert "Serial ports here:" in caught.value.remedy
