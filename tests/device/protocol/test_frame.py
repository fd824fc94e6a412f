# SPDX-License-Identifier: Apache-2.0
"""Python's and the firmware's frames are the same, and a damaged one is never taken for whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingot.device.protocol.client import ANSWER, HELLO, NO_REQUEST, NO_SESSION, REFUSED
from ingot.device.protocol.frame import PAYLOAD, Frame, Receiver, decode, encode
from support.host_library import needs_cc
from support.served import feed, firmware

FRAMES = st.builds(
    Frame,
    st.integers(0, 255),
    st.integers(0, 65535),
    st.integers(0, 2**32 - 1),
    st.one_of(
        st.binary(max_size=PAYLOAD),
        st.integers(0, PAYLOAD).map(bytes),
        st.integers(230, 520).map(lambda n: b"\x01" * n),
    ),
)


@given(FRAMES)
def test_what_is_sent_is_received(frame: Frame) -> None:
    coded = encode(frame)
    assert coded[0] == coded[-1] == 0 and 0 not in coded[1:-1]
    assert list(Receiver().receive(coded)) == [frame]
    receiver = Receiver()
    assert [found for byte in b"noise" + coded + coded for found in receiver.receive(bytes([byte]))] == [frame, frame]


@given(FRAMES, st.data())
def test_no_changed_bit_goes_unnoticed(frame: Frame, data: st.DataObject) -> None:
    coded = bytearray(encode(frame)[1:-1])
    bit = data.draw(st.integers(0, 8 * len(coded) - 1))
    coded[bit // 8] ^= 1 << bit % 8
    assert 0 in coded or decode(bytes(coded)) is None


def answers(data: bytes) -> list[Frame]:
    """What the firmware answers."""
    return list(Receiver().receive(feed(data)))


@needs_cc
@given(FRAMES)
def test_the_firmware_reads_and_writes_the_same_frames(frame: Frame) -> None:
    firmware().fixture_reset(40)
    (answer,) = answers(b"\x05garbage" + encode(frame))
    assert (answer.number, answer.session) == (frame.number, frame.session)
    if frame.type == HELLO and not frame.payload:
        assert answer.type == HELLO | ANSWER
    else:
        assert answer.type == REFUSED and answer.payload[0] in (NO_REQUEST, NO_SESSION)


@needs_cc
@pytest.mark.parametrize("data", [b"", b"\0" * 50, b"\xff" * 5000 + b"\0", b"\x01" * 3000, bytes(range(256)) * 9])
def test_the_firmware_ignores_what_is_no_frame(data: bytes) -> None:
    firmware().fixture_reset(40)
    assert answers(data) == []
    (answer,) = answers(encode(Frame(HELLO, 7, 9)))
    assert answer.type == HELLO | ANSWER
