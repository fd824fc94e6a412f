# SPDX-License-Identifier: Apache-2.0
"""The lock file of a quantized model: which bytes the quantizer gave, and which quantizer.

Equal inputs give equal bytes on one machine; other processors may round a range otherwise in its last bit.
"""

from __future__ import annotations

from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.base.yamlfile import load_yaml

SCHEMA = Path(__file__).with_name("lock.schema.json")


def lock_text(sha256: str, tool: str) -> str:
    return f"sha256: {sha256}\ntool: {tool}\n"


def check_lock(lock: Path, sha256: str, tool: str) -> str:
    """Raises IngotError when the lock file names other bytes. Returns a line for people where there is none yet."""
    if not lock.is_file():
        return f"{lock.name} is not there yet: `ingot quantize --update-lock` writes it"
    known = load_yaml(lock, SCHEMA).data
    if known["sha256"] == sha256:
        return ""
    raise IngotError(
        f"{known['tool']} wrote {known['sha256'][:16]}…, {tool} writes {sha256[:16]}…",
        where=str(lock),
        remedy="If that is what you want: `ingot quantize --update-lock`.",
    )


def write_lock(lock: Path, sha256: str, tool: str) -> None:
    write_if_changed(lock, lock_text(sha256, tool))
