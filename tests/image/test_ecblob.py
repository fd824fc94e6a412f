# SPDX-License-Identifier: Apache-2.0
"""Blobs of the epoch controller: taken apart, and refused when anything lies outside."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.image.ecblob import walk_blobs
from ingot.st.npu.container import Blob, PlacedBlob, first_blob
from support.st_network import BLOB, CONTAINER, container


@settings(max_examples=50)
@given(
    names=st.lists(st.text("abcXYZ_09", min_size=1, max_size=12), unique=True, max_size=4),
    words=st.integers(40, 60),
    data=st.data(),
)
def test_what_was_packed_is_found(names: list[str], words: int, data: st.DataObject) -> None:
    free = data.draw(st.permutations(range(words - 2)))
    pools = {name: list(free[5 * i : 5 * i + data.draw(st.integers(0, 5))]) for i, name in enumerate(names)}
    blob = first_blob(container(pools, words), "blob")
    assert blob.size == 4 * words
    assert blob.blob.relocations == {name: tuple(indexes) for name, indexes in pools.items()}


@given(data=st.data())
def test_damage_never_leads_outside(data: st.DataObject) -> None:
    content = bytearray(container({"xSPI2": [0, 3, 5], "npuRAM3": [1]}, 20))
    for _ in range(data.draw(st.integers(1, 3))):
        at = 4 * data.draw(st.integers(0, len(content) // 4 - 1))
        struct.pack_into("<I", content, at, data.draw(st.sampled_from([0, 1, 24, 0xFFFFFFFF, 0x80000000, 0xFFFC])))
    try:
        blob = first_blob(bytes(content), "blob")
    except IngotError as error:
        assert "again" in str(error)
        return
    assert blob.start + blob.size <= len(content)
    assert all(word < len(blob.blob.words) for words in blob.blob.relocations.values() for word in words)


def test_a_blob_without_relocations_is_used_in_place() -> None:
    assert first_blob(struct.pack("<5I", BLOB, 2, 3, 4, 0xFFFFFFFF), "blob") == PlacedBlob(0, Blob((3, 4)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\0\0\0\0", "no magic"),
        (b"abc", "ends before byte 4"),
        (struct.pack("<2I", BLOB, 1), "a blob of 12 bytes does not fit the 8"),
        (struct.pack("<2I", BLOB, 0xFFFFFFFF), "does not fit"),
        (container({"p": [1]}, 20)[:-4], "a blob of 80 bytes does not fit the 76"),
        (container({"p": [1]}, 20).replace(struct.pack("<I", BLOB), b"none"), "no program at word"),
        (struct.pack("<9I", CONTAINER, 24, 0, 0, 28, 1, 0, BLOB, 0), "reserved word"),
        (struct.pack("<9I", CONTAINER, 28, 0, 0, 28, 0, 0, BLOB, 0), "in order"),
        (struct.pack("<I", CONTAINER), "ends before byte 8"),
        (container({"p": [18]}, 20), "word 18 of a program of 18 words"),
    ],
)
def test_refusals(content: bytes, words: str) -> None:
    with pytest.raises(IngotError, match=words):
        first_blob(content, "blob")


def test_debug_information_between_table_and_blob() -> None:
    blob = first_blob(struct.pack("<10I", CONTAINER, 24, 0, 28, 32, 0, 0, 0x1234, BLOB, 0), "blob")
    assert (blob.start, blob.size, blob.end, blob.blob.relocations) == (32, 8, 40, {})


def test_blobs_behind_each_other() -> None:
    parts = [struct.pack("<3I", BLOB, 1, 7), container({"xSPI2": [0]}, 4), struct.pack("<2I", BLOB, 0)]
    lead = b"".join(part + bytes(-len(part) % 8) for part in parts)
    found = walk_blobs(lead + b"weights", "params")
    assert [blob.size for blob in found] == [12, 16, 8]
    assert [lead[blob.start : blob.start + 4] for blob in found] == [struct.pack("<I", BLOB)] * 3
    assert found[-1].end == len(lead)
    assert walk_blobs(b"weights", "params") == ()
    with pytest.raises(IngotError, match="params, blob 2"):
        walk_blobs(lead[:-4] + b"\xff\xff\0\0", "params")


def test_a_word_with_two_addresses_is_found() -> None:
    assert first_blob(container({"p": [1, 1]}, 20), "blob").blob.relocated_twice
    assert first_blob(container({"p": [1], "q": [1]}, 20), "blob").blob.relocated_twice
    assert not first_blob(container({"p": [1], "q": [2]}, 20), "blob").blob.relocated_twice


def test_lists_that_share_words_do_not_multiply_the_work() -> None:
    entries = 500
    names, lists = 4 + 12 * entries, 4 + 12 * entries + 4
    table = struct.pack("<I", entries) + struct.pack("<3I", names, entries, lists) * entries
    table += b"p\0\0\0" + bytes(4 * entries)
    content = struct.pack("<6I", CONTAINER, 24, 0, 0, 24 + len(table), 0) + table + struct.pack("<3I", BLOB, 1, 0)
    with pytest.raises(IngotError, match="reaches into the program"):
        first_blob(content, "blob")
