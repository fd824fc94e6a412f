# SPDX-License-Identifier: Apache-2.0
"""Which files of firmware/kernels/ a kernel is declared and defined in.

Declared: the header that names it, as `ingot_<kernel>(` or as an argument of a macro that makes prototypes.
Defined: the C file whose name is the longest beginning of the kernel's, else the one that names the kernel. Such a file
says "Needs <file>.c" of another one that it calls.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.places import kernels_dir
from ingot.compiler.kernels.program import Call

_NEEDS = re.compile(r"\bNeeds (\w+\.c)\b")


def header_of(call: Call) -> str:
    """The header to include for a call. Raises IngotError when none declares the kernel.

    A kernel that no header names whole is of a family whose header makes the prototypes from lists: that of the C file
    that defines it, else its descriptor's.
    """
    own = f"{call.descriptor}.h"
    names = _naming(call.kernel, "*.h")
    if own in names:
        return own
    if not names:
        headers = _words(kernels_dir(), "*.h")
        names = [name for name in (f"{source_of(call).removesuffix('.c')}.h", own) if name in headers]
    if not names:
        raise _unknown(call.kernel, "header declares")
    return names[0]


def source_of(call: Call) -> str:
    """The C file that defines the call's kernel."""
    stems = [name.removesuffix(".c") for name in _words(kernels_dir(), "*.c")]
    fitting = [stem for stem in stems if call.kernel == stem or call.kernel.startswith(f"{stem}_")]
    if fitting:
        return f"{max(fitting, key=len)}.c"
    names = _naming(call.kernel, "*.c")
    if not names:
        raise _unknown(call.kernel, "file defines")
    return names[0]


def sources_of(call: Call) -> tuple[str, ...]:
    """The same file, and the other C files that it calls: those that it says it needs."""
    own = source_of(call)
    text = (kernels_dir() / own).read_text(encoding="utf-8")
    return (own, *_NEEDS.findall(text))


def _naming(kernel: str, pattern: str) -> list[str]:
    """The files that name the kernel."""
    wanted = {kernel, f"ingot_{kernel}"}
    return [name for name, words in _words(kernels_dir(), pattern).items() if wanted & words]


def _unknown(kernel: str, what: str) -> IngotError:
    return IngotError(
        f"no {what} the kernel ingot_{kernel}()",
        where=str(kernels_dir()),
        remedy="Install Ingot again: its kernels and its compiler are of different versions.",
    )


@functools.cache
def _words(folder: Path, pattern: str) -> dict[str, frozenset[str]]:
    files = sorted(folder.glob(pattern))
    return {path.name: frozenset(re.findall(r"\w+", path.read_text(encoding="utf-8"))) for path in files}
