# SPDX-License-Identifier: Apache-2.0
"""Damaged containers: archives, arrays and pictures, with lengths and checksums right again around what changed."""

from __future__ import annotations

import hashlib
import io
import random
import shutil
import struct
import zipfile
import zlib
from functools import cache
from pathlib import Path

import numpy as np

from ingot.network.types import Network, NetworkBuffer
from support.hostile.mutators import WORDS, bytes_mutated
from support.hostile.texts import make_c_info, make_network_c, named, output_files

_ENTRIES = {b"PK\1\2": (6, 8, 10, 16, 20, 24, 28, 30, 32, 34, 36, 38, 42), b"PK\3\4": (4, 6, 8, 14, 18, 22, 26, 28)}
_ENTRIES |= {b"PK\5\6": (4, 6, 8, 10, 12, 16, 20)}
"""By signature, where the fields of a zip's records are (APPNOTE.TXT 4.3); two bytes each, or the low half of four."""


def _archive(files: dict[str, bytes], rng: random.Random) -> bytes:
    target = io.BytesIO()
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(target, "w", method) as archive:
        for file, content in files.items():
            archive.writestr(file, content)
    return target.getvalue()


def _fields_mutated(archive: bytes, rng: random.Random) -> bytes:
    """1 to 3 fields of a zip's headers changed: sizes, methods, offsets, numbers of entries, lengths of names."""
    content = bytearray(archive)
    for _ in range(rng.randint(1, 3)):
        signature = rng.choice(sorted(_ENTRIES))
        places = [at for at in range(len(content) - 46) if content[at : at + 4] == signature]
        if signature == b"PK\5\6":
            places = [content.rfind(signature)]
        at = rng.choice(places or [0]) + rng.choice(_ENTRIES[signature])
        if 0 <= at <= len(content) - 4:
            old = struct.unpack_from("<H", content, at)[0]
            new = rng.choice(
                (rng.choice(WORDS) & 0xFFFF, (old + rng.randint(-4, 4)) & 0xFFFF, old ^ 1, 2 * old & 0xFFFF)
            )
            struct.pack_into("<H", content, at, new)
    return bytes(content)


def _members_mutated(files: dict[str, bytes], rng: random.Random) -> bytes:
    """An archive whose checksums are right, and one of whose members is not; or a damaged archive of right ones."""
    files = dict(files)
    name = rng.choice(sorted(files))
    if rng.random() < 0.6:
        files[name] = bytes_mutated(files[name], rng)
    if rng.random() < 0.2:
        files[rng.choice(("../up.c", "/abs.json", "a\\..\\b.c", "x" * 300 + ".c", "\n.c", "dir/"))] = b"x"
    archive = _archive(files, rng)
    kind = rng.random()
    return _fields_mutated(archive, rng) if kind < 0.3 else bytes_mutated(archive, rng) if kind < 0.5 else archive


def make_zip(rng: random.Random) -> bytes:
    files = dict(output_files())
    for end, make in (("c_info.json", make_c_info), ("network.c", make_network_c)):
        if rng.random() < 0.3:
            files[next(name for name in sorted(files) if name.endswith(end))] = make(rng)
    return _members_mutated(files, rng)


def read_zip(path: Path) -> object:
    from ingot.st.prebuilt.describe import describe_output
    from ingot.st.prebuilt.output import open_output

    output = open_output(path)
    for name in output.members:
        output.read(name)
    return describe_output(output)


# ---- arrays


NETWORK = Network(
    name="net",
    model="net",
    model_sha256="",
    compiler="builtin",
    compiler_version="",
    pools=(),
    buffers=(NetworkBuffer("in", "ram", 0, 192, (1, 8, 8, 3), "uint8", "input", (1, 1), (1 / 255,), (0,)),),
    epochs=(),
    layers=(),
    initializers=(),
)


def _npy(array: np.ndarray, rng: random.Random) -> bytes:
    """A .npy whose header or data are changed, and the length of whose header is right again, most often."""
    target = io.BytesIO()
    np.save(target, array)
    content = target.getvalue()
    (size,) = struct.unpack_from("<H", content, 8)
    header, data = content[10 : 10 + size], content[10 + size :]
    if rng.random() < 0.4:
        shape = b"(1, 8, 8, 3)"
        others = (b"(-1, 8, 8,3)", b"(99999, 999)", b"(" * 12, b"1" * 12, b"(192,)", b"(0, 8)", b"()", b"(1,8,8,3,1)")
        header = header.replace(shape, rng.choice(others)) if rng.random() < 0.5 else bytes_mutated(header, rng)
    if rng.random() < 0.5:
        data = bytes_mutated(data, rng)
    if rng.random() < 0.8:
        size = len(header)
    return (
        content[:6] + rng.choice((*[b"\1\0"] * 8, b"\2\0", b"\3\0")) + struct.pack("<H", size & 0xFFFF) + header + data
    )


def make_numpy(rng: random.Random) -> bytes:
    array = np.arange(
        192, dtype=rng.choice(("uint8", "uint8", "uint8", "float32", "int8", "<f8", ">u2", "c8"))
    ).reshape(1, 8, 8, 3)
    content = _npy(array, rng)
    if rng.random() < 0.3:
        return bytes_mutated(content, rng)
    return (
        content if rng.random() < 0.5 else _members_mutated({rng.choice(("in.npy", "in.npy", "out.npy")): content}, rng)
    )


def read_numpy(path: Path) -> object:
    from ingot.preprocessing.load import load_input

    return load_input(path, NETWORK)


# ---- pictures


@cache
def _pictures() -> tuple[bytes, ...]:
    from PIL import Image

    rng = np.random.default_rng(1)
    picture = Image.fromarray(rng.integers(0, 256, (24, 32, 3), dtype=np.uint8))
    found = []
    for kind in ("PNG", "JPEG", "BMP", "GIF", "PPM", "TIFF", "WEBP"):
        target = io.BytesIO()
        picture.save(target, kind)
        found.append(target.getvalue())
    for mode in ("1", "L", "P", "I;16", "RGBA", "CMYK"):
        target = io.BytesIO()
        picture.convert("L").convert("I;16").save(target, "PNG") if mode == "I;16" else picture.convert(mode).save(
            target, "TIFF" if mode == "CMYK" else "PNG"
        )
        found.append(target.getvalue())
    return tuple(found)


def _png_chunks(content: bytes, rng: random.Random) -> bytes:
    """A PNG with one chunk changed, its CRC made right."""
    at, chunks = 8, []
    while at + 12 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        chunks.append([content[at + 4 : at + 8], content[at + 8 : at + 8 + size]])
        at += 12 + size
    chosen = rng.choice(chunks)
    chosen[1] = bytes_mutated(chosen[1], rng)
    made = content[:8]
    for kind, body in chunks:
        made += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return made


def make_picture(rng: random.Random) -> bytes:
    content = rng.choice(_pictures())
    if content.startswith(b"\x89PNG") and rng.random() < 0.6:
        return _png_chunks(content, rng)
    return bytes_mutated(content, rng)


def read_picture(path: Path) -> object:
    from ingot.preprocessing.picture import read_picture

    return read_picture(path)


# ---- cache entries


def make_entry(rng: random.Random) -> bytes:
    from ingot.compiler.cache.store import HEAD, MAGIC, pack

    files = {"network.c": b"int x;" * 50, "network_c_info.json": named("c_info.json")}
    if rng.random() < 0.3:
        return bytes_mutated(pack(files), rng)
    body = bytes_mutated(pack(files)[HEAD:], rng) if rng.random() < 0.4 else _members_mutated(files, rng)
    return MAGIC + hashlib.sha256(body).digest() + body  # planted: its checksum is right


def read_entry(path: Path) -> object:
    from ingot.compiler.cache.store import Store

    store = Store(path.parent / "store")
    target = store.path("ab" * 32)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, target)
    found = store.load("ab" * 32)
    store.stats(look=True)
    return found
