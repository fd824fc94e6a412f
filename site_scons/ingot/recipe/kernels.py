# SPDX-License-Identifier: Apache-2.0
"""The archive of the kernels that networks call. Each is compiled once for a core and its flags, in a place that boards
and models share."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

from ingot.base.places import firmware_dir, kernels_dir, near
from ingot.link.sources import kernel_folders, kernel_sources
from ingot.recipe.job import CompileJob, StepJob
from ingot.recipe.network import NetworkBuild
from ingot.recipe.step import Step


def kernel_archive(
    networks: Sequence[NetworkBuild],
    archive: str,
    more_flags: Sequence[str] = (),
    defines: Mapping[str, str | int] | None = None,
) -> StepJob:
    """The job, for the first network's core and flags. more_flags, defines: of the kernels of a relocatable image."""
    first = networks[0]
    core = first.board.core
    store = f"{first.request.kernels}/{core}"
    options = {
        "store": store,
        "compiler": first.compiler,
        "archiver": first.archiver,
        "flags": [*first.flags("kernels"), *more_flags],
        "defines": [f"{name}={value}" for name, value in sorted((defines or {}).items())],
        "launcher": first.request.launcher or None,
    }
    step = Step("compile_kernels", {"c_infos": [network.info for network in networks]}, {"archive": archive}, options)
    kind = "position-independent, " if more_flags else ""
    return StepJob(step, _read(), label=f"{kind}for {core}", folder=store)


def kernel_files(network: NetworkBuild) -> list[CompileJob]:
    """How each kernel is compiled: for editors, and for build systems that compile all of them themselves."""
    folder = f"{network.request.kernels}/{network.board.core}"
    return [
        CompileJob(
            target=f"{folder}/{path.stem}.o",
            source=near(path),
            compiler=network.compiler,
            flags=tuple(network.flags("kernels")),
            folders=tuple(kernel_folders()),
        )
        for path in kernel_sources()
    ]


@functools.cache
def _sources() -> tuple[str, ...]:
    return tuple(str(path) for folder in (kernels_dir(), firmware_dir() / "runtime") for path in folder.glob("*.[ch]"))


def _read() -> tuple[str, ...]:
    """What the step reads besides its inputs: any kernel, and all headers."""
    return tuple(near(path) for path in sorted(_sources()) if path.endswith(".h") or "/kernels/" in path)
