"""Blobs of the epoch controller: taken apart, and refused when anything lies outside."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.errors import IngotError
from ingot.image.ecblob import BLOB, CONTAINER, BlobPool, parse_blob


def container(pools: dict[str, list[int]], words: int) -> bytes:
    """A container; the lists hold indexes behind the blob's two-word header."""
    names, lists = b"", b""
    head = 4 + 12 * len(pools)
    total = 4 * sum(map(len, pools.values()))
    entries = b""
    for name, indexes in pools.items():
        entries += struct.pack("<3I", head + total + len(names), len(indexes), head + len(lists))
        lists += struct.pack(f"<{len(indexes)}I", *indexes)
        names += name.encode() + b"\0"
    table = struct.pack("<I", len(pools)) + entries + lists + names
    table += bytes(-len(table) % 8)
    return struct.pack("<6I", CONTAINER, 24, 0, 0, 24 + len(table), 0) + table + struct.pack("<I", BLOB) * words


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    names=st.lists(st.text("abcXYZ_09", min_size=1, max_size=12), unique=True, max_size=4),
    words=st.integers(40, 60),
    data=st.data(),
)
def test_what_was_packed_is_found(names: list[str], words: int, data: st.DataObject) -> None:
    free = data.draw(st.permutations(range(words - 2)))
    pools = {name: list(free[5 * i : 5 * i + data.draw(st.integers(0, 5))]) for i, name in enumerate(names)}
    blob = parse_blob(container(pools, words), "blob")
    assert blob.size == 4 * words
    assert blob.pools == tuple(BlobPool(name, tuple(i + 2 for i in indexes)) for name, indexes in pools.items())


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_damage_never_leads_outside(data: st.DataObject) -> None:
    content = bytearray(container({"xSPI2": [0, 3, 5], "npuRAM3": [1]}, 20))
    for _ in range(data.draw(st.integers(1, 3))):
        at = 4 * data.draw(st.integers(0, len(content) // 4 - 1))
        struct.pack_into("<I", content, at, data.draw(st.sampled_from([0, 1, 24, 0xFFFFFFFF, 0x80000000, 0xFFFC])))
    try:
        blob = parse_blob(bytes(content), "blob")
    except IngotError as error:
        assert "again" in str(error)
        return
    assert blob.start + blob.size == len(content)
    assert all(4 * word < blob.size for pool in blob.pools for word in pool.words)


def test_a_blob_without_relocations_is_used_in_place() -> None:
    assert parse_blob(struct.pack("<4I", BLOB, 2, 3, 4), "blob").pools == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\0\0\0\0", "no magic"),
        (b"abc", "not one of words"),
        (struct.pack("<I", CONTAINER), "header is cut"),
        (container({"p": [18]}, 20), "word 20 of a blob of 20 words"),
        (container({"p": [1, 1]}, 20), "relocated already"),
    ],
)
def test_refusals(content: bytes, words: str) -> None:
    with pytest.raises(IngotError, match=words):
        parse_blob(content, "blob")
