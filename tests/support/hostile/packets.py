# SPDX-License-Identifier: Apache-2.0
"""Damaged images and what travels between host and device, with checksums, seals and lengths made right again."""

from __future__ import annotations

import random
import struct
import zlib
from functools import cache
from pathlib import Path

from support.hostile.mutators import WORDS, bytes_mutated

# ---- images


@cache
def _images() -> tuple[bytes, ...]:
    from support.loader import verdict_samples

    return tuple(image for image, _ in verdict_samples().values())


def _words_mutated(content: bytes, rng: random.Random) -> bytes:
    """1 to 3 words of header, context, pools, GOT or relocations changed."""
    changed = bytearray(content)
    size = len(content) // 4 - 1
    for _ in range(rng.randint(1, 3)):
        at = 4 * rng.randrange(min(size, rng.choice((40, 40, size))))
        (old,) = struct.unpack_from("<I", content, at)
        near = old + rng.choice((-8, -4, -1, 1, 4, 8, 64, -64))
        segment = old & 0x0FFFFFFF | rng.randrange(16) << 28
        struct.pack_into("<I", changed, at, rng.choice((near & 0xFFFFFFFF, segment, rng.choice(WORDS))))
    return bytes(changed)


def make_nbin(rng: random.Random) -> bytes:
    """Most often with the CRC-32 of its params and its seal made right again."""
    from ingot.image.image import parse_image
    from ingot.image.seal import Seal, resealed
    from ingot.update.make import crc_hole

    whole = rng.choice(_images())
    image = parse_image(whole, "sample")
    before = whole[: len(whole) - len(image.trailer)]
    changed = _words_mutated(before, rng) if rng.random() < 0.6 else bytes_mutated(before, rng)
    if rng.random() < 0.2:
        return changed + (bytes_mutated(image.trailer, rng) if rng.random() < 0.7 else b"")
    if image.header["params_offset"] and rng.random() < 0.8:
        at, size = crc_hole(image)
        params = changed[image.header["params_offset"] :][: image.context.params_bin_size]
        changed = changed[:at] + struct.pack("<I", zlib.crc32(params)) + changed[at + size :]
    changed += bytes(-len(changed) % 8)
    return changed + resealed(Seal.parse(image.trailer, "sample"), changed).to_bytes()


def read_nbin(path: Path) -> object:
    from ingot.image.check import check_image
    from ingot.image.image import parse_image
    from ingot.image.info import as_dict, as_text

    content = path.read_bytes()
    check_image(content, str(path))
    return as_text(as_dict(parse_image(content, str(path))))


# ---- the serial line


@cache
def _answers() -> tuple[tuple[int, bytes], ...]:
    """Kinds and payloads of what an honest firmware answers."""
    from ingot.device.protocol.client import COMMAND, EPOCHS, HELLO, READ, RUN, SAID, UPDATE

    texts = b"\3net\x0cinstructions"
    return (
        (HELLO, struct.pack("<5I", 1024, 8, 4, 7, 0) + texts),
        (RUN, struct.pack("<4I", 1, 9, 0, zlib.crc32(b"four"))),
        (READ, b"four"),
        (EPOCHS, struct.pack("<3I", 2, 4, 5)),
        (COMMAND, struct.pack("<iI", 0, 4)),
        (SAID, b"said"),
        (UPDATE, struct.pack("<iI", 0, 64)),
    )


def make_frames(rng: random.Random) -> bytes:
    """What a firmware sends: answers whose content is changed and whose frame is right, and damaged frames."""
    from ingot.device.protocol.client import ANSWER, PROGRESS, REFUSED
    from ingot.device.protocol.frame import PAYLOAD, Frame, encode

    parts = []
    for _ in range(rng.randint(1, 12)):
        kind, payload = rng.choice(_answers())
        if rng.random() < 0.6:
            payload = rng.choice((bytes_mutated(payload, rng), rng.randbytes(rng.choice((0, 1, 12, 64, PAYLOAD)))))
        name = rng.choice((kind | ANSWER, kind | ANSWER, kind | ANSWER, PROGRESS, REFUSED, rng.randrange(256)))
        coded = encode(Frame(name, rng.randrange(1, 12), 7, payload[:0xFFFF]))
        parts.append(bytes_mutated(coded, rng) if rng.random() < 0.3 else coded)
    return b"".join(parts)


class _Line:
    """A firmware that answers with the next frames of a file; each bears the number and session that were asked for."""

    def __init__(self, content: bytes) -> None:
        from ingot.device.protocol.frame import Receiver

        frames = Receiver()
        self._frames = [frame for at in range(0, len(content), 100) for frame in frames.receive(content[at : at + 100])]
        self._asked: tuple[int, int] | None = None
        self.now = 0.0

    def send(self, data: bytes) -> None:
        from ingot.device.protocol.frame import decode

        asked = decode(data.strip(b"\0"))
        self._asked = (asked.number, asked.session) if asked else None

    def receive(self, seconds: float) -> bytes:
        from dataclasses import replace

        from ingot.device.protocol.frame import encode

        self.now += seconds if not self._frames else 0.01
        if not self._frames or self._asked is None:
            return b""
        number, session = self._asked
        return encode(replace(self._frames.pop(0), number=number, session=session))


def read_frames(path: Path) -> object:
    """A whole conversation with it: what the host asks for, one after the other."""
    from ingot.base.errors import IngotError
    from ingot.device.protocol.client import Client, DeviceReset
    from ingot.update.send import report_of

    line = _Line(path.read_bytes())
    client = Client(line, clock=lambda: line.now, patience=3)
    asked = (client.hello, lambda: client.infer(b"12345678", 4), client.epochs, lambda: client.command("report"))
    said: list[object] = []
    refused: IngotError | None = None
    for ask in (*asked, lambda: client.update(0, b"x"), lambda: report_of(client), client.end):
        try:
            said.append(ask())
        except DeviceReset:
            said.append(None)
        except IngotError as error:
            refused = error
    if refused is not None:
        raise refused
    return said


# ---- updates


@cache
def _packages() -> tuple[bytes, ...]:
    from ingot.update.make import make_package
    from ingot.update.package import Kind
    from ingot.update.patch import COMPRESSIONS, Chunk, write_patch

    image = _images()[0]
    made = [make_package(image, 2, "sample", Kind.WHOLE), make_package(image, 2, "sample", Kind.PARAMS)]
    made.append(make_package(image, 2, "sample", Kind.DELTA, image, "sample"))
    found = [package.to_bytes() for package in made]
    from dataclasses import replace

    return (*found, *(replace(made[0], patch=write_patch([Chunk(b"", image)], c)).to_bytes() for c in COMPRESSIONS))


def make_update(rng: random.Random) -> bytes:
    """A package whose header or patch is changed, the length of the patch made right again."""
    content = rng.choice(_packages())
    header, patch = content[:256], content[256:]
    if rng.random() < 0.5:
        header = _words_mutated(header, rng)
    if rng.random() < 0.7:
        patch = bytes_mutated(patch, rng)
    if rng.random() < 0.8:
        header = header[:40] + struct.pack("<I", len(patch)) + header[44:]
    return header + patch


def read_update(path: Path) -> object:
    from ingot.update.check import check_package

    return check_package(path.read_bytes(), str(path), None, _images()[0])
