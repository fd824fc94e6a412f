# SPDX-License-Identifier: Apache-2.0
"""The host's side of the validate protocol: asks, waits, asks again.

A request without an answer is repeated with the same number; the firmware does its work once. Everything that matters
has a CRC: inputs before a run, outputs after it. A firmware that was reset no longer knows the session, which ends the
inference with `DeviceReset`.
"""

from __future__ import annotations

import random
import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from ingot.base.errors import IngotError
from ingot.device.protocol.frame import PAYLOAD, Frame, Receiver, encode
from ingot.device.protocol.link import Link

HELLO, WRITE, RUN, READ, EPOCHS, END, COMMAND, SAID, UPDATE = range(1, 10)
ANSWER, PROGRESS, REFUSED = 0x80, 0xFE, 0xFF
NO_SESSION, OUT_OF_RANGE, WRONG_INPUTS, WRONG_SAMPLE, NO_REQUEST = range(1, 6)
_FEWEST_TRIES = 5
_SMALLEST_PAYLOAD = 16  # bytes: an offset and a few of content


class DeviceReset(Exception):
    """The firmware has started again; nothing of the session is left."""


class _Refused(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Served:
    """What the firmware says of itself. input_bytes, output_bytes: of all inputs and of all outputs together.

    init: cost of the initialisation. unit: "instructions" or "cycles".
    """

    name: str
    unit: str
    input_bytes: int
    output_bytes: int
    init: int
    payload: int


@dataclass(frozen=True)
class Answer:
    """The outputs of one inference, one behind the other, and its cost."""

    outputs: bytes
    cost: int


def no_progress(stage: str, done: int, total: int) -> None:
    """Shows nothing."""


@dataclass
class Client:
    """One conversation.

    first_wait: seconds until a request is repeated; doubled each time up to longest_wait. patience: seconds after which
    a firmware that says nothing is given up. interval: cost after which a firmware that computes says how far it is; 0:
    never. on_progress: is called with a stage ("send", "run", "receive"), what is done of it and all of it (bytes;
    epochs, of which only the caller knows how many there are: 0). clock: for tests.
    """

    link: Link
    interval: int = 0
    on_progress: Callable[[str, int, int], None] = no_progress
    first_wait: float = 0.5
    longest_wait: float = 4.0
    patience: float = 60.0
    clock: Callable[[], float] = time.monotonic
    repeated: int = 0

    def __post_init__(self) -> None:
        self._receiver = Receiver()
        self._number = 0
        self._session = 0
        self._sample = 0
        self._payload = PAYLOAD

    def hello(self) -> Served:
        """Begins a session."""
        self._session = random.SystemRandom().randrange(1, 1 << 32)
        payload = self._ask(HELLO)
        largest, inputs, outputs, low, high = _numbers("<5I", payload[:20])
        name, rest = _text(payload[20:])
        unit, _ = _text(rest)
        if largest < _SMALLEST_PAYLOAD:
            raise _another_protocol()
        self._payload = min(largest, PAYLOAD)
        return Served(name, unit, inputs, outputs, high << 32 | low, self._payload)

    def infer(self, inputs: bytes, output_bytes: int) -> Answer:
        """One inference. inputs: of all inputs, one behind the other. Raises DeviceReset."""
        self._sample = (self._sample + 1) % 0xFFFFFFFF
        for _ in range(_FEWEST_TRIES):
            for at in range(0, len(inputs), self._payload - 4):
                self._ask(WRITE, struct.pack("<I", at) + inputs[at : at + self._payload - 4])
                self.on_progress("send", min(at + self._payload - 4, len(inputs)), len(inputs))
            try:
                interval = min(self.interval, 0xFFFFFFFF)
                ran = self._ask(RUN, struct.pack("<III", self._sample, zlib.crc32(inputs), interval))
            except _Refused as refused:
                if refused.code != WRONG_INPUTS:
                    raise IngotError(f"the firmware refused to run: {refused}", where="serial line") from None
                continue
            _, low, high, crc = _numbers("<4I", ran)
            outputs = self._outputs(output_bytes, crc)
            return Answer(outputs, high << 32 | low)
        raise IngotError(
            f"the inputs never arrived whole, in {_FEWEST_TRIES} tries",
            where="serial line",
            remedy="Lower the baud rate.",
        )

    def _outputs(self, size: int, crc: int) -> bytes:
        for _ in range(_FEWEST_TRIES):
            parts = []
            for at in range(0, size, self._payload):
                n = min(self._payload, size - at)
                part = self._ask(READ, struct.pack("<IIH", self._sample, at, n))
                parts.append(part)
                self.on_progress("receive", at + n, size)
            outputs = b"".join(parts)
            if zlib.crc32(outputs) == crc and len(outputs) == size:
                return outputs
        raise IngotError(
            "the outputs change while they are read",
            where="serial line",
            remedy="Something on the board writes into the network's memory.",
        )

    def epochs(self) -> tuple[int, ...]:
        """The cost of each epoch of the last inference."""
        costs: list[int] = []
        while True:
            payload = self._ask(EPOCHS, struct.pack("<I", len(costs)))
            count, *part = _numbers(f"<{max(1, len(payload) // 4)}I", payload)
            costs += part
            if len(costs) >= count or not part:
                return tuple(costs)

    def command(self, line: str) -> tuple[int, str]:
        """Has the firmware execute a line of text, once; (status, what it said). Status 0 is success."""
        status, size = _numbers("<iI", self._ask(COMMAND, line.encode()))
        said = b""
        while len(said) < size:
            part = self._ask(SAID, struct.pack("<I", len(said)))
            if not part:
                break
            said += part
        return status, said.decode("utf-8", "replace")

    @property
    def largest_update(self) -> int:
        """Bytes of a package that one request carries."""
        return self._payload - 4

    def update(self, offset: int, content: bytes) -> tuple[int, int]:
        """Bytes of a package, b"" behind its last one: (status of ingot_update.h, bytes that the device has)."""
        status, received = _numbers("<iI", self._ask(UPDATE, struct.pack("<I", offset) + content))
        return status, received

    def end(self) -> None:
        """Ends the session; a firmware that is gone already is as good."""
        patience, self.patience = self.patience, min(self.patience, 2.0)
        try:
            self._ask(END)
        except (IngotError, DeviceReset):
            pass
        finally:
            self.patience = patience

    def _ask(self, kind: int, payload: bytes = b"") -> bytes:
        """The payload of the answer. Raises DeviceReset, _Refused, IngotError when nobody answers."""
        self._number = (self._number + 1) & 0xFFFF
        request = encode(Frame(kind, self._number, self._session, payload))
        wait = self.first_wait
        started = self.clock()
        tries = 0
        while tries < _FEWEST_TRIES or self.clock() - started < self.patience:
            self.link.send(request)
            self.repeated += tries > 0
            tries += 1
            until = self.clock() + wait
            while (left := until - self.clock()) > 0:
                for answer in self._receiver.receive(self.link.receive(left)):
                    if answer.number != self._number or answer.session != self._session:
                        continue
                    if answer.type != PROGRESS:
                        return self._content(kind, answer)
                    self.on_progress("run", int.from_bytes(answer.payload[:4], "little"), 0)
                    started = self.clock()
                    until = started + self.longest_wait
            wait = min(2 * wait, self.longest_wait)
        raise IngotError(
            f"the firmware does not answer within {self.patience:g} s",
            where="serial line",
            remedy="Is the validate firmware on the board, and are port and baud rate right? (port=, baud=)",
        )

    def _content(self, kind: int, answer: Frame) -> bytes:
        if answer.type == kind | ANSWER:
            return answer.payload
        if answer.type != REFUSED or not answer.payload:
            raise _another_protocol()
        code, text = answer.payload[0], answer.payload[1:].decode("utf-8", "replace")
        if code in (NO_SESSION, WRONG_SAMPLE):
            raise DeviceReset(text)
        if code == WRONG_INPUTS and kind == RUN:
            raise _Refused(code, text)
        raise IngotError(text, where="the firmware refused a request")


def _another_protocol() -> IngotError:
    return IngotError("the firmware speaks another protocol", where="serial line", remedy="Build it again.")


def _numbers(layout: str, payload: bytes) -> tuple[int, ...]:
    """What an answer consists of. Raises IngotError when it has another size: its CRC held, so that was meant."""
    try:
        return struct.unpack(layout, payload)
    except struct.error:
        raise _another_protocol() from None


def _text(data: bytes) -> tuple[str, bytes]:
    """A text that its length precedes, and the rest. Raises IngotError when it is cut."""
    if not data or len(data) < 1 + data[0]:
        raise _another_protocol()
    return data[1 : 1 + data[0]].decode("utf-8", "replace"), data[1 + data[0] :]
