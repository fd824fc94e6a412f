"""A step of `ingot.steps` as a command line, and back.

    ingot step compile_network --in model=net.tflite --in board=b/board.yaml --out outputs=out/network.c ...

An argument given several times is a list. Every shell that runs commands (Ninja, CMake, Make) uses this one form; it
maps one to one to what the SCons tool calls.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingot.base.files import write_if_changed

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
        for flag, given in (("--in", self.inputs), ("--out", self.outputs)):
            for name, files in given.items():
                words += [word for file in flat([files]) for word in (flag, f"{name}={file}")]
        for name, value in self.options.items():
            if value is not None:
                words += ["--set", f"{name}={int(value) if isinstance(value, bool) else value}"]
        return words


def flat(items: Any) -> list[str]:
    """Files and lists of files as one list."""
    return [file for item in items for file in ([item] if isinstance(item, str) else item)]


def write_depfile(
    depfile: Path, target: str, inputs: Sequence[str], options: Sequence[str], phony: bool = False
) -> None:
    """`target: everything that was read`: the inputs, the board's pools, the model.yaml, and Ingot's own code.

    phony: an empty rule for each file, so that Make goes on when one of them is gone (another version of Ingot).
    """
    from ingot.base.stamp import code_files
    from ingot.board import load_board

    files = [text.partition("=")[2] for text in inputs]
    for text in inputs:
        key, _, value = text.partition("=")
        if key == "board":
            files.append(os.path.relpath(load_board(Path(value)).pools_file))
    files += [text.partition("=")[2] for text in options if text.startswith("manifest=")]
    files += [str(path) for path in code_files()]
    lines = " \\\n ".join(escaped(name) for name in dict.fromkeys(files))
    empty = "".join(f"{escaped(name)}:\n" for name in dict.fromkeys(files)) if phony else ""
    write_if_changed(depfile, f"{escaped(target)}: {lines}\n{empty}")


def escaped(path: str) -> str:
    """A path as Make and Ninja read it in a depfile."""
    return path.replace("$", "$$").replace("#", "\\#").replace(" ", "\\ ")
