# SPDX-License-Identifier: Apache-2.0
"""Making packages: a whole image, params for any model with the same code, or a delta against one fielded version."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import fields, replace
from itertools import pairwise

from ingot.base.errors import IngotError
from ingot.image.image import Image, parse_image
from ingot.image.nbin import Context, offset_of
from ingot.image.sealed import sealed_image
from ingot.update.package import Kind, Package
from ingot.update.patch import Chunk, smallest_patch

#: Of the context, the word that changes with the weights: their CRC-32.
_CRC_AT = 4 * [field.name for field in fields(Context)].index("params_bin_crc32")
_CRC_SIZE = 4


def make_package(
    newer: bytes, version: int, where: str, kind: Kind, older: bytes = b"", older_where: str = ""
) -> Package:
    """A package, not signed. newer: a sealed image with its params in it. older: the fielded one, for a delta.

    where, older_where: name them in messages. Raises IngotError.
    """
    if not 1 <= version < 1 << 32:
        raise IngotError(f"version {version} is not from 1 to 4,294,967,295", where="update make")
    image, seal = sealed_image(newer, where)
    if kind is Kind.WHOLE:
        chunks, from_size, hole = [Chunk(b"", newer)], 0, (0, 0)
    elif kind is Kind.PARAMS:
        chunks, from_size, hole = _params_chunks(image, newer, where)
    else:
        fielded, _ = sealed_image(older, older_where)
        chunks, from_size, hole = _delta_chunks(image, newer, fielded, older), len(older), (0, 0)
    package = Package(
        kind=kind,
        version=version,
        to_size=len(newer),
        to_digest=hashlib.sha256(newer).digest(),
        layout_id=seal.layout_id,
        board=seal.board,
        model=seal.model,
        patch=smallest_patch(chunks),
        from_size=from_size,
        hole=hole,
    )
    if not from_size:
        return package
    package = replace(package, from_digest=package.hash_of(older or newer))
    if older and not package.applies_to(older):
        raise IngotError(
            "its code is not that of the fielded image, so that params alone do not do",
            where=where,
            remedy="Make a delta, or send the whole image.",
        )
    return package


def same_code(newer: bytes, older: bytes) -> bool:
    """Whether two images differ in params and seal only, so that a package of params does."""
    one, other = parse_image(newer, "image"), parse_image(older, "image")
    if one.header["params_offset"] != other.header["params_offset"] or not one.header["params_offset"]:
        return False
    (start, size), end = crc_hole(one), one.header["params_offset"]
    return newer[:start] == older[:start] and newer[start + size : end] == older[start + size : end]


def crc_hole(image: Image) -> tuple[int, int]:
    """Where the file has the CRC-32 of the params."""
    at = image.ro_size + offset_of(image.header["ctx"]) + _CRC_AT
    stored = struct.unpack_from("<I", image.rom + image.data, at)[0]
    assert stored == image.context.params_bin_crc32
    return at, _CRC_SIZE


def _params_chunks(image: Image, newer: bytes, where: str) -> tuple[list[Chunk], int, tuple[int, int]]:
    """Everything in front of the params is the older file's, but for the CRC-32 of the params."""
    start, size = hole = crc_hole(image)
    params = image.header["params_offset"]
    first = Chunk(bytes(start), newer[start : start + size], size)
    second = Chunk(bytes(params - start - size), newer[params:])
    return [first, second], params, hole


def _delta_chunks(newer_image: Image, newer: bytes, older_image: Image, older: bytes) -> list[Chunk]:
    """Each section from the same section of the older image: what is retrained keeps its place."""
    new, old = _sections(newer_image, newer), _sections(older_image, older)
    chunks: list[Chunk] = []
    position = 0
    for number, (start, end) in enumerate(new):
        before, before_end = old[number]
        if chunks:
            chunks[-1] = Chunk(chunks[-1].added, chunks[-1].extra, before - position)
        common = min(end - start, before_end - before)
        added = _difference(newer[start : start + common], older[before : before + common])
        chunks.append(Chunk(added, newer[start + common : end]))
        position = before + common
    return [chunk for chunk in chunks if chunk.added or chunk.extra or chunk.move]


def _sections(image: Image, content: bytes) -> list[tuple[int, int]]:
    """Read-only part, data, relocations, params, seal."""
    starts = [
        0,
        image.ro_size,
        offset_of(image.header["rel_start"]),
        image.header["params_offset"],
        len(content) - len(image.trailer),
        len(content),
    ]
    return list(pairwise(starts))


def _difference(newer: bytes, older: bytes) -> bytes:
    import numpy as np

    return (np.frombuffer(newer, np.uint8) - np.frombuffer(older, np.uint8)).tobytes()
