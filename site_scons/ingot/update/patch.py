# SPDX-License-Identifier: Apache-2.0
"""Sequential patches in the format of detools 0.53 (type 0), without compression, with CRLE or with heatshrink.

firmware/runtime/ingot_patch.h describes the format; the device has its own decoder. `apply_patch` is the host's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingot.base.errors import IngotError

NONE, CRLE, HEATSHRINK = 0, 2, 4
COMPRESSIONS = {"none": NONE, "crle": CRLE, "heatshrink": HEATSHRINK}
#: Shortest run of one byte that CRLE codes as such.
_SHORTEST_RUN = 6
#: Powers of two. The device has memory for the window (INGOT_PATCH_WINDOW).
WINDOW, LOOKAHEAD = 11, 5
#: Longest stream that heatshrink is tried for: the encoder takes about 2 s a MiB.
_LONGEST_HEATSHRINK = 4 << 20


@dataclass(frozen=True)
class Chunk:
    """added: is added to bytes of the older file, modulo 256. extra: stands as it is. move: in the older file then."""

    added: bytes
    extra: bytes
    move: int = 0


def write_patch(chunks: Sequence[Chunk], compression: str) -> bytes:
    """The patch. compression: a key of COMPRESSIONS."""
    size = sum(len(chunk.added) + len(chunk.extra) for chunk in chunks)
    parts = [_size(0)]
    for chunk in chunks:
        parts += [_size(len(chunk.added)), chunk.added, _size(len(chunk.extra)), chunk.extra, _size(chunk.move)]
    stream = b"".join(parts)
    number = COMPRESSIONS[compression]
    coded = stream if number == NONE else _crle(stream) if number == CRLE else _heatshrink(stream)
    return bytes([number]) + _size(size) + coded


def smallest_patch(chunks: Sequence[Chunk]) -> bytes:
    """The shortest of all compressions."""
    length = sum(len(chunk.added) + len(chunk.extra) for chunk in chunks)
    names = [name for name in COMPRESSIONS if name != "heatshrink" or length <= _LONGEST_HEATSHRINK]
    return min((write_patch(chunks, name) for name in names), key=len)


def apply_patch(older: bytes, patch: bytes, size: int, where: str) -> bytes:
    """The result, of `size` bytes. Raises IngotError for a patch that is none, or not of these files."""
    try:
        return _apply(older, patch, size)
    except (IndexError, ValueError) as error:
        reason = str(error) if isinstance(error, ValueError) else "it is cut"
        raise IngotError(f"the patch is damaged: {reason}", where=where, remedy="Make the package again.") from None


def _apply(older: bytes, patch: bytes, size: int) -> bytes:
    found, at = _read_size(patch, 1, 6)
    if found != size:
        raise ValueError(f"it makes {found:,} bytes instead of {size:,}")
    if patch[0] == NONE:
        stream = patch[at:]
    elif patch[0] == CRLE:
        stream = _crle_decoded(patch, at, 3 * size + len(patch))
    elif patch[0] == HEATSHRINK:
        stream = _heatshrink_decoded(patch[at:])
    else:
        raise ValueError(f"compression {patch[0]} is not known")
    return _made(older, stream, size)


def _made(older: bytes, stream: bytes, size: int) -> bytes:
    import numpy as np

    result = bytearray()
    data_format, at = _read_size(stream, 0, 6)
    if data_format:
        raise ValueError("it has a patch of a data format")
    position = 0
    while len(result) < size:
        count, at = _read_size(stream, at, 6)
        if not 0 <= count <= size - len(result) or position + count > len(older) or at + count > len(stream):
            raise ValueError("it reaches outside of the files")
        added = np.frombuffer(stream, np.uint8, count, at) + np.frombuffer(older, np.uint8, count, position)
        result += added.tobytes()
        position, at = position + count, at + count
        count, at = _read_size(stream, at, 6)
        if not 0 <= count <= size - len(result) or at + count > len(stream):
            raise ValueError("it reaches outside of the files")
        result += stream[at : at + count]
        move, at = _read_size(stream, at + count, 6)
        position += move
        if not 0 <= position <= len(older) and len(result) < size:
            raise ValueError("it reaches outside of the files")
    if at != len(stream):
        raise ValueError("bytes follow its end")
    return bytes(result)


# ---- numbers


def _size(value: int) -> bytes:
    """A number with a sign: six bits, then seven a byte."""
    rest = abs(value)
    coded = [(0x40 if value < 0 else 0) | rest & 0x3F]
    rest >>= 6
    return _continued(coded, rest)


def _length(value: int) -> bytes:
    return _continued([value & 0x7F], value >> 7)


def _continued(coded: list[int], rest: int) -> bytes:
    while rest:
        coded[-1] |= 0x80
        coded.append(rest & 0x7F)
        rest >>= 7
    return bytes(coded)


def _read_size(data: bytes, at: int, first: int) -> tuple[int, int]:
    """A number and what follows it. first: bits of the first byte. Raises IndexError, ValueError."""
    byte = data[at]
    value, shift = byte & ((1 << first) - 1), first
    negative = first == 6 and bool(byte & 0x40)
    while byte & 0x80:
        at += 1
        byte = data[at]
        value |= (byte & 0x7F) << shift
        shift += 7
        if shift > 41:
            raise ValueError("a number has more than 32 bits")
    if value >= 1 << 31 or (negative and not value):
        raise ValueError("a number is not one of a patch")
    return (-value if negative else value), at + 1


# ---- CRLE: runs of one byte


def _crle(stream: bytes) -> bytes:
    import numpy as np

    data = np.frombuffer(stream, np.uint8)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(data)) + 1, [len(data)]))
    lengths = np.diff(starts)
    coded, done = [], 0
    for run in np.flatnonzero(lengths >= _SHORTEST_RUN).tolist():
        start, length = int(starts[run]), int(lengths[run])
        if start > done:
            coded += [b"\0", _length(start - done), stream[done:start]]
        coded += [b"\1", _length(length), stream[start : start + 1]]
        done = start + length
    if done < len(stream):
        coded += [b"\0", _length(len(stream) - done), stream[done:]]
    return b"".join(coded)


def _crle_decoded(patch: bytes, at: int, most: int) -> bytes:
    """most: bytes that no honest patch has more of."""
    stream = bytearray()
    while at < len(patch):
        kind = patch[at]
        length, at = _read_size(patch, at + 1, 7)
        if len(stream) + length > most:
            raise ValueError("it makes more bytes than the result has")
        if kind == 0:
            stream += patch[at : at + length]
            at += length
        elif kind == 1:
            stream += patch[at : at + 1] * length
            at += 1
        else:
            raise ValueError(f"kind {kind} of a run is not known")
        if at > len(patch):
            raise IndexError
    return bytes(stream)


# ---- heatshrink: earlier bytes again, in a window


def _heatshrink(stream: bytes) -> bytes:
    """Greedy, by the last place where the next three bytes stood."""
    import numpy as np

    window, longest = 1 << WINDOW, 1 << LOOKAHEAD
    values: list[int] = []
    widths: list[int] = []
    last: dict[bytes, int] = {}
    at, end = 0, len(stream)
    while at < end:
        key = stream[at : at + 3]
        before = last.get(key, -window - 1) if len(key) == 3 else -window - 1
        length = 0
        if at - before <= window:
            length = 3
            most = min(longest, end - at)
            while length < most and stream[before + length] == stream[at + length]:
                length += 1
            values += [0, at - before - 1, length - 1]
            widths += [1, WINDOW, LOOKAHEAD]
        else:
            length = 1
            values += [1, stream[at]]
            widths += [1, 8]
        for place in range(at, at + length):
            last[stream[place : place + 3]] = place
        at += length
    packed: bytes = np.packbits(_bits(values, widths)).tobytes()
    return bytes([(WINDOW - 4) << 4 | (LOOKAHEAD - 3)]) + packed


def _bits(values: Sequence[int], widths: Sequence[int]) -> Any:
    """Numbers as an array of bits, highest first. widths: bits of each."""
    import numpy as np

    numbers, counts = np.asarray(values, np.int64), np.asarray(widths, np.int64)
    ends = np.cumsum(counts)
    owner = np.repeat(np.arange(len(numbers)), counts)
    shift = ends[owner] - 1 - np.arange(len(owner))
    return (numbers[owner] >> shift & 1).astype(np.uint8)


def _heatshrink_decoded(coded: bytes) -> bytes:
    window, lookahead = (coded[0] >> 4) + 4, (coded[0] & 15) + 3
    if lookahead >= window or window > 13:
        raise ValueError("its window is not one of heatshrink's")
    stream = bytearray()
    at = 8
    total = 8 * len(coded)

    def bits(count: int) -> int:
        nonlocal at
        first, last = at >> 3, (at + count - 1) >> 3
        value = int.from_bytes(coded[first : last + 1], "big") >> (8 * (last + 1) - at - count)
        at += count
        return value & ((1 << count) - 1)

    while total - at >= 9:
        if bits(1):
            stream.append(bits(8))
        elif total - at >= window + lookahead:
            distance, length = bits(window) + 1, bits(lookahead) + 1
            for _ in range(length):
                stream.append(stream[-distance] if distance <= len(stream) else 0)
        else:
            break
    if total - at > 7 or (total > at and bits(total - at)):
        raise ValueError("bits follow its end")
    return bytes(stream)
