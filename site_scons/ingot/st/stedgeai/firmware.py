"""Linking ST's runtime in place of Ingot's: which sources, folders, macros and library a firmware then has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingot.recipe.sources import Recipe
from ingot.st.stedgeai.pack import DEFINES, FLAGS, RELOC_DEFINES, Pack

#: Ingot's own runtime, which ST's replaces. Console, stop and start-up stay.
REPLACED = ("ll_aton_runtime.c", "ingot_initializer.c", "ingot_initializer_refused.c")


@dataclass(frozen=True)
class StFirmware:
    """recipe: what is compiled with Ingot's flags. sources: ST's C files, compiled without warnings.

    library: what is linked behind the objects. defines, flags: for all of them.
    """

    recipe: Recipe
    sources: tuple[Path, ...]
    library: Path
    defines: Mapping[str, str]
    flags: tuple[str, ...] = FLAGS


def with_pack(recipe: Recipe, pack: Pack, reloc: bool = False) -> StFirmware:
    """The firmware with ST's runtime. The pack's headers come first, so that none of Ingot's is taken for ST's.

    Raises ValueError for a pack that lacks something (see Pack.missing).
    """
    if pack.missing or pack.library is None:
        raise ValueError(f"the pack lacks {', '.join(pack.missing)}")
    kept = tuple(source for source in recipe.sources if source.name not in REPLACED)
    include = (*pack.include, *(folder for folder in recipe.include if folder not in pack.include))
    defines = {**DEFINES, **(RELOC_DEFINES if reloc else {})}
    return StFirmware(Recipe(kept, include, recipe.defines), pack.sources, pack.library, defines)
