# SPDX-License-Identifier: Apache-2.0
"""Compiling C for the machine Ingot runs on, cached by content.

The cache holds objects named by a hash of everything that went into them, so that it is never stale and may be deleted
at any time. Files appear under their name only when they are complete.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.places import cache_dir

KEEP = 2000
"""So many files stay, however old."""

IN_USE = 3600
"""So many seconds after its last use a file is not deleted: another process may be about to load or rename it."""

ATTEMPTS = 5


@functools.cache
def compiler() -> str:
    """The host's C compiler: $CC, else cc or gcc. Raises IngotError when there is none."""
    for name in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        if name and shutil.which(name):
            return name
    raise IngotError("no C compiler for this machine was found", remedy="Install gcc, or set CC to a compiler.")


@functools.cache
def _compiler_identity() -> str:
    return subprocess.run([compiler(), "--version"], capture_output=True, text=True, check=False).stdout


def digest(parts: Iterable[str | bytes]) -> str:
    """A short hash of the parts, in order; equal only for equal parts."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "little"))
        total.update(data)
    return total.hexdigest()[:32]


def build(
    sources: Sequence[Path],
    flags: Sequence[str],
    suffix: str,
    depends: Iterable[Path] = (),
    objects: Sequence[Path] = (),
    search: Sequence[Path] = (),
) -> Path:
    """Runs `cc <flags> -I<search> <sources> <objects> -o <cached file>` unless that has been done before.

    depends: further files whose content matters (headers). search: folders of headers; where they are does not matter.
    Returns the cached file. Raises IngotError with the compiler's messages when it fails, and when files keep changing:
    the compiler reads them itself, so that a result is kept only where they are after it what they were before.
    """
    search_flags = [f"-I{folder}" for folder in search]
    files = sources, objects, sorted(depends)
    for _ in range(ATTEMPTS):
        key = _key(flags, *files)
        result = cache_dir() / "host" / f"{sources[0].stem}-{key}{suffix}"
        try:
            os.utime(result)  # what is in use is not the oldest
            return result
        except FileNotFoundError:
            pass
        _prune(result.parent)
        result.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=result.parent, suffix=suffix)
        os.close(handle)
        try:
            command = [compiler(), *flags, *search_flags, *map(str, sources), *map(str, objects), "-o", temporary]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if _key(flags, *files) != key:
                continue
            if done.returncode:
                raise IngotError(f"the host's C compiler failed:\n{done.stderr.strip()}", where=str(sources[0]))
            os.chmod(temporary, 0o755)
            os.replace(temporary, result)
            return result
        finally:
            Path(temporary).unlink(missing_ok=True)
    raise IngotError(
        f"the file, or one that it includes, changed {ATTEMPTS} times while it was compiled",
        where=str(sources[0]),
        remedy="Build again when nothing writes to it any more.",
    )


def _key(flags: Sequence[str], sources: Sequence[Path], objects: Sequence[Path], depends: Sequence[Path]) -> str:
    """A hash of the compiler, its flags and the content of all files, as they are now."""
    contents = [(path, path.read_bytes()) for path in (*sources, *objects, *depends)]
    names = [f"{path.name}\0{len(content)}" for path, content in contents[: len(sources)]]
    return digest([_compiler_identity(), *flags, *names, *(content for _, content in contents)])


def _prune(folder: Path) -> None:
    """Keeps the cache small: beyond KEEP files the oldest quarter goes, except what may be in use."""
    try:
        files = sorted((path.stat().st_mtime, path) for path in folder.iterdir() if path.is_file())
        for used, path in files[: KEEP // 4] if len(files) > KEEP else []:
            if used < time.time() - IN_USE:
                path.unlink(missing_ok=True)
    except OSError:
        pass  # another process tidies up, or the folder is not there yet
