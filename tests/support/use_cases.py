# SPDX-License-Identifier: Apache-2.0
"""The models that examples/use_cases/train.py trains, trained once for all tests."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from ingot.base.places import ROOT
from support.session import made_once

FOLDER = ROOT / "examples" / "use_cases"


def example(module: str) -> Any:
    """A module of examples/use_cases."""
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    return importlib.import_module(module)


def trained(name: str) -> Path:
    """The folder that the script writes for a model. Of fruit there are three exports of one network."""

    def make(folder: Path) -> None:
        train = example("train")
        if name != "fruit":
            train.MODELS[name](folder)
            return
        network = train.fruit(folder)
        calibration = example("data").fruit(200, seed=2)[0] / 255
        for dtype in ("float32", "uint8", "int8"):
            (folder / f"{dtype}.tflite").write_bytes(
                example("export").classifier(network, calibration, dtype, (0.0, 1.0))
            )

    return made_once(f"trained-{name}", make)
