# SPDX-License-Identifier: Apache-2.0
"""What a build asks of the built-in compiler: its options, and for some of them the model.yaml's section `io`."""

from __future__ import annotations

from typing import Any

from ingot.model import Manifest
from ingot.model.asked import FIELDS, IO_OPTIONS, Asked
from ingot.recipe.options import Options


def asked_of(options: Options, manifest: Manifest) -> Asked:
    """What the options ask; where one of IO_OPTIONS is not given, the model.yaml counts."""
    values: dict[str, Any] = {}
    for name, field in FIELDS.items():
        if name not in IO_OPTIONS:
            values[field] = options.values[name]
        elif text := options.text(name) or manifest.io.get(name, ""):
            values[field] = text
    return Asked(**values)
