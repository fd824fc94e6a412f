# SPDX-License-Identifier: Apache-2.0
"""A folder for as long as the tests run, shared by the processes of pytest-xdist, and what is compiled once into it."""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

VARIABLE = "INGOT_TEST_SESSION"


def open_session() -> Path | None:
    """Makes the folder unless a parent process has; None then."""
    if os.environ.get(VARIABLE):
        return None
    folder = Path(tempfile.mkdtemp(prefix="ingot-tests-"))
    os.environ[VARIABLE] = str(folder)
    # Copies of the checkout are imported by many processes each.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    _quick_compiler(folder)
    return folder


def _quick_compiler(folder: Path) -> None:
    """Puts a cross compiler first in PATH that compiles a text once (remembering_compiler.sh)."""
    gcc = shutil.which("arm-none-eabi-gcc")
    if gcc is None or shutil.which("sha256sum") is None:
        return
    tools, compiled = folder / "tools", folder / "compiled"
    tools.mkdir()
    compiled.mkdir()
    script = Path(__file__).with_name("remembering_compiler.sh")
    words = [f"INGOT_COMPILER={shlex.quote(gcc)}", f"INGOT_COMPILED={shlex.quote(str(compiled))}"]
    tool = tools / "arm-none-eabi-gcc"
    tool.write_text(f'#!/bin/sh\n{" ".join(words)} exec {shlex.quote(str(script))} "$@"\n')
    tool.chmod(0o755)
    os.environ["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"


def path_without_memory() -> str:
    """PATH with the cross compiler itself, for tests of what it makes of a folder."""
    tools = str(Path(os.environ[VARIABLE]) / "tools")
    return os.pathsep.join(folder for folder in os.environ["PATH"].split(os.pathsep) if folder != tools)


def close_session(folder: Path | None) -> None:
    """Removes the folder that open_session() gave."""
    if folder is not None:
        os.environ.pop(VARIABLE, None)
        shutil.rmtree(folder, ignore_errors=True)


def session_folder(purpose: str) -> Path:
    """A new folder that goes when the tests are over."""
    return Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=os.environ[VARIABLE]))


def made_once(purpose: str, make: Callable[[Path], None]) -> Path:
    """The folder that make() fills, which the first process of the session calls. Not to be changed afterwards."""
    folder = Path(os.environ[VARIABLE]) / purpose
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".part")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder
