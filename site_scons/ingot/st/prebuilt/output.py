# SPDX-License-Identifier: Apache-2.0
"""The files of an st_ai_output: a folder, or a zip as ST's cloud hands it out."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ingot.base.errors import IngotError
from ingot.base.untrusted import archive_errors

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
    """One network's files in a folder or zip. members: base name -> member; of two files of one name the one less deep
    is meant.

    prefix: what the files' names begin with. Up to ST Edge AI 2.2 that is not the network's C name: network.c defines
    LL_ATON_..._Default.
    A file is read once, so that what is copied is what was checked; contents: name -> bytes of those read so far.
    """

    path: Path
    members: Mapping[str, str]
    prefix: str
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
        except archive_errors() as error:
            raise IngotError(f"cannot read the file: {error}", where=self.where(name)) from None

    def text(self, name: str) -> str:
        """The file's text; bytes that are no UTF-8 (in ST's comments) become question marks."""
        return self.read(name).decode("utf-8-sig", errors="replace")

    def where(self, name: str) -> str:
        """How messages name a file of it."""
        member = self.members.get(name, name)
        return f"{self.path}:{member}" if self.zipped else str(self.path / member)


def open_output(path: Path, name: str = "") -> StOutput:
    """Lists a folder or zip. name: which network is meant, where there are files of several.

    Raises IngotError when it is neither, a zip that nobody's tool would write, without a network, or with several of
    which none has that name.
    """
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
        except archive_errors() as error:
            raise IngotError(f"is not a readable zip file: {error}", where=str(path), remedy=REMEDY) from None
    else:
        raise IngotError("there is no such folder or zip file", where=str(path), remedy=REMEDY)
    members = _members(path, found)
    prefixes = _prefixes(members)
    prefix = _chosen(path, prefixes, name)
    own = {file: member for file, member in members.items() if _owner(file, prefixes) in ("", prefix)}
    return StOutput(path, own, prefix)


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


def _prefixes(members: Mapping[str, str]) -> list[str]:
    """Prefixes of the networks' files, from the surest evidence that there is."""
    for suffix in ("_c_info.json", "_ecblobs.h", "_generate_report.txt"):
        names = sorted(file.removesuffix(suffix) for file in members if file.endswith(suffix))
        if names := [name for name in names if name and (suffix != "_ecblobs.h" or f"{name}.c" in members)]:
            return names
    if "network.c" in members or "c_info.json" in members:
        return ["network"]
    sources = sorted(file for file in members if file.endswith(".c") and not file.startswith("stai_"))
    return [sources[0].removesuffix(".c")] if sources else []


def _chosen(path: Path, prefixes: Sequence[str], name: str) -> str:
    if not prefixes:
        raise IngotError("there is neither a c_info.json nor a network.c in it", where=str(path), remedy=REMEDY)
    for prefix in (name, "network") if len(prefixes) > 1 else prefixes:
        if prefix in prefixes:
            return prefix
    listed = ", ".join(f"'{prefix}'" for prefix in prefixes)
    raise IngotError(
        f"there are files of several networks in it: {listed}",
        where=str(path),
        remedy=f"Choose one: name={prefixes[0]}, or --network {prefixes[0]} for `ingot npu`.",
    )


def _owner(file: str, prefixes: Sequence[str]) -> str:
    """The prefix of the network that a file belongs to by its name, "" for none."""
    stem = file.removeprefix("stai_")
    owners = [prefix for prefix in prefixes if stem.startswith((f"{prefix}_", f"{prefix}."))]
    return max(owners, key=len, default="")


def info_name(output: StOutput, name: str) -> str | None:
    """The c_info file's name, None when there is none."""
    for pattern in INFO_NAMES:
        if (candidate := pattern.format(name=name)) in output:
            return candidate
    return None
