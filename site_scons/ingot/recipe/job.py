# SPDX-License-Identifier: Apache-2.0
"""A job: one step of Ingot's, or one command of the C toolchain. Every shell writes jobs down or runs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingot.base.quoting import linker_words
from ingot.recipe.step import Step


@dataclass(frozen=True)
class StepJob:
    """A step of ingot.steps.

    also: files that it depends on without being given them. watch: what else makes it run again, anything JSON holds.
    target: the name that users ask for, of a step that writes no file or always runs; "" for the rest.
    always: it runs whenever it is asked for. keep: what it wrote stays when it fails, because it says what is wrong.
    folder: of further files, which the step names itself; "" for none.
    label: what a progress line calls it.
    """

    step: Step
    also: tuple[str, ...] = ()
    watch: Any = None
    target: str = ""
    always: bool = False
    keep: bool = False
    label: str = ""
    folder: str = ""

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(self.step.writes)

    @property
    def inputs(self) -> tuple[str, ...]:
        return (*self.step.reads, *self.also)


@dataclass(frozen=True)
class CompileJob:
    """One C file. compiler: the program. flags, defines, folders: of the command line, in that order.

    headers: generated files that have to be there before. group: what a progress line calls the files of one purpose.
    """

    target: str
    source: str
    compiler: str
    flags: tuple[str, ...]
    defines: Mapping[str, str | int] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    group: str = ""

    @property
    def outputs(self) -> tuple[str, ...]:
        return (self.target,)

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.source, *self.headers)

    @property
    def arguments(self) -> list[str]:
        """What says how the file is compiled: flags, macros, folders."""
        macros = [f"-D{name}={value}" for name, value in sorted(self.defines.items())]
        return [*self.flags, *macros, *(f"-I{folder}" for folder in self.folders)]

    @property
    def command(self) -> list[str]:
        return [self.compiler, *self.arguments, "-o", self.target, "-c", self.source]


@dataclass(frozen=True)
class LinkJob:
    """A program. objects, libraries: in the order of the command line. flags: behind them.

    intact: the stamp that says that the script is as generated; "" for a script of the user's own.
    """

    elf: str
    map_file: str
    objects: tuple[str, ...]
    libraries: tuple[str, ...]
    script: str
    compiler: str
    flags: tuple[str, ...]
    intact: str = ""

    @property
    def outputs(self) -> tuple[str, ...]:
        return (self.elf, self.map_file)

    @property
    def inputs(self) -> tuple[str, ...]:
        return (*self.objects, *self.libraries, self.script, *([self.intact] if self.intact else []))

    @property
    def command(self) -> list[str]:
        place = [*linker_words("-T", self.script), *linker_words("-Map=", self.map_file)]
        return [self.compiler, *self.objects, *self.libraries, *self.flags, *place, "-o", self.elf]


Job = StepJob | CompileJob | LinkJob


@dataclass(frozen=True)
class Recipe:
    """How everything of one request is built.

    jobs: in an order in which each finds what it reads. targets: names that users ask for -> files; the names of jobs
    that always run are not among them.
    """

    jobs: tuple[Job, ...]
    targets: Mapping[str, tuple[str, ...]]

    def job_of(self, file: str) -> Job:
        """The job that writes a file."""
        return next(job for job in self.jobs if file in job.outputs)
