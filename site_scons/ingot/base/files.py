# SPDX-License-Identifier: Apache-2.0
"""Writing outputs so that nothing half-written is ever left, and nothing is touched that did not change."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ingot.base.errors import IngotError


def write_if_changed(path: Path, data: bytes | str) -> bool:
    """Writes `data` to `path` beside and renames; keeps the file (and its time) when the content is the same.

    Text is written as UTF-8 with LF. Returns whether the file changed. Missing folders are made.
    """
    content = data.encode() if isinstance(data, str) else data
    try:
        if path.read_bytes() == content:
            return False
    except OSError:
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):  # the file that is meant, not the one beside
            raise type(error)(error.errno, error.strerror, str(path)) from None
        raise
    return True


Facts = tuple[int, int, int, int]


def file_facts(path: Path | str) -> Facts | None:
    """What changes when a file does: bytes, latest time (ns), time of its content, inode. None where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, max(status.st_ctime_ns, status.st_mtime_ns), status.st_mtime_ns, status.st_ino


def make_build_folder(build: Path, option: str) -> None:
    """Makes the folder for everything that is built. Raises IngotError where it cannot be written.

    option: how a user says another one: "build=", "--build ".
    """
    remedy = f"Build in another place: {option}/path/of/yours."
    try:
        build.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise IngotError(f"the folder cannot be made: {reason}", where=str(build), remedy=remedy) from None
    if not os.access(build, os.W_OK):
        raise IngotError("the folder cannot be written to", where=str(build), remedy=remedy)
