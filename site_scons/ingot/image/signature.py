# SPDX-License-Identifier: Apache-2.0
"""Ed25519 signatures of seals, by the package `cryptography`."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from ingot.base.errors import IngotError
from ingot.image.image import parse_image
from ingot.image.seal import SIGNED_SIZE, Digest, Seal


def new_keys() -> tuple[bytes, bytes]:
    """A private and a public key as PEM files. Raises IngotError without the package."""
    library = _library()
    private = library.ed25519.Ed25519PrivateKey.generate()
    form = library.serialization
    secret: bytes = private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    shown: bytes = private.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    return secret, shown


def sign_bytes(pem: bytes, content: bytes, where: str) -> tuple[bytes, bytes]:
    """Key id (8 bytes) and signature (64 bytes). pem: the private key; where: its name in messages."""
    library = _library()
    try:
        private = library.serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError) as error:
        raise IngotError(f"is not a private key: {error}", where=where) from None
    if not isinstance(private, library.ed25519.Ed25519PrivateKey):
        raise IngotError("is not an Ed25519 key", where=where, remedy="Make one with `ingot image keys`.")
    raw: bytes = private.public_key().public_bytes_raw()
    signature: bytes = private.sign(content)
    return hashlib.sha256(raw).digest()[:8], signature


def verify_bytes(pem: bytes, content: bytes, signature: bytes, where: str) -> bool:
    """Whether the signature is the key's. pem: the public key."""
    library = _library()
    public = library.ed25519.Ed25519PublicKey.from_public_bytes(public_bytes(pem, where))
    try:
        public.verify(signature, content)
    except library.InvalidSignature:
        return False
    return True


def signed_image(content: bytes, pem: bytes, where: str, key: str) -> bytes:
    """A sealed image with a signature; one that it has is replaced. pem: the private key. where, key: for messages."""
    parsed = parse_image(content, where)
    if not parsed.trailer:
        raise IngotError("has no seal to sign", where=where, remedy="Build it with seal=sha256 (the default).")
    seal = Seal.parse(parsed.trailer, where)
    before = content[: len(content) - len(parsed.trailer)]
    if seal.kind is not Digest.SHA256 or seal.expected_digest(before) != seal.digest:
        raise IngotError("its seal is not a SHA-256 that holds", where=where, remedy="Build it again.")
    # The length is part of what is sealed and signed: with a signature it is another one.
    blank = replace(seal, key_id=bytes(8), signature=bytes(64))
    assert len(blank.to_bytes()) == SIGNED_SIZE
    blank = replace(blank, digest=blank.expected_digest(before))
    key_id, signature = sign_bytes(pem, blank.signed_bytes, key)
    return before + replace(blank, key_id=key_id, signature=signature).to_bytes()


def public_bytes(pem: bytes, where: str) -> bytes:
    """The 32 bytes of a public key."""
    library = _library()
    try:
        public = library.serialization.load_pem_public_key(pem)
    except (ValueError, TypeError) as error:
        raise IngotError(f"is not a public key: {error}", where=where) from None
    if not isinstance(public, library.ed25519.Ed25519PublicKey):
        raise IngotError("is not an Ed25519 key", where=where)
    raw: bytes = public.public_bytes_raw()
    return raw


def c_key(pem: bytes, where: str) -> str:
    """An element of a table of ingot_reloc_key, to be included there."""
    raw = public_bytes(pem, where)
    words = ", ".join(f"0x{byte:02x}" for byte in raw)
    return f"/* Key {hashlib.sha256(raw).digest()[:8].hex()} */\n{{.public_key = {{{words}}}}},\n"


def _library() -> Any:
    """The parts of `cryptography` that are used here."""
    from types import SimpleNamespace

    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise IngotError(
            "signing needs the package cryptography", remedy="Install it with: pip install cryptography"
        ) from None
    return SimpleNamespace(serialization=serialization, ed25519=ed25519, InvalidSignature=InvalidSignature)
