# SPDX-License-Identifier: Apache-2.0
"""`ingot csolution`: a network as a software layer of CMSIS-Toolbox (*.clayer.yml).

The format: open-cmsis-pack.github.io/cmsis-toolbox, "YML Input Format", and clayer.schema.json there. Paths count from
the layer's file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ingot.base.quoting import is_absolute
from ingot.recipe.firmware import FirmwareBuild
from ingot.shells.source_groups import SourceGroup, source_groups

_HEAD = "# Written by `ingot csolution`; changes here are lost.\n"

#: Names of compilers in CMSIS-Toolbox that understand the flags.
COMPILERS = ("GCC", "CLANG")


def layer_text(firmware: FirmwareBuild, itself: str) -> str:
    """The text of a layer. itself: its path, seen from the working folder."""
    import yaml

    folder = Path(itself).parent
    groups = source_groups(firmware)
    first = groups[0]
    layer: dict[str, Any] = {
        "description": f"The neural network {firmware.first.name} for {firmware.first.board.core}",
        "add-path": [_place(path, folder) for path in first.folders],
        "groups": [_group(group, folder) for group in groups],
    }
    weights = [_place(path, folder) for network in firmware.networks for path in network.hexfiles]
    if weights:
        files = [{"file": path, "category": "other"} for path in weights]
        layer["groups"].append({"group": "Ingot weights", "files": files})
    return _HEAD + str(yaml.safe_dump({"layer": layer}, sort_keys=False, width=110))


def _group(group: SourceGroup, folder: Path) -> dict[str, Any]:
    defines = [{name: value} for name, value in sorted(group.defines.items())]
    paths = [_place(path, folder) for path in group.folders]
    return {
        "group": f"Ingot {group.name}",
        **({"define": defines} if defines else {}),
        "add-path": paths,
        "misc": [{"for-compiler": name, "C": list(group.flags)} for name in COMPILERS],
        "files": [{"file": _place(path, folder)} for path in group.sources],
    }


def _place(path: str, folder: Path) -> str:
    """A path as the layer has it: absolute where the recipe's is, as for an Ingot that is installed elsewhere."""
    return path if is_absolute(path) else Path(os.path.relpath(path, folder)).as_posix()
