# SPDX-License-Identifier: Apache-2.0
"""Sequential patches: what is written is read again, by the host and by the device's decoder, whatever was damaged."""

from __future__ import annotations

import ctypes
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.update.patch import COMPRESSIONS, Chunk, apply_patch, smallest_patch, write_patch
from support.host_library import host_library, needs_cc

pytestmark = needs_cc


def device(older: bytes, patch: bytes, size: int, step: int) -> bytes | None:
    """What the firmware's decoder makes of it, given in parts of `step` bytes; None when it refuses."""
    library = host_library("firmware/runtime/ingot_patch.c", "tests/update/fixture/patch.c")
    to = ctypes.create_string_buffer(size)
    return to.raw if library.patch_apply(older, len(older), patch, len(patch), to, size, step) == 0 else None


def host(older: bytes, patch: bytes, size: int) -> bytes | None:
    try:
        return apply_patch(older, patch, size, "patch")
    except IngotError:
        return None


def made(rng: random.Random) -> tuple[bytes, list[Chunk], bytes]:
    """An older file, chunks, and what they make of it."""
    older = bytes(rng.randrange(rng.choice((2, 256))) for _ in range(rng.randrange(600)))
    chunks, result, at = [], b"", 0
    for _ in range(rng.randrange(1, 5)):
        n = rng.randrange(len(older) - at + 1)
        added = bytes(n) if rng.random() < 0.5 else bytes(rng.choice((0, 0, 0, 1, 255)) for _ in range(n))
        extra = bytes(rng.randrange(rng.choice((1, 3, 256))) for _ in range(rng.randrange(1, 80)))
        result += bytes((a + b) & 255 for a, b in zip(added, older[at:], strict=False)) + extra
        then = rng.randrange(len(older) + 1)
        chunks.append(Chunk(added, extra, then - at - n))
        at = then
    return older, chunks, result


@given(st.integers(0, 1 << 32))
def test_host_and_device_make_the_same(seed: int) -> None:
    """Of whole patches what was packed; of damaged ones the same bytes or a refusal, both."""
    rng = random.Random(seed)
    older, chunks, result = made(rng)
    for compression in COMPRESSIONS:
        patch = write_patch(chunks, compression)
        assert host(older, patch, len(result)) == result
        assert device(older, patch, len(result), rng.choice((1, 3, 64, 5000))) == result
        damaged = bytearray(patch)
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        assert host(older, bytes(damaged), len(result)) == device(older, bytes(damaged), len(result), 7)
        cut = patch[: rng.randrange(len(patch))]
        assert host(older, cut, len(result)) is None and device(older, cut, len(result), 7) is None


def test_what_is_alike_costs_little() -> None:
    """A mebibyte that did not change: fewer than 40 bytes, by runs."""
    older = random.Random(1).randbytes(1 << 20)
    patch = smallest_patch([Chunk(bytes(len(older)), b"")])
    assert len(patch) < 40 and apply_patch(older, patch, len(older), "patch") == older


@pytest.mark.parametrize(
    ("patch", "reason"),
    [
        (b"", "it is cut"),
        (b"\x01\x04", "compression 1 is not known"),
        (b"\x00\x05", "it makes 5 bytes instead of 4"),
        (b"\x00\x04\x01", "it has a patch of a data format"),
        (b"\x00\x04\x00\x05", "it reaches outside of the files"),
        (b"\x00\x04\x00\x00\x04abcd\x00x", "bytes follow its end"),
        (b"\x02\x04\x03\x01", "kind 3 of a run is not known"),
        (b"\x02\x04\x01\xff\xff\x7f\x00", "it makes more bytes than the result has"),
    ],
)
def test_messages(patch: bytes, reason: str) -> None:
    with pytest.raises(IngotError, match=f"the patch is damaged: {reason}"):
        apply_patch(b"", patch, 4, "patch")


def test_one_number_is_no_endless_work() -> None:
    """A run of 2,000,000,000 empty parts: the device refuses after 64 of them."""
    run = b"\x02\x04\x01\x80\xd0\xac\xf3\x07\x00"
    assert device(b"", run, 4, 1) is None
