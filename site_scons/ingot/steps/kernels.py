# SPDX-License-Identifier: Apache-2.0
"""The step that compiles what networks call."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.base.quoting import command_words


def compile_kernels(
    c_infos: Sequence[Path],
    archive: Path,
    *,
    store: str,
    compiler: str,
    archiver: str,
    flags: Sequence[str] = (),
    defines: Sequence[str] = (),
    launcher: str = "",
) -> None:
    """Writes the archive of the kernels that some networks call.

    c_infos: descriptions of the networks. store, launcher: see ingot.link.kernel_store.KernelCompiler.
    compiler, archiver: programs. flags, defines ("NAME=value"): of the compiler's command line.
    """
    from ingot.link import toolchain
    from ingot.link.kernel_store import KernelCompiler
    from ingot.link.sources import kernel_folders
    from ingot.network.c_info import read_c_info

    names = {name for path in c_infos for name in read_c_info(path).kernels}
    arguments = [*flags, *(f"-D{macro}" for macro in sorted(defines))]
    before = command_words(launcher or toolchain.launcher())
    objects = KernelCompiler(Path(store), compiler, arguments, kernel_folders(), before).objects(names)
    with tempfile.TemporaryDirectory(prefix="ingot-kernels-") as folder:
        made = Path(folder) / archive.name
        done = subprocess.run(
            [archiver, "rcsD", str(made), *map(str, objects)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise IngotError(f"{archiver} failed:\n{done.stderr.strip()}", where=str(archive))
        write_if_changed(archive, made.read_bytes())
