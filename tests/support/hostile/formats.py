# SPDX-License-Identifier: Apache-2.0
"""The formats: for each how damaged files are made, and what reads them."""

from __future__ import annotations

import io
import json
import random
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ingot.base.places import ROOT
from ingot.network.types import Network, NetworkBuffer
from support.hostile.mutators import bytes_mutated, text_mutated, value_mutated


@dataclass(frozen=True)
class Format:
    """name: of the file that is written. make: one damaged content. read: as Ingot reads the file."""

    name: str
    make: Callable[[random.Random], bytes]
    read: Callable[[Path], object]


# ---- models


@cache
def _models() -> tuple[bytes, ...]:
    from support.random_model import random_model

    return tuple(random_model(seed) for seed in range(6))


def _make_tflite(rng: random.Random) -> bytes:
    return bytes_mutated(rng.choice(_models()), rng)


def _read_tflite(path: Path) -> object:
    from ingot.compiler.frontend.tflite import read_tflite

    return read_tflite(path)


# ---- YAML and pools


def _board_text() -> str:
    return (ROOT / "boards" / "n6dk" / "board.yaml").read_text()


MODEL_YAML = """\
name: net
title: a network of the tests
source:
  file: net.tflite
preprocessing:
  range: [0, 1]
  color_mode: rgb
"""


def _yaml(text: Callable[[], str]) -> Callable[[random.Random], bytes]:
    def make(rng: random.Random) -> bytes:
        import yaml

        if rng.random() < 0.5:
            return text_mutated(text(), rng)
        value = value_mutated(yaml.safe_load(text()), rng)
        return yaml.safe_dump(value, allow_unicode=True).encode(errors="replace")

    return make


def _read_board(path: Path) -> object:
    from ingot.board import load_board
    from ingot.board.fit import load_pools

    for file in (ROOT / "boards" / "n6dk").glob("*.mpool"):
        if not (path.parent / file.name).exists():
            shutil.copy(file, path.parent / file.name)
    return load_pools(load_board(path))


def _read_manifest(path: Path) -> object:
    from ingot.model import load_manifest

    return load_manifest(path)


def _pools_text() -> str:
    return sorted((ROOT / "boards" / "n6dk").glob("*.mpool"))[0].read_text()


def _make_mpool(rng: random.Random) -> bytes:
    if rng.random() < 0.4:
        return text_mutated(_pools_text(), rng)
    return json.dumps(value_mutated(json.loads(_pools_text()), rng), indent=1).encode(errors="replace")


def _read_mpool(path: Path) -> object:
    from ingot.board.mpool_reading import read_mpool

    return read_mpool(path)


# ---- ST's output


@cache
def _output() -> dict[str, bytes]:
    from support.st_output import StNetwork

    return StNetwork(version="3.0").files()


def _named(end: str) -> bytes:
    return next(content for name, content in sorted(_output().items()) if name.endswith(end))


def _make_c_info(rng: random.Random) -> bytes:
    document = json.loads(_named("c_info.json"))
    if rng.random() < 0.2:
        return text_mutated(json.dumps(document, indent=1), rng)
    return json.dumps(value_mutated(document, rng)).encode(errors="replace")


def _read_c_info(path: Path) -> object:
    from ingot.network.c_info import read_c_info

    return read_c_info(path)


def _make_network_c(rng: random.Random) -> bytes:
    return text_mutated(_named("network.c").decode(), rng)


def _read_network_c(path: Path) -> object:
    from ingot.st.prebuilt.describe import describe_output
    from ingot.st.prebuilt.output import open_output

    return describe_output(open_output(path.parent))


def _make_zip(rng: random.Random) -> bytes:
    files = dict(_output())
    name = rng.choice(sorted(files))
    if rng.random() < 0.5:
        files[name] = bytes_mutated(files[name], rng)
    if rng.random() < 0.3:
        files[rng.choice(("../up.c", "/abs.json", "a\\..\\b.c", "x" * 300 + ".c", "\n.c", "dir/"))] = b"x"
    target = io.BytesIO()
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(target, "w", method) as archive:
        for file, content in files.items():
            archive.writestr(file, content)
    return bytes_mutated(target.getvalue(), rng) if rng.random() < 0.8 else target.getvalue()


def _read_zip(path: Path) -> object:
    from ingot.st.prebuilt.describe import describe_output
    from ingot.st.prebuilt.output import open_output

    output = open_output(path)
    for name in output.members:
        output.read(name)
    return describe_output(output)


# ---- images, arrays, pictures


def _make_nbin(rng: random.Random) -> bytes:
    from support.loader import verdict_samples

    return bytes_mutated(rng.choice([image for image, _ in verdict_samples().values()]), rng)


