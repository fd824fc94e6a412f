# SPDX-License-Identifier: Apache-2.0
"""Intel HEX read: the same bytes as the library (intelhex) reads."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intelhex import IntelHex

from ingot.base.intel_hex import hex_segments


@settings(max_examples=50, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 0xFFFFF), st.binary(min_size=1, max_size=80)), max_size=5))
def test_the_library_writes_what_is_read(pieces: list[tuple[int, bytes]]) -> None:
    image = IntelHex()
    for address, data in pieces:
        image.frombytes(data, 0x7000FFF0 + address)
    text = io.StringIO()
    image.write_hex_file(text)
    found = hex_segments(text.getvalue())
    assert [(start, start + len(data)) for start, data in found] == image.segments()
    assert all(data == image.tobinstr(start=start, size=len(data)) for start, data in found)


def test_segment_addresses_and_start_records_are_understood() -> None:
    text = ":020000021000EC\n:04000000010203 04F2\n".replace(" ", "") + ":0400000500000000F7\n:00000001FF\n"
    assert hex_segments(text) == [(0x10000, b"\x01\x02\x03\x04")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (":0100000001FF\n:00000001FF\n", "line 1 has a wrong checksum"),
        (":0100000001FE\n", "it has no record of its end: it is cut off"),
        ("\n:01 0000\n", "line 2 is no record of an Intel HEX file"),
        (":00000009F7\n", "line 1 is a record of the unknown type 9"),
        (":0100000001FE\n:0100000002FD\n:00000001FF\n", "bytes at 0x00000000 are given twice"),
    ],
)
def test_a_damaged_file_names_its_line(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        hex_segments(text)
