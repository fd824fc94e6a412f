# SPDX-License-Identifier: Apache-2.0
"""Where Ingot finds its own files, and where it may keep what it can make again."""

from __future__ import annotations

import functools
import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]

#: The folder with firmware/, boards/, models/ and toolchain/: of the installed package, else the checkout's top.
ROOT = _PACKAGE / "tree" if (_PACKAGE / "tree").is_dir() else _PACKAGE.parents[1]


def firmware_dir() -> Path:
    """The folder with runtime/, kernels/, startup/ and apps/."""
    return ROOT / "firmware"


def kernels_dir() -> Path:
    """The folder with the kernels' C sources and headers."""
    return firmware_dir() / "kernels"


def templates_dir() -> Path:
    """The folder with the templates of generated files."""
    return ROOT / "toolchain" / "templates"


def cache_dir() -> Path:
    """A folder of the user's for things that can be made again: INGOT_CACHE, else the system's cache folder."""
    chosen = os.environ.get("INGOT_CACHE")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "ingot"


def near(path: Path | str) -> str:
    """A path as build files should show it: relative to the working folder where it is below that, else absolute."""
    return _near(os.fspath(path), os.getcwd())


@functools.lru_cache(maxsize=4096)
def _near(path: str, folder: str) -> str:
    whole = Path(os.path.abspath(os.path.join(folder, path)))
    try:
        return whole.relative_to(folder).as_posix()
    except ValueError:
        return whole.as_posix()
