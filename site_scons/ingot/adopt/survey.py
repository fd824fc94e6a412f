# SPDX-License-Identifier: Apache-2.0
"""What a repository holds of what Ingot works with: files by kind, and memory ranges by file and line. Reads only."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.board import Mpool, Range, read_mpool

#: Folders that hold no project's own files.
SKIPPED = {".git", "build", "boards", "Drivers", "Middlewares", "Utilities", "node_modules", ".venv"}
#: The longest file that is read as text.
LONGEST = 4 << 20
#: Kind -> what its files are called.
KINDS = {
    "Makefile": re.compile(r"(?i)(gnu)?makefile"),
    "CMake": re.compile(r"CMakeLists\.txt"),
    "SCons": re.compile(r"SConstruct"),
    "STM32CubeIDE": re.compile(r"\.c?project"),
    "west": re.compile(r"west\.yml"),
    "Zephyr": re.compile(r"prj\.conf"),
    "linker script": re.compile(r".*\.ld"),
    "pools": re.compile(r".*\.mpool"),
    "application header": re.compile(r"app_config\.h"),
    "model": re.compile(r".*\.(tflite|onnx)"),
    "weights": re.compile(r".*_data\.hex"),
    "script": re.compile(r".*\.(sh|bat|conf)"),
    "network": re.compile(r"[A-Za-z]\w*\.c"),
}
_NETWORK = "LL_ATON_EpochBlockItems_"
_REGION = re.compile(
    r"^\s*(\w+)\s*(?:\([^)]*\))?\s*:\s*(?:ORIGIN|org|o)\s*=\s*(0x[0-9A-Fa-f]+|\d+)\s*,\s*(?:LENGTH|len|l)\s*=\s*"
    r"(0x[0-9A-Fa-f]+|\d+)\s*([KM]?)",
    re.MULTILINE,
)
_ADDRESS = re.compile(r"\b0x[0-9A-Fa-f]{8}\b")


@dataclass(frozen=True)
class Found:
    """A file. path: from the repository's folder."""

    kind: str
    path: Path


@dataclass(frozen=True)
class Region:
    """A memory of a linker script. where: file:line."""

    name: str
    range: Range
    where: str


@dataclass(frozen=True)
class Survey:
    """A repository. pools, regions: by the file they are in. addresses: what is typed in scripts and Makefiles, with
    its places. unread: files that are broken, and why."""

    root: Path
    files: tuple[Found, ...]
    pools: dict[Path, Mpool]
    regions: dict[Path, tuple[Region, ...]]
    addresses: dict[int, tuple[str, ...]]
    unread: tuple[str, ...]

    def of(self, kind: str) -> list[Path]:
        return [found.path for found in self.files if found.kind == kind]


def survey(root: Path) -> Survey:
    """Looks at all files below a folder. Raises IngotError when there is no such folder."""
    if not root.is_dir():
        raise IngotError("there is no such folder", where=str(root), remedy="Give the folder of a repository.")
    files = tuple(_files(root))
    pools: dict[Path, Mpool] = {}
    regions: dict[Path, tuple[Region, ...]] = {}
    typed: dict[int, list[str]] = {}
    unread: list[str] = []
    for found in files:
        if found.kind == "pools":
            try:
                pools[found.path] = read_mpool(root / found.path)
            except IngotError as error:
                unread.append(f"{found.path}: {error.what}")
        elif found.kind == "linker script":
            regions[found.path] = tuple(_regions(root, found.path))
        elif found.kind in ("script", "Makefile"):
            for line, address in _typed(_text(root / found.path)):
                typed.setdefault(address, []).append(f"{found.path}:{line}")
    addresses = {address: tuple(places) for address, places in sorted(typed.items())}
    return Survey(root, files, pools, regions, addresses, tuple(unread))


def _files(root: Path) -> Iterator[Found]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith("STM32Cube_FW"))
        for name in sorted(names):
            path = Path(folder, name)
            for kind, pattern in KINDS.items():
                if pattern.fullmatch(name) and (kind != "network" or _NETWORK in _text(path)):
                    yield Found(kind, path.relative_to(root))
                    break


def _text(path: Path) -> str:
    try:
        return "" if path.stat().st_size > LONGEST else path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _regions(root: Path, path: Path) -> Iterator[Region]:
    text = _text(root / path)
    for found in _REGION.finditer(text):
        start = int(found[2], 0)
        size = int(found[3], 0) << {"": 0, "K": 10, "M": 20}[found[4]]
        yield Region(found[1], Range(start, start + size), f"{path}:{text.count(chr(10), 0, found.start(1)) + 1}")


def _typed(text: str) -> Iterator[tuple[int, int]]:
    """(line, address) of memory addresses outside comments."""
    for number, line in enumerate(text.splitlines(), 1):
        for word in _ADDRESS.findall(line.split("#", 1)[0]):
            if int(word, 16) >= 0x20000000:
                yield number, int(word, 16)


def first_hex_address(path: Path) -> int | None:
    """The first address of an Intel HEX file; None when it has none in its first lines."""
    high = 0
    with open(path, encoding="ascii", errors="replace") as file:
        for _, line in zip(range(8), file, strict=False):
            if re.fullmatch(r":02000004[0-9A-Fa-f]{6}\s*", line):
                high = int(line[9:13], 16) << 16
            elif re.match(r":[0-9A-Fa-f]{2}[0-9A-Fa-f]{4}00", line):
                return high + int(line[3:7], 16)
    return None


def facts(known: Survey) -> dict[str, object]:
    """What was found, for JSON."""
    kinds = {kind: [str(path) for path in known.of(kind)] for kind in KINDS}
    typed = {f"0x{address:08X}": list(places) for address, places in known.addresses.items()}
    found: dict[str, object] = json.loads(json.dumps({"files": kinds, "addresses": typed}))
    return found
