# SPDX-License-Identifier: Apache-2.0
"""A package as a value: a signed header of 256 bytes and a patch; firmware/runtime/ingot_package.h has the layout."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, replace
from enum import IntEnum

from ingot.base.errors import IngotError

MAGIC, FORMAT, HEADER_SIZE = b"INGOTUPD", 1, 256
_FIXED = struct.Struct("<8s10I32s32s8s24s40s")
_SIGNATURE = struct.Struct("<8s64s")
AGAIN = "The file is damaged, or no package of `ingot update make`."


class Kind(IntEnum):
    """What a package holds."""

    WHOLE = 1
    PARAMS = 2
    DELTA = 3


@dataclass(frozen=True)
class Package:
    """version: of the model, from 1 up. from_size: bytes of the older file that are hashed, without those of the hole.

    hole: offset and bytes. to_size, to_digest: of the result. key_id, signature: b"" when it is not signed.
    """

    kind: Kind
    version: int
    to_size: int
    to_digest: bytes
    layout_id: bytes
    board: str
    model: str
    patch: bytes
    from_size: int = 0
    from_digest: bytes = bytes(32)
    hole: tuple[int, int] = (0, 0)
    key_id: bytes = b""
    signature: bytes = b""

    @property
    def signed_bytes(self) -> bytes:
        sizes = (FORMAT, HEADER_SIZE, self.kind, self.version, self.from_size, *self.hole, self.to_size)
        texts = (_text(self.board, 24), _text(self.model, 40))
        return _FIXED.pack(MAGIC, *sizes, len(self.patch), 0, self.from_digest, self.to_digest, self.layout_id, *texts)

    def to_bytes(self) -> bytes:
        signature = _SIGNATURE.pack(self.key_id or bytes(8), self.signature or bytes(64))
        return self.signed_bytes + signature + self.patch

    def hash_of(self, older: bytes) -> bytes:
        """The digest that an older file has where this package counts it."""
        start, size = self.hole
        return hashlib.sha256(older[:start] + older[start + size : self.from_size]).digest()

    def applies_to(self, older: bytes) -> bool:
        """Whether the patch begins with this model."""
        return len(older) >= self.from_size and self.hash_of(older) == self.from_digest if self.from_size else True


def signed_package(package: Package, key: bytes, where: str) -> Package:
    """key: the private key as PEM; `where` names it in messages."""
    from ingot.image.signature import sign_bytes

    key_id, signature = sign_bytes(key, package.signed_bytes, where)
    return replace(package, key_id=key_id, signature=signature)


def parse_package(content: bytes, where: str) -> Package:
    """Raises IngotError for what is no package, for another version of the format, and for one that is cut."""
    if not content.startswith(MAGIC):
        raise IngotError("is no package of an update: it does not start with INGOTUPD", where=where, remedy=AGAIN)
    if len(content) < HEADER_SIZE:
        raise IngotError("the header is cut", where=where, remedy=AGAIN)
    _, version, header, kind, *numbers, from_digest, to_digest, layout, board, model = _FIXED.unpack_from(content)
    if version != FORMAT:
        raise IngotError(f"has format {version}; this version of Ingot reads {FORMAT}", where=where)
    number, from_size, hole_at, hole_size, to_size, patch_size, zero = numbers
    if header != HEADER_SIZE or kind not in list(Kind) or hole_at + hole_size > from_size or zero or not patch_size:
        raise IngotError("the header contradicts itself", where=where, remedy=AGAIN)
    patch = content[HEADER_SIZE:]
    if len(patch) != patch_size:
        raise IngotError(f"has {len(patch):,} bytes of patch instead of {patch_size:,}", where=where, remedy=AGAIN)
    key_id, signature = _SIGNATURE.unpack_from(content, _FIXED.size)
    is_signed = any(key_id) or any(signature)
    return Package(
        kind=Kind(kind),
        version=number,
        to_size=to_size,
        to_digest=to_digest,
        layout_id=layout,
        board=_read_text(board),
        model=_read_text(model),
        patch=patch,
        from_size=from_size,
        from_digest=from_digest,
        hole=(hole_at, hole_size),
        key_id=key_id if is_signed else b"",
        signature=signature if is_signed else b"",
    )


def _text(text: str, size: int) -> bytes:
    """A field: UTF-8, cut to leave a zero byte."""
    return text.encode()[: size - 1].decode("utf-8", "ignore").encode()


def _read_text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "replace")
