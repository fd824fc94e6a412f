# SPDX-License-Identifier: Apache-2.0
"""Kernels as a build compiles them, each once for a core and its flags in the whole test session."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ingot.link import toolchain
from ingot.link.kernel_store import KernelCompiler
from ingot.link.sources import kernel_folders
from support.session import VARIABLE


def kernel_objects(
    names: Iterable[str], cpu: str, more_flags: Sequence[str] = (), defines: Mapping[str, str | int] | None = None
) -> list[Path]:
    """The objects of C files of firmware/kernels, by the same command as the step compile_kernels: what one test
    compiled is there for the builds of others."""
    macros = [f"-D{name}={value}" for name, value in sorted((defines or {}).items())]
    arguments = [*toolchain.compile_flags(cpu, "kernels"), *more_flags, *macros]
    compiler = f"{toolchain.settings()['prefix']}gcc"
    return KernelCompiler(Path(os.environ[VARIABLE]) / "kernels" / cpu, compiler, arguments, kernel_folders()).objects(
        names
    )
