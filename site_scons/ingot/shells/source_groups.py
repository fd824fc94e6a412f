# SPDX-License-Identifier: Apache-2.0
"""The C files of a network for a build system that brings its own compiler, core and linker script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingot.link import toolchain
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.job import StepJob
from ingot.recipe.kernels import kernel_files

#: What the other build system decides: debug information and warnings.
_OTHERS = ("-g", "-Wall", "-Wextra")


@dataclass(frozen=True)
class SourceGroup:
    """C files that are compiled alike: paths as the recipe has them, flags without those that choose the core."""

    name: str
    sources: tuple[str, ...]
    flags: tuple[str, ...]
    defines: Mapping[str, str | int]
    folders: tuple[str, ...]


def source_groups(firmware: FirmwareBuild) -> list[SourceGroup]:
    """The groups "network", "runtime" and "kernels" of a firmware whose networks the built-in compiler makes."""
    kernels = kernel_files(firmware.first)
    parts = [("network", firmware.objects("network")), ("runtime", firmware.objects("runtime")), ("kernels", kernels)]
    left = {*toolchain.cpu_flags(firmware.first.board.core), *_OTHERS}
    groups = []
    for name, jobs in parts:
        first = jobs[0]
        assert all((job.flags, job.defines, job.folders) == (first.flags, first.defines, first.folders) for job in jobs)
        flags = tuple(flag for flag in first.flags if flag not in left)
        groups.append(SourceGroup(name, tuple(job.source for job in jobs), flags, first.defines, first.folders))
    return groups


def generating_steps(firmware: FirmwareBuild) -> list[StepJob]:
    """The steps that write what the groups and the flash need: C files, headers and weights."""
    jobs = [*firmware.generate_networks(), *(network.weights_hex() for network in firmware.networks)]
    return [job for job in jobs if isinstance(job, StepJob)]
