# SPDX-License-Identifier: Apache-2.0
"""The archive of all kernels: compiled once for each core and set of flags, shared by boards and models."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingot.base.places import firmware_dir, kernels_dir
from ingot.link.sources import kernel_sources
from ingot.recipe.job import ArchiveJob, CompileJob, Job
from ingot.recipe.network import NetworkBuild, near


def kernel_archive(
    network: NetworkBuild, more_flags: Sequence[str] = (), defines: Mapping[str, str | int] | None = None
) -> tuple[list[Job], str]:
    """The jobs, and the archive. more_flags, defines: of the kernels of a relocatable image.

    The folder's name says core, flags and files, so that what differs in any never shares a file.
    """
    core = network.board.core
    flags = (*network.flags("kernels"), *more_flags)
    macros = [f"{name}={value}" for name, value in (defines or {}).items()]
    sources = kernel_sources()
    # With other files it is another archive: nobody has to remove what an older one has.
    names = [path.name for path in sources]
    text = "\0".join([network.compiler, *flags, *macros, network.request.variant, *names])
    folder = f"{network.request.kernels}/{core}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    folders = (near(kernels_dir()), near(firmware_dir() / "runtime"))
    kind = "position-independent files" if more_flags else "files"
    jobs: list[Job] = [
        CompileJob(
            target=f"{folder}/{path.stem}.o",
            source=near(path),
            compiler=network.compiler,
            flags=flags,
            defines=defines or {},
            folders=folders,
            group=f"kernels|{len(sources)} {kind} for {core}",
        )
        for path in sources
    ]
    archive = f"{folder}/libingot_kernels.a"
    objects = tuple(_target(path, folder) for path in sources)
    return [*jobs, ArchiveJob(archive, objects, network.archiver)], archive


def _target(source: Path, folder: str) -> str:
    return f"{folder}/{source.stem}.o"
