# SPDX-License-Identifier: Apache-2.0
"""`ingot ninja`: a firmware as a build.ninja. The same request gives the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence

from ingot.base.errors import IngotError
from ingot.base.quoting import command_text, ninja_path, ninja_value
from ingot.shells.command import Command, python_path

HEAD = """\
# Written by `ingot ninja`; it is written again when board, pools or model.yaml change. Changes here are lost.
ninja_required_version = 1.5
builddir = {builddir}

rule step
  command = $command
  description = $text
  depfile = $depfile
  restat = 1
rule cc
  command = $command
  description = $text
  depfile = $depfile
  deps = gcc
rule link
  command = $command
  description = $text
rule run
  command = $command
  description = $text
  pool = console
rule again
  command = $command
  description = $text
  generator = 1
  restat = 1
"""


def ninja_text(
    commands: Sequence[Command],
    names: Mapping[str, Sequence[str]],
    folder: str,
    itself: str = "",
    again: Sequence[str] = (),
    inputs: Sequence[str] = (),
) -> str:
    """The text of build.ninja.

    folder: where Ninja keeps its log. names: what users may ask for; the first one is the default.
    itself, again, inputs: the path of this file, the command that writes it (none: nobody has to), and what that reads.
    """
    lines = [HEAD.format(builddir=ninja_value(folder))]
    if again:
        lines += _edge("again", [itself], inputs, [("command", command_text(again)), ("text", f"ingot ninja {itself}")])
    for job in commands:
        variables = [("command", command_text(job.words)), ("text", job.text)]
        if job.depfile:
            variables.append(("depfile", job.depfile))
        lines += _edge(job.kind, job.outputs, job.inputs, variables)
    for name, files in names.items():
        if files:
            lines.append(f"build {ninja_path(name)}: phony {' '.join(map(ninja_path, files))}")
    lines.append(f"default {ninja_path(next(iter(names)))}")
    return "\n".join(lines) + "\n"


def _edge(rule: str, outputs: Sequence[str], inputs: Sequence[str], variables: Sequence[tuple[str, str]]) -> list[str]:
    lines = [f"build {' '.join(map(ninja_path, outputs))}: {rule} {' '.join(map(ninja_path, inputs))}".rstrip()]
    return lines + [f"  {name} = {ninja_value(value)}" for name, value in variables]


def find_ninja() -> str:
    """The program. Raises IngotError when it is not installed."""
    program = shutil.which("ninja")
    if program is None:
        raise IngotError("Ninja is not installed", remedy="Run: pip install ninja, or: apt-get install ninja-build")
    return program


def ninja_environment() -> dict[str, str]:
    """The environment in which the commands find this very Ingot, also where it is not installed."""
    return {**os.environ, **python_path()}


def run_ninja(itself: str, targets: Sequence[str], parallel: int = 0) -> None:
    """Runs Ninja on a file and shows what it prints. Raises IngotError when something failed."""
    words = [find_ninja(), "-f", itself, *(["-j", str(parallel)] if parallel else []), *targets]
    if subprocess.run(words, env=ninja_environment(), check=False).returncode:
        raise IngotError(f"{' '.join(targets)} failed", where=itself)
