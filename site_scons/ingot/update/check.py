# SPDX-License-Identifier: Apache-2.0
"""A package verified as a device does it: signature, older model, patch, result, and the rules of images."""

from __future__ import annotations

import hashlib
from typing import Any

from ingot.base.errors import IngotError
from ingot.image.check import check_image
from ingot.image.sealed import sealed_image
from ingot.update.package import parse_package
from ingot.update.patch import apply_patch


def check_package(content: bytes, where: str, key: bytes | None, older: bytes | None) -> dict[str, Any]:
    """key: a public key as PEM. older: the fielded image. Raises IngotError as a device refuses."""
    from ingot.image.signature import verify_bytes

    package = parse_package(content, where)
    if key is not None and not (
        package.signature and verify_bytes(key, package.signed_bytes, package.signature, "the public key")
    ):
        by = f"key {package.key_id.hex()} signed it" if package.signature else "it is not signed"
        raise IngotError(f"is not signed with this key: {by}", where=where)
    if package.from_size and older is None:
        raise IngotError("begins with the fielded image", where=where, remedy="Give that image with --from.")
    if not package.applies_to(older or b""):
        raise IngotError("is not for devices that run this image", where=where, remedy="Give another one with --from.")
    made = apply_patch((older or b"")[: package.from_size], package.patch, package.to_size, where)
    if hashlib.sha256(made).digest() != package.to_digest:
        raise IngotError("its patch makes something else than was packed", where=where, remedy="Make it again.")
    _, seal = sealed_image(made, where)
    if (seal.board, seal.layout_id) != (package.board, package.layout_id):
        raise IngotError("says another board or layout than the image in it", where=where)
    findings = check_image(made, where)
    failed = [finding for finding in findings if not finding.passed]
    if failed:
        raise IngotError(f"the image in it is not sound: {failed[0]}", where=where)
    return {"version": package.version, "image_bytes": len(made), "rules": len(findings)}
