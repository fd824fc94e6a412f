"""One short text that changes whenever Ingot's own code does, so that builds notice."""

from __future__ import annotations

import functools
import hashlib
import time
from pathlib import Path

from ingot.places import templates_dir

PACKAGE = Path(__file__).resolve().parent
SHELLS = ("cli", "options", "stamp", "ninja", "fleet")  # what no output depends on
FOLDERS = ("scons", "shells", "site_tools", "cache", "tree")  # neither on these; the templates of tree/ count below

_STARTED = time.time()


def code_is_older_than_this_process() -> bool:
    """Whether the code on disk is what this process runs: no file changed since it started."""
    return all(path.stat().st_mtime < _STARTED for path in code_files())


def code_files() -> list[Path]:
    """The files that decide what the steps write: code, schemas, templates. Sorted, so that every machine agrees."""
    files = []
    for folder in (PACKAGE, templates_dir()):
        for path in sorted(folder.rglob("*")):
            apart = path.stem.startswith(SHELLS) or path.relative_to(folder).parts[0] in FOLDERS
            if path.suffix in (".py", ".json", ".j2") and not apart:
                files.append(path)
    return files


@functools.cache
def code_stamp() -> str:
    """16 hex digits over the names and contents of the package's code, its schemas and its templates."""
    digest = hashlib.sha256()
    for path in code_files():
        folder = PACKAGE if path.is_relative_to(PACKAGE) and path.suffix != ".j2" else templates_dir()
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
