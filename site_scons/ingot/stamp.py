"""One short text that changes whenever Ingot's own code does, so that builds notice."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from ingot.places import templates_dir

PACKAGE = Path(__file__).resolve().parent
SHELLS = ("cli", "options", "stamp")  # what no output depends on


@functools.cache
def code_stamp() -> str:
    """16 hex digits over the names and contents of the package's code, its schemas and its templates."""
    digest = hashlib.sha256()
    for folder in (PACKAGE, templates_dir()):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".json", ".j2") and not path.stem.startswith(SHELLS):
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
