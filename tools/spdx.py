#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that every source file says in its head which licence it is under; with --write, adds the line.

Ingot is Apache-2.0. Examples are there to be copied: 0BSD. Text of templates ends up in files of users: either of both.
Data (YAML, JSON, .mpool), pages and the projects of tests/failing have no such line; LICENSE and NOTICE cover them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

TAG = "SPDX-License-Identifier:"
TOP = Path(__file__).resolve().parents[1]
STYLES = {
    "#": "# {}\n",
    "/*": "/* {} */\n",
    "{#": "{{# {} #}}\n",
}
SUFFIXES = {
    **dict.fromkeys((".py", ".pyi", ".sh", ".cmake", ".mk", ".toml"), "#"),
    **dict.fromkeys((".c", ".h", ".s", ".S", ".ld"), "/*"),
    ".j2": "{#",
}
NAMES = dict.fromkeys(
    ("bootstrap", "run", "SConstruct", "SConscript", "Makefile", "CMakeLists.txt", "MANIFEST.in"), "#"
)
THIRD_PARTY = "third_party/"  # files of others, as they are
FAILING = "tests/failing/"  # projects of users, whose lines are counted in messages
GENERATED = {".git", ".venv", "__pycache__", "dist"}


def style_of(path: Path) -> str:
    """How a comment begins in that file: a key of STYLES, "" for a file that has no such line."""
    if path.as_posix().startswith(THIRD_PARTY):
        return ""
    if path.as_posix().startswith(FAILING) and path.suffix != ".py":
        return ""
    return NAMES.get(path.name) or SUFFIXES.get(path.suffix, "")


def licence_of(path: Path) -> str:
    """The SPDX expression of a file, whose path is relative to the top."""
    if path.parts[0] == "examples":
        return "0BSD"
    return "Apache-2.0 OR 0BSD" if path.suffix == ".j2" else "Apache-2.0"


def line_of(path: Path) -> str:
    """The whole line, with its end."""
    return STYLES[style_of(path)].format(f"{TAG} {licence_of(path)}")


def with_line(path: Path, text: str) -> str:
    """The text with the right line: the first, or the second after `#!`. A wrong one is replaced."""
    head, lines = [], text.splitlines(keepends=True)
    if lines and lines[0].startswith("#!"):
        head, lines = lines[:1], lines[1:]
    if lines and TAG in lines[0]:
        lines = lines[1:]
    return "".join([*head, line_of(path), *lines])


def sources(top: Path) -> Iterator[Path]:
    """All files with such a line, relative to the top: those that Git has or would take, in an sdist all."""
    if (top / ".git").exists():
        command = ["git", "-C", str(top), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
        found = sorted({Path(name) for name in listed if name and (top / name).is_file()})
    else:
        found = sorted(path.relative_to(top) for path in top.rglob("*") if path.is_file())
        found = [path for path in found if not GENERATED & set(path.parts) and path.parts[0] != "build"]
    return (path for path in found if style_of(path))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="add the line where it is missing or wrong")
    parser.add_argument("top", nargs="?", type=Path, default=TOP, help="the folder; default: the checkout")
    arguments = parser.parse_args()
    wrong = 0
    for path in sources(arguments.top):
        file = arguments.top / path
        text = file.read_bytes().decode()
        right = with_line(path, text)
        if right == text:
            continue
        wrong += 1
        if arguments.write:
            file.write_bytes(right.encode())
        else:
            print(f"{path.as_posix()}: expected {line_of(path).strip()}")
    if wrong:
        print(
            f"{wrong} files {'changed' if arguments.write else 'to mend: python tools/spdx.py --write'}",
            file=sys.stderr,
        )
    return 1 if wrong and not arguments.write else 0


if __name__ == "__main__":
    sys.exit(main())
