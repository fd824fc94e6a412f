# SPDX-License-Identifier: Apache-2.0
"""The files of an st_ai_output: a folder, or a zip as ST's cloud hands it out."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ingot.base.errors import IngotError

#: What the tools' readers look for, in this order.
INFO_NAMES = ("{name}_c_info.json", "{name}.json", "c_info.json")
#: What can be of use in an output, by the end of its name; the rest (models, libraries, a whole project) is left alone.
SUFFIXES = (".c", ".h", ".json", ".txt", ".raw", ".bin", ".hex", ".mpool")
#: More than any flash holds. A zip of a few kilobytes can claim any size.
LARGEST = 512 << 20
_PLAIN = re.compile(r"[\w][\w.+ -]*")
REMEDY = "Give the folder that `stedgeai generate` wrote (st_ai_output), or a zip of it."


@dataclass(frozen=True)
class StOutput:
    """A folder or zip. members: base name -> member; of two files of one name the one less deep is meant.

    A file is read once, so that what is copied is what was checked; contents: name -> bytes of those read so far.
    """

    path: Path
    members: Mapping[str, str]
    contents: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)

    @property
    def zipped(self) -> bool:
        return self.path.is_file()

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def read(self, name: str) -> bytes:
        """The file's bytes, as they were at the first time. Raises IngotError."""
        if name not in self.contents:
            self.contents[name] = self._read(name)
        return self.contents[name]

    def _read(self, name: str) -> bytes:
        try:
            if self.zipped:
                with zipfile.ZipFile(self.path) as archive:
                    return archive.read(self.members[name])
            return (self.path / self.members[name]).read_bytes()
        except (OSError, KeyError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
            raise IngotError(f"cannot read the file: {error}", where=self.where(name)) from None

    def text(self, name: str) -> str:
        """The file's text; bytes that are no UTF-8 (in ST's comments) become question marks."""
        return self.read(name).decode("utf-8-sig", errors="replace")

    def where(self, name: str) -> str:
        """How messages name a file of it."""
        member = self.members.get(name, name)
        return f"{self.path}:{member}" if self.zipped else str(self.path / member)

    def raws(self) -> tuple[str, ...]:
        """Names of initializer files, sorted: `<x>.<postfix>.raw`, or `.bin` as ST's scripts rename them."""
        raws = {name for name in self.members if name.endswith(".raw")}
        known = {_postfix(name) for name in raws}
        bins = {name for name in self.members if name.endswith(".bin") and name.count(".") > 1}
        return tuple(sorted(raws | {name for name in bins if _postfix(name) not in known}))


def _postfix(name: str) -> str:
    """`xSPI2` of network_atonbuf.xSPI2.raw."""
    return name.split(".")[-2]


def open_output(path: Path) -> StOutput:
    """Lists a folder or zip. Raises IngotError when it is neither, or a zip that nobody's tool would write."""
    if path.is_dir():
        found = [
            (item.relative_to(path).as_posix(), 0)
            for item in path.rglob("*")
            if item.name.endswith(SUFFIXES) and item.is_file()
        ]
    elif path.is_file():
        try:
            with zipfile.ZipFile(path) as archive:
                found = [(info.filename, info.file_size) for info in archive.infolist() if not info.is_dir()]
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise IngotError(f"is not a readable zip file: {error}", where=str(path), remedy=REMEDY) from None
    else:
        raise IngotError("there is no such folder or zip file", where=str(path), remedy=REMEDY)
    return StOutput(path, _members(path, found))


def _members(path: Path, found: Iterable[tuple[str, int]]) -> dict[str, str]:
    """Base name -> member. Folders in a zip never become folders here, so that `..` in its names leads nowhere."""
    members: dict[str, str] = {}
    total = 0
    for member, size in sorted(found, key=lambda item: (item[0].count("/"), item[0])):
        name = PurePosixPath(member.replace("\\", "/")).name  # as zip programs of Windows write it
        if not name.endswith(SUFFIXES) or name.startswith("."):  # macOS adds ._network.c
            continue
        if not _PLAIN.fullmatch(name):
            what = f"the name {name!a} in it has characters that names of ST's files have not"
            raise IngotError(what, where=str(path), remedy="Rename or remove that file.")
        total += size
        if total > LARGEST:
            what = f"the files in it are said to have more than {LARGEST >> 20} MiB together"
            raise IngotError(what, where=str(path), remedy=REMEDY)
        members.setdefault(name, member)
    return members


def network_name(output: StOutput) -> str:
    """The C name of the network in it, from the names of its files. Raises IngotError when there is no network."""
    for suffix in ("_c_info.json", "_generate_report.txt", "_ecblobs.h"):
        names = sorted(name.removesuffix(suffix) for name in output.members if name.endswith(suffix))
        names = [name for name in names if name]
        if names:
            return "network" if "network" in names else names[0]
    if "network.c" in output or "c_info.json" in output:
        return "network"
    sources = sorted(name for name in output.members if name.endswith(".c") and not name.startswith("stai_"))
    if sources:
        return sources[0].removesuffix(".c")
    raise IngotError("there is neither a c_info.json nor a network.c in it", where=str(output.path), remedy=REMEDY)


def info_name(output: StOutput, name: str) -> str | None:
    """The c_info file's name, None when there is none."""
    for pattern in INFO_NAMES:
        if (candidate := pattern.format(name=name)) in output:
            return candidate
    return None
