# SPDX-License-Identifier: Apache-2.0
"""One short text that changes whenever Ingot's own code does, so that builds notice."""

from __future__ import annotations

import functools
import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path

from ingot.base.files import Facts, file_facts, write_if_changed
from ingot.base.places import ROOT, cache_dir, kernels_dir

PACKAGE = Path(__file__).resolve().parents[1]
TREE = "tree"  # of an installed package: firmware/, boards/, ...; what of it is code has lines of its own below
COMPUTE_WITH = ("flatbuffers", "jinja2", "numpy", "tflite")  # what a compilation's result comes through

_STARTED = time.time()


def code_is_older_than_this_process() -> bool:
    """Whether the code on disk is what this process runs: no file changed, or came here, since it started."""
    return all(max(status.st_mtime, status.st_ctime) < _STARTED for status in map(Path.stat, code_files()))


def code_files() -> list[Path]:
    """The files that decide what the steps write; in an order that every machine agrees on.

    All of the package, whatever it is called: a list of what no result depends on would go wrong as the package grows.
    Beside it toolchain/ (templates, compiler settings) and the kernels, whose headers say what network.c includes.
    """
    return [Path(path) for path in _named_files().values()]


@functools.cache
def code_stamp() -> str:
    """16 hex digits over the names and contents of `code_files`, as they are when a process first asks.

    As long as no file's facts change, the stamp that was computed before counts: a build in which nothing changed reads
    no file for it.
    """
    facts = {name: file_facts(path) for name, path in _named_files().items()}
    known = cache_dir() / "stamp" / hashlib.sha256(repr([*facts.items()]).encode()).hexdigest()[:32]
    with suppress(OSError, ValueError):
        return f"{int(known.read_text(), 16):016x}"
    stamp = stamp_of_code()
    # A file that changes once more within a tick of the file system's clock would keep its facts.
    if max(found[1] if found else 0 for found in facts.values()) < time.time_ns() - SETTLED:
        with suppress(OSError):  # a cache that cannot be written only costs time
            write_if_changed(known, stamp)
    return stamp


SETTLED = 2_000_000_000  # ns; FAT has ticks of two seconds


def stamp_of_code() -> str:
    """What the stamp is at this moment. It is the same in a checkout and installed."""
    digest = hashlib.sha256()
    for name, path in _named_files().items():
        digest.update(name.encode() + b"\0")
        digest.update(_content(path, file_facts(path)))
    return digest.hexdigest()[:16]


@functools.lru_cache(maxsize=4096)
def _content(path: str, facts: Facts | None) -> bytes:
    return hashlib.sha256(Path(path).read_bytes()).digest()


def _named_files() -> dict[str, str]:
    """Name, from the package or from the folder of toolchain/ and firmware/, -> file."""
    found: dict[str, str] = {}
    for folder, top in ((PACKAGE, PACKAGE), (ROOT / "toolchain", ROOT), (kernels_dir(), ROOT)):
        for path, folders, names in os.walk(folder):  # in a third of the time that Path.rglob takes
            apart = (TREE, "__pycache__") if path == str(PACKAGE) else ("__pycache__",)
            folders[:] = [name for name in folders if name not in apart]
            inside = os.path.relpath(path, top).replace(os.sep, "/")
            found |= {f"{inside}/{name}": f"{path}/{name}" for name in names if not name.startswith(".")}
    return dict(sorted(found.items()))


@functools.cache
def library_versions() -> tuple[str, ...]:
    """The versions of the libraries that results come through, and of Python."""
    import platform
    from importlib.metadata import version

    return (platform.python_version(), platform.machine(), *(f"{name} {version(name)}" for name in COMPUTE_WITH))
