# SPDX-License-Identifier: Apache-2.0
"""The C files of applications and kernels. Reads folders, starts nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.places import ROOT, firmware_dir, kernels_dir, near

SAMPLES = ("values", "pixels", "sound", "sensor")

_MACRO = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MACRO_VALUE = re.compile(r"-?[A-Za-z0-9_.]*")


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


def application_extras(folder: Path) -> dict[str, Any]:
    """What an application.json asks for: "sources" and "include" (of Ingot's tree), "defines", "sample"."""
    file = folder / "application.json"
    if not file.is_file():
        return {}
    try:
        extra: dict[str, Any] = json.loads(file.read_text())
    except ValueError as error:
        raise IngotError(f"is not JSON: {error}", where=str(file)) from None
    root = ROOT.resolve()
    for key, is_there in (("sources", Path.is_file), ("include", Path.is_dir)):
        for name in extra.get(key, []):
            if not is_there(ROOT / name) or not (ROOT / name).resolve().is_relative_to(root):
                raise IngotError(
                    f"Ingot's own files have no {name!a} (key '{key}')",
                    where=str(file),
                    remedy="Put files of your own beside the main.c; every C file there is compiled.",
                )
    for name, value in extra.get("defines", {}).items():
        if not _MACRO.fullmatch(name) or not _MACRO_VALUE.fullmatch(str(value)):
            raise IngotError(
                f"{f'{name}={value}'!a} is no macro for the command line (key 'defines')",
                where=str(file),
                remedy="Give a name and a number or a word; anything else belongs into a header.",
            )
    return extra


def application_sample(folder: Path) -> str:
    """What an application finds on the twin: "values" (the bytes of the inputs), "pixels" (a camera's frame),
    "sound" (a microphone's samples) or "sensor" (numbers in a sensor's units)."""
    sample = application_extras(folder).get("sample", "values")
    if sample not in SAMPLES:
        where, known = str(folder / "application.json"), ", ".join(SAMPLES)
        raise IngotError(f"the sample is '{sample}', which is not known", where=where, remedy=f"Use one of: {known}.")
    return str(sample)


def kernel_sources() -> list[Path]:
    """All kernels."""
    return sorted(kernels_dir().glob("*.c"), key=lambda path: path.name)


def kernel_folders() -> list[str]:
    """The folders of kernels and of the headers that they include; the kernels' is the first."""
    return [near(kernels_dir()), near(firmware_dir() / "runtime")]
