# SPDX-License-Identifier: Apache-2.0
"""What carries bytes to a firmware and back: a serial port, or the emulator's."""

from __future__ import annotations

import socket
from typing import Any, Protocol

from ingot.base.errors import IngotError


class Link(Protocol):
    """A line that may lose, double or change bytes, but always returns in time."""

    def send(self, data: bytes) -> None: ...

    def receive(self, seconds: float) -> bytes:
        """What has come, waiting at most so long for the first byte; b"" when nothing has."""
        ...


class SocketLink:
    """The emulator's serial port, which is a socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, data: bytes) -> None:
        try:
            self._connection.settimeout(None)
            self._connection.sendall(data)
        except OSError as error:
            raise IngotError(f"the emulator has closed the line: {error}", where="serial line") from None

    def receive(self, seconds: float) -> bytes:
        self._connection.settimeout(max(seconds, 0.001))
        try:
            data = self._connection.recv(65536)
        except TimeoutError:
            return b""
        except OSError as error:
            raise IngotError(f"the emulator has closed the line: {error}", where="serial line") from None
        if not data:
            raise IngotError("the emulator has closed the line", where="serial line")
        return data


class SerialLink:
    """A serial port of this machine, through pyserial. Raises IngotError when it cannot be opened."""

    def __init__(self, port: str, baud: int) -> None:
        try:
            import serial
        except ImportError:
            raise IngotError(
                "a serial port needs pyserial", where=port, remedy="Install it with: pip install pyserial"
            ) from None
        self._error: Any = serial.SerialException
        try:
            self._port = serial.Serial(port, baud, timeout=0)
        except (serial.SerialException, ValueError, OSError) as error:
            raise IngotError(
                f"the serial port cannot be opened: {error}", where=port, remedy=f"Serial ports here: {_ports()}."
            ) from None

    def send(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except self._error as error:
            raise IngotError(f"the serial port is gone: {error}", where=str(self._port.port)) from None

    def receive(self, seconds: float) -> bytes:
        try:
            self._port.timeout = seconds
            first: bytes = self._port.read(1)
            return first + self._port.read(self._port.in_waiting) if first else b""
        except (self._error, OSError) as error:
            raise IngotError(f"the serial port is gone: {error}", where=str(self._port.port)) from None

    def close(self) -> None:
        self._port.close()


def _ports() -> str:
    from serial.tools.list_ports import comports

    return ", ".join(port.device for port in comports()) or "none"
