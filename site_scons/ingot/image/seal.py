# SPDX-License-Identifier: Apache-2.0
"""Ingot's seal: what stands behind an image's params, where ST's loader does not look.

offset  bytes  what
0       8      "INGOSEAL"
8       4      version, 1
12      4      bytes of the seal: 224, or 296 with a signature
16      4      bytes of the file before the seal
20      4      kind of the digests: 1 CRC-32 (first four bytes), 2 SHA-256
24      8      layout id
32      24     board              texts end with a zero byte
56      40     model
96      24     model's version
120     36     compiler and its version
156     4      bytes of the second file; 0 when the params are in this file
160     32     digest of the second file; zero when the params are in this file
192     32     digest of the bytes before the seal and of the seal up to here
224     8      key id: first bytes of the SHA-256 of the public key
232     64     Ed25519 signature of the 224 bytes before
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass, replace
from enum import IntEnum

from ingot.base.errors import IngotError

MAGIC = b"INGOSEAL"
VERSION = 1
FIXED = struct.Struct("<8sIIII8s24s40s24s36sI32s32s")
SIGNATURE = struct.Struct("<8s64s")
SIGNED_SIZE = FIXED.size + SIGNATURE.size
DIGEST_AT = FIXED.size - 32


class Digest(IntEnum):
    """How a seal proves what it covers."""

    CRC32 = 1
    SHA256 = 2

    def of(self, *parts: bytes) -> bytes:
        """32 bytes; a CRC-32 is little-endian in the first four."""
        if self is Digest.CRC32:
            crc = 0
            for part in parts:
                crc = zlib.crc32(part, crc)
            return struct.pack("<I28x", crc)
        return hashlib.sha256(b"".join(parts)).digest()


@dataclass(frozen=True)
class Seal:
    """What a seal says. covered: bytes of the file before it. params_covered: bytes of the second file.

    key_id, signature: b"" when it is not signed.
    """

    covered: int
    kind: Digest
    layout_id: bytes
    board: str
    model: str
    model_version: str
    compiler: str
    params_covered: int
    params_digest: bytes
    digest: bytes
    key_id: bytes = b""
    signature: bytes = b""

    def to_bytes(self) -> bytes:
        fixed = self._fixed(SIGNED_SIZE if self.signature else FIXED.size)
        return fixed + (SIGNATURE.pack(self.key_id, self.signature) if self.signature else b"")

    def _fixed(self, length: int) -> bytes:
        texts = (_field(self.board, 24), _field(self.model, 40), _field(self.model_version, 24))
        head = (MAGIC, VERSION, length, self.covered, self.kind, self.layout_id)
        return FIXED.pack(
            *head, *texts, _field(self.compiler, 36), self.params_covered, self.params_digest, self.digest
        )

    def expected_digest(self, before: bytes) -> bytes:
        """The digest that the seal must have for the bytes before it."""
        return self.kind.of(before, self.to_bytes()[:DIGEST_AT])

    @property
    def signed_bytes(self) -> bytes:
        """What a signature is over. The length field is part of it, so a signature cannot be cut off unnoticed."""
        return self.to_bytes()[: FIXED.size]

    @classmethod
    def parse(cls, data: bytes, where: str) -> Seal:
        """Raises IngotError when the bytes are no seal that this version reads."""
        if len(data) < FIXED.size or not data.startswith(MAGIC):
            raise IngotError("the seal is cut", where=where)
        _, version, length, covered, kind, layout, *texts, size, params, digest = FIXED.unpack_from(data)
        if version != VERSION or kind not in list(Digest) or length not in (FIXED.size, SIGNED_SIZE):
            raise IngotError(f"the seal has version {version}, kind {kind}; this version of Ingot reads 1", where=where)
        if len(data) < length:
            raise IngotError("the seal is cut", where=where)
        board, model, model_version, compiler = (t.split(b"\0", 1)[0].decode("utf-8", "replace") for t in texts)
        key, signature = SIGNATURE.unpack_from(data, FIXED.size) if length == SIGNED_SIZE else (b"", b"")
        return cls(
            covered,
            Digest(kind),
            layout,
            board,
            model,
            model_version,
            compiler,
            params_covered=size,
            params_digest=params,
            digest=digest,
            key_id=key,
            signature=signature,
        )


def _field(text: str, size: int) -> bytes:
    """A text as a field: UTF-8, cut to leave a zero byte."""
    return text.encode()[: size - 1].decode("utf-8", "ignore").encode()


def seal_position(content: bytes) -> int | None:
    """Where the seal at the end of a file begins. None when there is none."""
    for length in (SIGNED_SIZE, FIXED.size):
        at = len(content) - length
        if at <= 0 or at % 8 or content[at : at + len(MAGIC)] != MAGIC:
            continue
        if struct.unpack_from("<I", content, at + 12) == (length,):
            return at
    return None


def seal_holds(before: bytes, stored: bytes) -> bool:
    """Whether the seal, as it is stored, is one of the bytes before it."""
    seal = Seal.parse(stored, "seal")
    return seal.covered == len(before) and seal.kind.of(before, stored[:DIGEST_AT]) == seal.digest


def resealed(seal: Seal, before: bytes) -> Seal:
    """The seal with the right `covered` and digest; a signature is dropped."""
    bare = replace(seal, covered=len(before), digest=bytes(32), key_id=b"", signature=b"")
    return replace(bare, digest=bare.expected_digest(before))
