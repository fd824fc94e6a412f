# SPDX-License-Identifier: Apache-2.0
"""A firmware as rules for GNU Make: `ingot make-rules`, which toolchain/make/ingot.mk includes.

Make has no `restat`: a step that leaves a file as it is would run again for ever. So each step has a stamp, and its
files follow the stamp by rules that do nothing; Make then looks at the files' own times. Nor does Make see that a
command has changed: each command stands in a file beside its first output, which is written when it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ingot.base.quoting import linker_words, make_command, make_path, make_value, make_words
from ingot.recipe.firmware import FirmwareBuild
from ingot.shells.command import Command


def make_text(
    commands: Sequence[Command],
    names: Mapping[str, Sequence[str]],
    variables: Mapping[str, Sequence[str]],
    prefix: str,
    itself: str,
    inputs: Sequence[str],
    asked: str = "",
) -> str:
    """The rules. prefix: of the names that users ask for (`net-firmware`). variables: for the user's own rules.

    inputs: what these rules themselves depend on. asked: what the Makefile's call said, which ingot.mk compares.
    """
    lines = ["# Written by `ingot make-rules`; changes here are lost.", ""]
    for job in commands:
        lines += _RENDER[job.kind](job, prefix)
    for name, files in names.items():
        if files:
            lines += [f".PHONY: {prefix}{name}", f"{prefix}{name}: {make_words(files)}"]
    lines += [
        f"{make_words(list(command_files(commands)))}:",
        "\t@mkdir -p $(@D)",
        "\t@touch $@",
    ]  # where somebody removed one
    depfiles = [job.depfile for job in commands if job.depfile]
    lines += [f"-include {make_words(depfiles)}", "", f"{make_path(itself)}: {make_words(inputs)}"]
    # An input that is gone has the rules written again; where it is gone for good, Make says so by name.
    lines += ["ifeq ($(MAKE_RESTARTS),)", f"{make_words(inputs)}:", "endif"]
    stem = prefix.rstrip("-")
    lines += [f"{stem}_{name} := {make_words(words)}" for name, words in variables.items()]
    lines.append(f"{stem}_WRITTEN_FOR := {make_value(asked)}")
    return "\n".join(lines) + "\n"


def command_file(job: Command) -> str:
    """Where a job's command stands, for what the job makes to follow it. Jobs that are run each time need none."""
    return f"{job.outputs[0]}.command"


def command_files(commands: Iterable[Command]) -> dict[str, str]:
    """Path -> content of all `command_file`s."""
    return {command_file(job): f"{make_command(job.words)}\n" for job in commands if job.kind != "run"}


def make_variables(firmware: FirmwareBuild) -> dict[str, Sequence[str]]:
    """What the user's own rules need of a firmware: objects, flags, files."""
    program = firmware.program
    sources = [source for network in firmware.networks for source in network.sources]
    return {
        "DIR": [program.request.out],
        "SOURCES": [*sources, *(program.runtime if firmware.first.compilation.kernels else [])],
        "OBJECTS": [job.target for job in firmware.objects("network", "runtime")],
        "STARTUP_OBJECTS": [job.target for job in firmware.objects("startup")],
        "CFLAGS": [
            *(f"-I{folder}" for folder in firmware.folders),
            *(f"-D{name}={value}" for name, value in program.defines.items()),
        ],
        "LDFLAGS": [*program.link_flags, *linker_words("-T", firmware.script)],
        "KERNELS": firmware.libraries,
        "SCRIPT": [firmware.script],
        "RAW": firmware.raws,
        "HEX": [name for network in firmware.networks for name in network.hexfiles],
        "HEADERS": list(dict.fromkeys([*firmware.headers, firmware.stamp()])),
        "CINFO": firmware.infos,
        "BOARD": [program.board_file],
    }


def _step(job: Command, prefix: str) -> list[str]:
    stamp = f"{job.outputs[0]}.stamp"
    lines = [
        f"{make_path(stamp)}: {make_words([*job.inputs, command_file(job)])}",
        f"\t@{make_command(['echo', job.text])}",
        f"\t@{make_command([*job.words, '--target', stamp])}",
        "\t@touch $@",
    ]
    return [*lines, f"{make_words(job.outputs)}: {make_path(stamp)} ;@true"]


def _compiled(job: Command, prefix: str) -> list[str]:
    return [
        f"{make_words(job.outputs)}: {make_words([*job.inputs, command_file(job)])}",
        "\t@mkdir -p $(@D)",
        f"\t@{make_command(['echo', job.text])}",
        _tool(job),
    ]


def _linked(job: Command, prefix: str) -> list[str]:
    elf, *others = job.outputs
    lines = [
        f"{make_path(elf)}: {make_words([*job.inputs, command_file(job)])}",
        f"\t@{make_command(['echo', job.text])}",
        _tool(job),
    ]
    return [*lines, *([f"{make_words(others)}: {make_path(elf)} ;@true"] if others else [])]


def _tool(job: Command) -> str:
    """The command of a compiler or linker. What a failed one leaves is new, so Make would take it as built.

    A compiler leaves a cut depfile on a full disk, for instance.
    """
    written = [*job.outputs, *([job.depfile] if job.depfile else [])]
    return f"\t@{make_command(job.words)} || {{ {make_command(['rm', '-f', *written])}; exit 1; }}"


def _run(job: Command, prefix: str) -> list[str]:
    name = f"{prefix}{job.outputs[0]}"
    files = job.outputs[1:]
    lines = [f".PHONY: {name}", f"{name}: {make_words(job.inputs)}", f"\t@{make_command(job.words)}"]
    return [*lines, *([f"{make_words(files)}: {name} ;@true"] if files else [])]


_RENDER = {"step": _step, "cc": _compiled, "link": _linked, "run": _run}
