# SPDX-License-Identifier: Apache-2.0
"""Paths and words as each language of a build reads them. The only place that quotes them.

Paths of a recipe have forward slashes on Windows too (`forward`): every language here reads those there. windows: for
that system's rules; by default for those of the system that this runs on.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import PurePath, PurePosixPath, PureWindowsPath

WINDOWS = os.name == "nt"


def forward(path: PurePath | str, windows: bool = WINDOWS) -> str:
    """A path with forward slashes. On POSIX a backslash is a letter of a name, and stays."""
    if isinstance(path, PurePath):
        return path.as_posix()
    return path.replace("\\", "/") if windows else path


def is_absolute(path: str) -> bool:
    """Whether a path needs no folder in front, on either system: /a, C:/a, C:\\a, \\\\server\\share\\a."""
    return PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()


def _drive(path: str, windows: bool) -> str:
    """`C:` at the start of a path of Windows, else ""."""
    return path[:2] if windows and re.match(r"[A-Za-z]:", path) else ""


# ---- command lines


def command_text(words: Sequence[str], windows: bool = WINDOWS) -> str:
    """Words as a text that a shell of POSIX, or a new process of Windows, takes apart into the same words."""
    return subprocess.list2cmdline(words) if windows else shlex.join(words)


def command_words(text: str, windows: bool = WINDOWS) -> list[str]:
    """The words of a command that a user gives in one text. On Windows a backslash is part of a path."""
    if not windows:
        return shlex.split(text)
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.escape, lexer.commenters = True, "", ""
    return list(lexer)


def linker_words(option: str, path: str) -> list[str]:
    """Words of the compiler's command line that hand an option with a path to the linker.

    `-Wl,` takes a word apart at its commas; a path that has one goes behind -Xlinker.
    """
    parts = [option, path] if not option.endswith("=") else [option + path]
    if "," in path:
        return [word for part in parts for word in ("-Xlinker", part)]
    return [",".join(["-Wl", *parts])]


# ---- Make


def make_path(path: str, windows: bool = WINDOWS) -> str:
    """A path as a target or prerequisite of a rule of Make, or of a depfile that Ninja and CMake read.

    A colon ends the targets but for that of a drive. Make takes a backslash away in front of what it quotes only.
    """
    drive = _drive(path, windows)
    quoted = re.sub(r"(\\*)([ #:])", r"\1\1\\\2", path[len(drive) :])
    return drive + quoted.replace("$", "$$")


def make_words(paths: Sequence[str], windows: bool = WINDOWS) -> str:
    return " ".join(make_path(path, windows) for path in paths)


def make_value(text: str) -> str:
    """A text as the value of a variable of Make."""
    return text.replace("$", "$$").replace("#", "\\#")


def make_command(words: Sequence[str], windows: bool = WINDOWS) -> str:
    """A command in a recipe of Make, whose shell is a POSIX one on Windows too (docs/make.md)."""
    return shlex.join(words).replace("$", "$$")


# ---- Ninja


def ninja_path(path: str) -> str:
    """A path of a build statement of Ninja, which takes the colon of a drive for its own as well."""
    return path.replace("$", "$$").replace(" ", "$ ").replace(":", "$:")


def ninja_value(text: str) -> str:
    """A text as the value of a variable of Ninja."""
    return text.replace("$", "$$")


# ---- CMake


def cmake_text(text: str) -> str:
    """A text as one quoted argument of CMake, literally: no variable, no list."""
    return '"' + re.sub(r'(["\\$;])', r"\\\1", text) + '"'
