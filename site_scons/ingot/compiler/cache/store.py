# SPDX-License-Identifier: Apache-2.0
"""A folder of entries by key. An entry is one file: whole and right, or not there.

An entry is written beside and renamed, so that writers and readers at the same time, and writers that are killed, never
show a part of one. What is read is compared with its checksum first; a damaged entry counts as missing and is removed.

Format: "INGOTC01", SHA-256 of the rest (32 bytes), then a zip of the files.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.base.untrusted import LARGEST, archive_errors

MAGIC = b"INGOTC01"
HEAD = len(MAGIC) + 32
EPOCH = (1980, 1, 1, 0, 0, 0)  # zip's first date: entries hold no time
LEFT_BEHIND = 3600  # seconds after which a temporary file belongs to no living writer


@dataclass(frozen=True)
class Stats:
    """Entries of a store, their bytes, and how many of them are damaged (None when nobody looked).

    found, missed: how often an entry was asked for and was there, or was not, since the store was emptied.
    """

    entries: int
    size: int
    damaged: int | None = None
    found: int = 0
    missed: int = 0


class Store:
    """The entries below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:]}.ingot"

    def load(self, key: str) -> dict[str, bytes] | None:
        """The files of an entry, None when there is none. Reading counts as use."""
        path = self.path(key)
        try:
            data = path.read_bytes()
        except OSError:
            self._count("missed")
            return None
        files = unpack(data)
        with contextlib.suppress(OSError):  # another user's cache: it can be read but not changed
            if files is None:
                path.unlink(missing_ok=True)
            else:
                os.utime(path)
        self._count("missed" if files is None else "found")
        return files

    def save(self, key: str, files: Mapping[str, bytes]) -> None:
        """Adds an entry. A cache that cannot be written to is no error: the next build compiles again."""
        with contextlib.suppress(OSError):
            write_if_changed(self.path(key), pack(files))

    def _counter(self, what: str) -> Path:
        return self.folder / f"{what}.count"

    def _count(self, what: str) -> None:
        """One byte more: appending needs no lock."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._counter(what).open("ab") as file:
                file.write(b".")

    def _counted(self, what: str) -> int:
        try:
            return self._counter(what).stat().st_size
        except OSError:
            return 0

    def entries(self) -> Iterator[Path]:
        return iter(sorted(self.folder.glob("??/*.ingot")))

    def stats(self, look: bool = False) -> Stats:
        """How much there is. look: read every entry and count the damaged."""
        count = size = damaged = 0
        for path in self.entries():
            with contextlib.suppress(FileNotFoundError):  # somebody cleans at the same time
                size += path.stat().st_size
                damaged += look and not _is_whole(path)
                count += 1
        return Stats(count, size, damaged if look else None, self._counted("found"), self._counted("missed"))

    def clean(self, unused_days: float = 0) -> Stats:
        """Removes what has not been used for so many days, and what killed writers left; what was removed.

        Counting begins anew when everything is removed. Raises IngotError when that is not allowed.
        """
        if unused_days < 0:
            raise IngotError(f"{unused_days:g} is no number of days", where="--unused-days")
        try:
            removed = self._remove(self.entries(), time.time() - unused_days * 86400)
            self._remove(self.folder.glob("??/.*.ingot.*"), time.time() - LEFT_BEHIND)
            if unused_days == 0:
                self._remove(self.folder.glob("*.count"), time.time())
        except PermissionError as error:
            raise IngotError(
                "is not yours to remove from", where=str(error.filename), remedy="INGOT_CACHE chooses another folder."
            ) from None
        return removed

    @staticmethod
    def _remove(paths: Iterable[Path], before: float) -> Stats:
        """Removes those files that were last used before a time (seconds since 1970); what was removed."""
        removed = size = 0
        for path in paths:
            with contextlib.suppress(FileNotFoundError):  # somebody else cleans at the same time
                found = path.stat()
                if found.st_mtime <= before:
                    path.unlink()
                    removed, size = removed + 1, size + found.st_size
        return Stats(removed, size)


def _is_whole(path: Path) -> bool:
    try:
        return unpack(path.read_bytes()) is not None
    except PermissionError:
        return False


def pack(files: Mapping[str, bytes]) -> bytes:
    """An entry of those files; the same files give the same bytes."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), files[name], zipfile.ZIP_DEFLATED, 1)
    return MAGIC + hashlib.sha256(body.getvalue()).digest() + body.getvalue()


def unpack(data: bytes) -> dict[str, bytes] | None:
    """The files of an entry, None when it is not exactly what `pack` made."""
    if data[: len(MAGIC)] != MAGIC or hashlib.sha256(data[HEAD:]).digest() != data[len(MAGIC) : HEAD]:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data[HEAD:])) as archive:
            listed = archive.infolist()
            if sum(item.file_size for item in listed) > LARGEST["array"]:
                return None
            return {item.filename: archive.read(item) for item in listed}
    except archive_errors():  # the checksum holds: somebody else than `pack` made it
        return None
