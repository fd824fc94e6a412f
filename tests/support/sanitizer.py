# SPDX-License-Identifier: Apache-2.0
"""The portable kernels under the alignment and undefined-behaviour sanitizers of the host's compiler.

A report becomes the error of the kernel call that caused it, so that hypothesis finds the smallest such model.
"""

from __future__ import annotations

import functools
from pathlib import Path

from ingot.base.places import kernels_dir
from ingot.device.run import direct
from ingot.device.run.host_kernels import KernelLibrary

FLAGS = ("-fsanitize=alignment,undefined", "-static-libubsan", "-O1")
"""-O1 compiles in less time, and checks the same. Each library has a runtime of its own, which reports to it."""
REPORT = Path(__file__).with_name("ubsan_report.c")


def sanitized(folder: Path) -> KernelLibrary:
    """The kernels of a folder, under the sanitizers."""
    return KernelLibrary(folder, FLAGS, (REPORT,))


@functools.cache
def sanitized_kernels() -> KernelLibrary:
    """Those of this checkout."""
    return sanitized(kernels_dir())


def sanitize_all_tests() -> None:
    """From now on every kernel that runs on the host without a library of its own is one of sanitized_kernels()."""
    direct.host_kernels = sanitized_kernels