def _read_nbin(path: Path) -> object:
    from ingot.image.check import check_image
    from ingot.image.image import parse_image
    from ingot.image.info import as_dict, as_text

    content = path.read_bytes()
    check_image(content, str(path))
    return as_text(as_dict(parse_image(content, str(path))))


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


def _make_numpy(rng: random.Random) -> bytes:
    array = np.arange(192, dtype=rng.choice(("uint8", "float32", "int8", "<f8", ">u2", "c8"))).reshape(1, 8, 8, 3)
    target = io.BytesIO()
    if rng.random() < 0.5:
        np.save(target, array)
    else:
        np.savez_compressed(target, **{"in": array}) if rng.random() < 0.5 else np.savez(target, array)
    content = target.getvalue()
    if rng.random() < 0.3:
        for old, new in ((b"(1, 8, 8, 3)", rng.choice((b"(-1, 8, 8,3)", b"(99999, 999)", b"(" * 12, b"1" * 12))),):
            content = content.replace(old, new)
    return bytes_mutated(content, rng)


def _read_numpy(path: Path) -> object:
    from ingot.preprocessing.load import load_input

    return load_input(path, NETWORK)


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


def _make_picture(rng: random.Random) -> bytes:
    content = rng.choice(_pictures())
    if content.startswith(b"\x89PNG") and rng.random() < 0.6:
        return _png_chunks(content, rng)
    return bytes_mutated(content, rng)


def _read_picture(path: Path) -> object:
    from ingot.preprocessing.picture import read_picture

    return read_picture(path)


# ---- protocol, records, cache


def _make_frames(rng: random.Random) -> bytes:
    from ingot.device.protocol.frame import PAYLOAD, Frame, encode

    parts = []
    for _ in range(rng.randint(1, 5)):
        payload = rng.randbytes(rng.choice((0, 1, 12, 64, PAYLOAD)))
        frame = Frame(rng.choice((0x80, 0x81, 0xFE, 0xFF, rng.randrange(256))), rng.randrange(1 << 16), 7, payload)
        coded = encode(frame)
        parts.append(bytes_mutated(coded, rng) if rng.random() < 0.5 else coded)
    return b"".join(parts)


def _read_frames(path: Path) -> object:
    from ingot.device.protocol.frame import Receiver

    content, receiver = path.read_bytes(), Receiver()
    return [list(receiver.receive(content[at : at + 100])) for at in range(0, len(content), 100)]


def _make_record(rng: random.Random) -> bytes:
    record = {f"{0x71000000 + 0x1000 * n:#010x}": [4096, "ab" * 32] for n in range(5)}
    return (
        json.dumps(value_mutated(record, rng)).encode()
        if rng.random() < 0.7
        else text_mutated(json.dumps(record, indent=1), rng)
    )


def _read_record(path: Path) -> object:
    from ingot.device.flash.plan import Part
    from ingot.device.flash.run import Record

    record = Record(path)
    part = Part("part", 0x71001000, bytes(100))
    had = record.has(part)
    record.forget(part)
    record.add(part)
    return had


def _make_entry(rng: random.Random) -> bytes:
    import hashlib

    from ingot.compiler.cache.store import HEAD, MAGIC, pack

    entry = pack({"network.c": b"int x;" * 50, "network_c_info.json": _named("c_info.json")})
    if rng.random() < 0.3:
        return bytes_mutated(entry, rng)
    body = bytes_mutated(entry[HEAD:], rng)  # planted: its checksum is right
    return MAGIC + hashlib.sha256(body).digest() + body


def _read_entry(path: Path) -> object:
    from ingot.compiler.cache.store import Store

    store = Store(path.parent / "store")
    target = store.path("ab" * 32)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, target)
    found = store.load("ab" * 32)
    store.stats(look=True)
    return found


FORMATS: dict[str, Format] = {
    ".tflite": Format("net.tflite", _make_tflite, _read_tflite),
    ".mpool": Format("pools.mpool", _make_mpool, _read_mpool),
    "model.yaml": Format("model.yaml", _yaml(lambda: MODEL_YAML), _read_manifest),
    "board.yaml": Format("board.yaml", _yaml(_board_text), _read_board),
    "c_info": Format("network_c_info.json", _make_c_info, _read_c_info),
    "network.c": Format("network.c", _make_network_c, _read_network_c),
    "zip": Format("out.zip", _make_zip, _read_zip),
    "NBIN": Format("image.bin", _make_nbin, _read_nbin),
    ".npy/.npz": Format("input.npz", _make_numpy, _read_numpy),
    "images": Format("picture.png", _make_picture, _read_picture),
    "protocol frames": Format("frames.bin", _make_frames, _read_frames),
    "flash records": Format("flashed.json", _make_record, _read_record),
    "cache entries": Format("entry.ingot", _make_entry, _read_entry),
}
