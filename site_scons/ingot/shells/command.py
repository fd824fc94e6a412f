# SPDX-License-Identifier: Apache-2.0
"""A job as a command, for shells that run commands: Ninja, Make and CMake write it down in their own syntax."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingot.base.quoting import command_words, forward
from ingot.link.toolchain import prefix_maps
from ingot.recipe.firmware import PROOFS
from ingot.recipe.job import CompileJob, Job, StepJob


@dataclass(frozen=True)
class Command:
    """One command. kind: "step", "cc", "link" or "run".

    "run" always runs; its first output is the name that users ask for.

    inputs: what it reads; the compiler, and a step, add more through `depfile`. A step leaves outputs alone whose
    content stays, so that what follows need not run.
    """

    kind: str
    outputs: tuple[str, ...]
    inputs: tuple[str, ...]
    words: tuple[str, ...]
    depfile: str = ""
    text: str = ""


def command_of(job: Job, ingot: Sequence[str], launcher: str = "", then: str = "") -> Command:
    """A job as a command. ingot: how the command `ingot` is called. launcher: put before the C compiler.

    then: what comes next when the board's firmware is built; with it the proof also prints the table of the build.
    """
    command = _command_of(job, ingot, launcher)
    if then and isinstance(job, StepJob) and job.step.name in PROOFS and not job.step.options.get("twin"):
        command = replace(command, words=(*command.words, "--then", then))
    return replace(command, outputs=tuple(map(forward, command.outputs)), inputs=tuple(map(forward, command.inputs)))


def _command_of(job: Job, ingot: Sequence[str], launcher: str) -> Command:
    if isinstance(job, StepJob):
        return _step(job, ingot)
    if isinstance(job, CompileJob):
        depfile = f"{job.target}.d"
        words = [*command_words(launcher), job.compiler, "-MMD", "-MP", "-MF", depfile, *job.arguments, *prefix_maps()]
        words += ["-o", job.target, "-c", job.source]
        return Command("cc", job.outputs, job.inputs, tuple(words), depfile, f"cc {job.target}")
    return Command("link", job.outputs, job.inputs, tuple(job.command), text=f"link {job.outputs[0]}")


def _step(job: StepJob, ingot: Sequence[str]) -> Command:
    step = job.step
    words = [*ingot, *step.arguments()]
    if job.watch:
        # Nobody reads it: another text is another command, which runs again.
        text = json.dumps(job.watch, sort_keys=True, default=str)
        words += ["--watch", hashlib.sha256(text.encode()).hexdigest()[:16]]
    manifest = step.options.get("manifest")
    inputs = (*job.inputs, *([str(manifest)] if manifest else []))
    if job.always:
        outputs = (job.target, *job.outputs)
        return Command("run", outputs, inputs, tuple(words), text=f"{step.name} {job.label}".rstrip())
    depfile = f"{step.writes[0]}.d"
    words += ["--depfile", depfile]
    return Command("step", job.outputs, inputs, tuple(words), depfile, f"{step.name} {step.writes[0]}")


def ingot_command() -> list[str]:
    """How to call this very `ingot` from a build file: as INGOT_COMMAND says, else as it was called."""
    if chosen := os.environ.get("INGOT_COMMAND"):
        return command_words(chosen)
    script = Path(sys.argv[0])
    if script.name == "ingot" and os.access(script, os.X_OK):
        return [str(script.absolute())]
    return [sys.executable, "-m", "ingot"]


def python_path() -> dict[str, str]:
    """PYTHONPATH of a process that is to find this very Ingot, also where it is not installed."""
    package = str(Path(__file__).resolve().parents[2])
    return {"PYTHONPATH": os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH", "")])])}
