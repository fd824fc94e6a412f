# SPDX-License-Identifier: Apache-2.0
"""A step of `ingot.steps` with its files, and as a command line.

    ingot step compile_network --in model=net.tflite --in board=b/board.yaml --out outputs=out/network.c ...

An argument given several times is a list. Every shell that runs commands (Ninja, CMake, Make) uses this one form; it
maps one to one to what the SCons tool calls.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Files = str | Sequence[str]


@dataclass(frozen=True)
class Step:
    """One step with its files. inputs, outputs: argument -> a file or a list of files. options: other arguments."""

    name: str
    inputs: Mapping[str, Files]
    outputs: Mapping[str, Files]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reads(self) -> list[str]:
        return flat(self.inputs.values())

    @property
    def writes(self) -> list[str]:
        return flat(self.outputs.values())

    def arguments(self) -> list[str]:
        """What follows `ingot` on the command line. Options that are None are left out."""
        words = ["step", self.name]
        for flag, named in (("--in", self.inputs), ("--out", self.outputs)):
            for name, files in named.items():
                words += [word for file in flat([files]) for word in (flag, f"{name}={file}")]
        for name, value in self.options.items():
            for item in value if isinstance(value, list | tuple) else [value]:
                if item is not None:
                    words += ["--set", f"{name}={_text(item)}"]
        return words


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    return str(int(value)) if isinstance(value, bool) else str(value)


def flat(items: Any) -> list[str]:
    """Files and lists of files as one list."""
    return [file for item in items for file in ([item] if isinstance(item, str) else item)]
