# SPDX-License-Identifier: Apache-2.0
"""The samples of a .wav file: integers of 8, 16, 24 and 32 bits and floats, of one or more channels, as int16.

RIFF WAVE: chunks of a name of four bytes and a length; `fmt ` says what the bytes of `data` are. Format 0xFFFE is told
by the first two bytes of its GUID (Microsoft, "Multiple Channel Audio Data and WAVE Files").
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.untrusted import read_bounded

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

WAV_SUFFIX = ".wav"
MOST_CHANNELS = 64
_INTEGERS, _FLOATS, _EXTENSIBLE = 1, 3, 0xFFFE
_KINDS = {(_INTEGERS, 8), (_INTEGERS, 16), (_INTEGERS, 24), (_INTEGERS, 32), (_FLOATS, 32), (_FLOATS, 64)}


@dataclass(frozen=True)
class _Format:
    """kind: _INTEGERS, _FLOATS or another number. rate: samples a second. bits: of a sample."""

    kind: int
    channels: int
    rate: int
    bits: int


def read_wav(file: Path, rate: int) -> Array:
    """The samples of a .wav file as int16, of several channels the mean. Raises IngotError for another rate.

    Integers of more bits and floats, whose 1.0 is 32768, go to the nearest int16 and saturate.
    """
    content = read_bounded(file, "image")
    try:
        form, data = _parts(content)
    except (ValueError, struct.error) as error:
        reason = "it ends too early" if isinstance(error, struct.error) else str(error)
        raise IngotError(f"is not a readable sound: {reason}", where=str(file), remedy="Give a .wav of PCM.") from None
    convert = f"Convert it: ffmpeg -i {file.name} -ar {rate} -ac 1 -sample_fmt s16 converted.wav"
    if (form.kind, form.bits) not in _KINDS or not 1 <= form.channels <= MOST_CHANNELS:
        raise IngotError(
            f"has {form.channels} channels of {form.bits} bits in the WAVE format {form.kind}, which is not read",
            where=str(file),
            remedy=convert,
        )
    if form.rate != rate:
        raise IngotError(
            f"has {form.rate:,} samples a second, the model takes {rate:,}", where=str(file), remedy=convert
        )
    samples = _samples(form, data)
    if not len(samples):
        raise IngotError("has no samples", where=str(file), remedy="Record or cut it again.")
    return samples


def _parts(content: bytes) -> tuple[_Format, bytes]:
    """What the file says of its samples, and their bytes. Raises ValueError, struct.error."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise ValueError("it does not start as a RIFF WAVE file")
    form = None
    for name, data in _chunks(content):
        if name == b"fmt ":
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data)
            if kind == _EXTENSIBLE:
                kind = struct.unpack_from("<H", data, 24)[0]
            form = _Format(kind, channels, rate, bits)
        if name == b"data":
            if form is None:
                raise ValueError("its samples come before their format")
            return form, data
    raise ValueError("it has no samples" if form else "it has no format")


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, bytes) of each chunk; the last one may be cut off."""
    at = 12
    while at + 8 <= len(content):
        (length,) = struct.unpack_from("<I", content, at + 4)
        yield content[at : at + 4], content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _samples(form: _Format, data: bytes) -> Array:
    """int16 (n,)."""
    import numpy as np

    size = form.bits // 8 * form.channels
    whole = data[: len(data) // size * size]
    if form.kind == _FLOATS:
        values = np.frombuffer(whole, f"<f{form.bits // 8}").astype(np.float64) * 32768
        values = np.nan_to_num(values, nan=0.0)
    elif form.bits == 24:
        parts = np.frombuffer(whole, np.uint8).reshape(-1, 3).astype(np.int32)
        values = ((parts[:, 0] << 8 | parts[:, 1] << 16 | parts[:, 2] << 24) >> 8) / 256.0
    elif form.bits == 8:
        values = (np.frombuffer(whole, np.uint8).astype(np.float64) - 128) * 256
    else:
        values = np.frombuffer(whole, f"<i{form.bits // 8}") / 2.0 ** (form.bits - 16)
    mean = values.reshape(-1, form.channels).mean(axis=1)
    limited: Array = np.clip(np.rint(mean), -32768, 32767).astype(np.int16)
    return limited
