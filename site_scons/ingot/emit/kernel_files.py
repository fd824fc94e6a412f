"""Which files of firmware/kernels/ a kernel is declared and defined in.

Declared: the header that names it, as `ingot_<kernel>(` or as an argument of a macro that makes prototypes.
Defined: the C file whose name is the longest beginning of the kernel's, else the descriptor's.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

from ingot.errors import IngotError
from ingot.kernels.program import Call
from ingot.places import kernels_dir


def header_of(call: Call) -> str:
    """The header to include for a call. Raises IngotError when none declares the kernel."""
    own = f"{call.descriptor}.h"
    texts = _headers(kernels_dir())
    word = re.compile(rf"\b(?:ingot_)?{re.escape(call.kernel)}\b")
    names = [own] if own in texts else []
    for name in (*names, *texts):
        if word.search(texts[name]):
            return name
    raise IngotError(
        f"no header declares the kernel ingot_{call.kernel}()",
        where=str(kernels_dir()),
        remedy="Install Ingot again: its kernels and its compiler are of different versions.",
    )


def source_of(call: Call) -> str:
    """The C file that defines the call's kernel."""
    stems = [path.stem for path in kernels_dir().glob("*.c")]
    fitting = [stem for stem in stems if call.kernel == stem or call.kernel.startswith(f"{stem}_")]
    return f"{max(fitting, key=len, default=call.descriptor)}.c"


@functools.cache
def _headers(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.h"))}
