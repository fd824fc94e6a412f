# SPDX-License-Identifier: Apache-2.0
"""Object files of kernels, each compiled once for a core and its flags, whichever board or model asks for it.

A folder of the store is named by a hash of everything that goes into an object: it is never stale, and may be deleted
at any time. An object appears there when it is complete, with the SHA-256 that says so.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ingot.base.console import VERBOSE
from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.base.quoting import command_text
from ingot.link import toolchain

ATTEMPTS = 5

_INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True)
class KernelCompiler:
    """How kernels are compiled.

    store: the folder of all objects of a core. compiler: the program. arguments: flags and macros. folders: of kernels
    and of the headers that they include, as the command line names them; the kernels' is the first. launcher: words
    before the compiler's name.
    """

    store: Path
    compiler: str
    arguments: Sequence[str]
    folders: Sequence[str]
    launcher: Sequence[str] = ()

    def objects(self, names: Iterable[str]) -> list[Path]:
        """The objects of some C files, as many at a time as there are cores; what is in the store stays.

        Raises IngotError for a file that the compiler refuses, and for a compiler that is not there.
        """
        with ThreadPoolExecutor(_cores()) as pool:
            return list(pool.map(self._object, sorted(names)))

    def _object(self, name: str) -> Path:
        for _ in range(ATTEMPTS):
            key = self._key(name)
            target = self.store / key / f"{Path(name).stem}.o"
            if _is_whole(target):
                return target
            with tempfile.TemporaryDirectory(prefix="ingot-kernel-") as folder:
                made = Path(folder) / target.name
                self._compile(name, made, target)
                content = made.read_bytes()
            if self._key(name) == key:  # the compiler reads the files itself: they may have changed since
                write_if_changed(_sum_of(target), hashlib.sha256(content).hexdigest())
                write_if_changed(target, content)
                return target
        raise IngotError(
            f"the file, or a header, changed {ATTEMPTS} times while it was compiled",
            where=name,
            remedy="Build again when nothing writes to it any more.",
        )

    def _compile(self, name: str, made: Path, target: Path) -> None:
        include = [f"-I{folder}" for folder in self.folders]
        source = f"{self.folders[0]}/{name}"
        words = [*self.launcher, self.compiler, "-o", str(made), "-c", *self.arguments, *include]
        words += [*toolchain.prefix_maps(), source]
        if os.environ.get(VERBOSE):
            shown = [str(target) if word == str(made) else word for word in words]
            print(command_text(shown, windows=False), flush=True)
        try:
            # What GCC reads of the user's variables (CPATH and its like) does not count, as with SCons.
            environment = toolchain.compiler_environment()
            done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise toolchain.not_installed(words[0]) from None
        if done.returncode:
            raise IngotError(f"{Path(self.compiler).name} failed:\n{done.stderr.strip()}", where=source)
        if done.stderr:
            print(done.stderr, end="", flush=True)

    def _key(self, name: str) -> str:
        """A hash of compiler, arguments, and the texts of the file and of the headers that it includes."""
        total = hashlib.sha256()
        for text in (_identity(self.compiler), *self.arguments, *map(_placed, self.folders)):
            total.update(f"{len(text)} {text}".encode())
        for header, data in self._texts(name).items():
            total.update(f"{len(data)} {header} ".encode() + data)
        return total.hexdigest()[:16]

    def _texts(self, name: str) -> dict[str, bytes]:
        """The texts of a file and of what it includes of the folders, by name."""
        found: dict[str, bytes] = {}
        todo = [name]
        while todo:
            name = todo.pop()
            path = next((path for folder in self.folders if (path := Path(folder) / name).is_file()), None)
            if name not in found and path is not None:
                found[name] = path.read_bytes()
                todo += [word.decode(errors="replace") for word in _INCLUDE.findall(found[name])]
        return dict(sorted(found.items()))


def _placed(folder: str) -> str:
    """A folder as the object names it (prefix_maps): the same wherever the tree lies."""
    for word in toolchain.prefix_maps():
        old, _, new = word.removeprefix("-ffile-prefix-map=").rpartition("=")
        if folder.startswith(old):
            return new + folder[len(old) :]
    return folder


def _identity(compiler: str) -> str:
    """What tells a compiler from another one of that name."""
    path = shutil.which(compiler)
    if path is None:
        raise toolchain.not_installed(compiler)
    facts = os.stat(path)
    return f"{os.path.realpath(path)} {facts.st_size} {facts.st_mtime_ns}"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _sum_of(target: Path) -> Path:
    return target.with_suffix(".sha256")


def _is_whole(target: Path) -> bool:
    """Whether an object is there, and what it was when it was made."""
    try:
        return _sum_of(target).read_text() == hashlib.sha256(target.read_bytes()).hexdigest()
    except OSError:
        return False
