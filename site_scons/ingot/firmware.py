"""Which C files make up a firmware, and what they are compiled with. Reads folders, starts nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingot.build import toolchain
from ingot.errors import IngotError, did_you_mean
from ingot.places import ROOT, firmware_dir, kernels_dir


@dataclass(frozen=True)
class Recipe:
    """The C sources of one firmware, apart from the network and the kernels. include: folders for #include."""

    sources: tuple[Path, ...]
    include: tuple[Path, ...]


def list_apps() -> list[str]:
    """Names of the applications of firmware/apps."""
    return sorted(path.parent.name for path in (firmware_dir() / "apps").glob("*/main.c"))


def application_folder(app: str) -> Path:
    """Where an application's C files are: a name of firmware/apps, or a folder with a main.c. Raises IngotError."""
    if app in list_apps():
        return firmware_dir() / "apps" / app
    if (Path(app) / "main.c").is_file():
        return Path(app).resolve()
    raise IngotError(
        f"there is no application '{app}'",
        remedy=f"{did_you_mean(app, list_apps())} A path to a folder with a main.c works too.",
    )


def firmware_recipe(app: str, twin: bool, chip: str = "") -> Recipe:
    """What to compile for an application (see `application_folder`) on a board, or on its emulated twin.

    chip: the board's. Raises IngotError for an unknown application.
    """
    folder = application_folder(app)
    names = [*toolchain.RUNTIME_SOURCES, *toolchain.STARTUP_SOURCES]
    names += toolchain.TWIN_SOURCES if twin else toolchain.board_sources(chip)
    return Recipe(
        sources=(*(ROOT / name for name in names), *toolchain.application_sources(folder, twin)),
        include=(folder, *(ROOT / name for name in toolchain.INCLUDE_DIRS)),
    )


def kernel_sources() -> list[Path]:
    """All kernels. The linker takes from their archive what a network calls."""
    return sorted(kernels_dir().glob("*.c"))
