# SPDX-License-Identifier: Apache-2.0
"""Images that can be in a slot by themselves: whole, and sealed with a SHA-256 that holds."""

from __future__ import annotations

from ingot.base.errors import IngotError
from ingot.image.image import Image, parse_image
from ingot.image.seal import Digest, Seal


def sealed_image(content: bytes, where: str) -> tuple[Image, Seal]:
    """An image that can be in a slot. Raises IngotError when it is none, has no seal that holds, or is split."""
    image = parse_image(content, where)
    if not image.trailer:
        raise IngotError("has no seal", where=where, remedy="Build it with seal=sha256 (the default).")
    if not image.header["params_offset"]:
        raise IngotError(
            "has its params in a second file, and a slot holds one", where=where, remedy="Build it with split=0."
        )
    seal = Seal.parse(image.trailer, where)
    before = content[: len(content) - len(image.trailer)]
    if seal.kind is not Digest.SHA256 or seal.expected_digest(before) != seal.digest:
        raise IngotError("its seal is not a SHA-256 that holds", where=where, remedy="Build it again.")
    return image, seal
