# SPDX-License-Identifier: Apache-2.0
"""The parts of ST's runtime that go into a relocatable image, in an ST Edge AI install or a checkout (`st_pack=`).

The rest of the runtime stays in the firmware and is reached through the loader's table of callbacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.st.stedgeai.pack import Pack, open_pack

#: C files of an image, beside network.c.
SOURCES = (
    "ll_aton.c",
    "ll_aton_util.c",
    "ll_aton_lib_sw_operators.c",
    "ll_sw_integer.c",
    "ll_sw_float.c",
    "ecloader.c",
    "ll_aton_reloc_callbacks.c",
)
HEADERS = ("ll_aton_NN_interface.h", "ll_aton_reloc_network.h", "ecloader.h")
LIBRARY = ("NetworkRuntime", "_CM55_GCC_PIC.a")

#: Macros of ST's sources in an image, beside those of ingot.st.stedgeai.pack.DEFINES.
DEFINES = {"LL_ATON_RT_RELOC": "1", "LL_ATON_EB_DBG_INFO": "1", "BUILD_AI_NETWORK_RELOC": "1"}


@dataclass(frozen=True)
class RelocParts:
    """sources: C files. include: folders of headers. library: position-independent, with memset and the like."""

    sources: tuple[Path, ...]
    include: tuple[Path, ...]
    library: Path


def reloc_parts(pack: Pack) -> RelocParts:
    """Finds them. Raises IngotError naming everything that is not there."""
    index = pack.files
    libraries = sorted(name for name in index if name.startswith(LIBRARY[0]) and name.endswith(LIBRARY[1]))
    missing = [name for name in (*SOURCES, *HEADERS) if name not in index]
    if not libraries:
        missing.append("*".join(LIBRARY))
    if missing:
        raise IngotError(
            f"this pack lacks {', '.join(missing)} for a relocatable image",
            where=f"st_pack={pack.path}",
            remedy="Give an ST Edge AI Core install of version 2.1 or later: its Middlewares have them.",
        )
    folders = [*pack.include, *(index[name].parent for name in (*HEADERS, *SOURCES))]
    return RelocParts(
        sources=tuple(index[name] for name in SOURCES),
        include=tuple(dict.fromkeys(folders)),
        library=index[libraries[-1]],
    )


def open_reloc_parts(st_pack: str, compiler: str) -> RelocParts:
    """The parts in the folder that st_pack= names. Raises IngotError, also when it names none."""
    if not st_pack:
        raise IngotError(
            "an image of a network with NPU epochs is built around ST's runtime, and no pack was given",
            where=f"compiler={compiler}",
            remedy="Give st_pack=<folder of ST Edge AI or of its Middlewares>, or build with compiler=builtin.",
        )
    return reloc_parts(open_pack(Path(st_pack)))
