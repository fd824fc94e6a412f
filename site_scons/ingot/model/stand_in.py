# SPDX-License-Identifier: Apache-2.0
"""Stand-ins: models with a real model's graph and invented weights, for machines where the real file is not to be had.

Such a file carries its mark in the `description` of the .tflite, so that it is recognised wherever it comes from.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

from ingot.base.errors import IngotError

DESCRIPTION = "STAND-IN: the graph of the real model with invented weights"


def is_stand_in(data: bytes) -> bool:
    """Whether the content of a model file is a stand-in's."""
    return DESCRIPTION.encode() in data


def build_stand_in(script: Path) -> bytes:
    """Runs `build()` of a model's stand-in script and returns the .tflite bytes. Raises IngotError.

    Leaves no byte code beside the script, which is a source folder.
    """
    try:
        source = script.read_bytes()
    except OSError:
        raise IngotError(
            "there is no such stand-in script",
            where=str(script),
            remedy="Correct the key 'source.stand_in' of the model.yaml, or remove it.",
        ) from None
    module = ModuleType(f"ingot_stand_in_{script.parent.name}")
    module.__file__ = str(script)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(compile(source, str(script), "exec"), module.__dict__)
    data = module.build()
    if not is_stand_in(data):
        raise IngotError(
            "the stand-in does not carry the mark that tells it from a real model",
            where=str(script),
            remedy="Give TfliteWriter the description ingot.model.stand_in.DESCRIPTION.",
        )
    return bytes(data)
