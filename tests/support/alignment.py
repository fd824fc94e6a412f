# SPDX-License-Identifier: Apache-2.0
"""The debug build of the kernels that stops at a pointer which is not aligned to its elements, and where it stopped.

QEMU lets a vector load or store of 16- or 32-bit elements pass at any address, the core faults. INGOT_CHECK_ALIGNMENT
checks the pointers of vectors (firmware/kernels/ingot_kernel.h), the compiler's sanitizer those of everything in C.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from ingot.link import toolchain

CHECKS = ("-DINGOT_CHECK_ALIGNMENT", "-fsanitize=alignment", "-fsanitize-undefined-trap-on-error")
"""Further flags for the cross compiler: a pointer that is not aligned ends in an unknown instruction, a UsageFault."""

_FAULT = re.compile(r"pc=(0x[0-9a-fA-F]+)")


def stopped_at(elf: Path, lines: Iterable[str]) -> str:
    """The functions and lines of source, innermost first, at which a firmware's fault message says that it stopped;
    "" when there is no such message."""
    found = _FAULT.search("\n".join(lines))
    if found is None:
        return ""
    command = [toolchain.tool("addr2line"), "-e", str(elf), "-i", "-f", "-s", "-p", found[1]]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
