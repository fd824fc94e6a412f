# SPDX-License-Identifier: Apache-2.0
"""ST's runtime in place of Ingot's: which sources, folders, macros and library a firmware then has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingot.st.stedgeai.pack import DEFINES, FLAGS, RELOC_DEFINES, Pack


@dataclass(frozen=True)
class StRuntime:
    """sources: ST's C files, compiled without warnings. include: folders of ST's headers.

    library: what is linked behind the objects. defines, flags: for all C files of the firmware.
    """

    sources: tuple[Path, ...]
    include: tuple[Path, ...]
    library: Path
    defines: Mapping[str, str]
    flags: tuple[str, ...] = FLAGS


def st_runtime(pack: Pack, reloc: bool = False) -> StRuntime:
    """ST's runtime of a pack. reloc: with the loader of relocatable images.

    Raises ValueError for a pack that lacks something (see Pack.missing).
    """
    if pack.missing or pack.library is None:
        raise ValueError(f"the pack lacks {', '.join(pack.missing)}")
    return StRuntime(pack.sources, pack.include, pack.library, {**DEFINES, **(RELOC_DEFINES if reloc else {})})
